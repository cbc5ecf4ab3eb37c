import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { duplicateOps, withoutDuplicates } from "../../src/core/duplicate-ops.ts";
import { instanceDigest } from "../../src/core/instance-digest.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";
import { summarize } from "../../src/graph/summary.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { Scheduler } from "../../src/plugin.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { tensorBuffers } from "../../src/trace/tensor-buffers.ts";
import { verifyDigests } from "../../src/trace/verify-digests.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeRandom } from "../reference/random.ts";

/** One after the other, as the graph lists them. */
const inTurn: Scheduler = { queueOrder: "in-order", prepare: (view, out) => view.topo.forEach((op) => out.place(op, 0)), dispatch() {} };

/** a (100 B) → b (40 B) → c (8 B), one after the other in 10 ns each; a's output is read by b alone. */
function chain(kept: boolean): OperatorGraph {
  const builder = new GraphBuilder("chain");
  const [a, b, c] = ["a", "b", "c"].map((name) => builder.op({ kind: "task" }, name)) as [number, number, number];
  const made = [[a, 100], [b, 40], [c, 8]].map(([op, bytes]) => builder.output(op!, bytes!)) as [number, number, number];
  builder.feed(made[0], b);
  builder.feed(made[1], c);
  if (kept) builder.keep(made[0]);
  return builder.build();
}
const compiled = (graph: OperatorGraph, rest: { arrivalsNs?: number[] } = {}): Instance => compile({ graph, machine: processorMachine(["p", "q"]), costs: { deviceCount: 2, ns: new Float64Array(2 * graph.opCount).fill(10) }, ...rest });
const run = (graph: OperatorGraph, rest?: { arrivalsNs?: number[] }): Trace => simulate({ instance: compiled(graph, rest), scheduler: inTurn });

/** Operators that read what some earlier ones made; a fifth of that is kept. */
function randomGraph(seed: number): OperatorGraph {
  const random = makeRandom(seed);
  const builder = new GraphBuilder("random");
  const made: number[] = [];
  for (let op = 0; op < 25; op++) {
    builder.op({ kind: "task" });
    for (const tensor of random.shuffle(made).slice(0, random.int(0, 3))) builder.feed(tensor, op);
    for (let i = random.int(1, 2); i > 0; i--) made.push(builder.output(op, random.int(1, 99)));
  }
  for (const tensor of made) if (random.chance(0.2)) builder.keep(tensor);
  return builder.build();
}

describe("a result that operators read too", () => {
  it("stays when the last of them has ended", () => {
    expect([run(chain(false)), run(chain(true))].map(({ peakBytes }) => peakBytes[0])).toEqual([140, 148]);
    const buffers = tensorBuffers(run(chain(true)));
    expect([...buffers.endTicks.slice(0, 3)]).toEqual([Infinity, 30, Infinity]);
  });

  it("is one in every job", () => {
    const graph = chain(true);
    expect([...compiled(graph, { arrivalsNs: [0, 0] }).kept!]).toEqual([0, 3]);
    expect(run(graph, { arrivalsNs: [0, 100] }).peakBytes[0]).toBe(108 + 148);
    expect(compiled(chain(false)).kept).toBeUndefined();
  });

  it("makes the peak that the summary of the graph gives", () => {
    let more = 0;
    for (let seed = 0; seed < 60; seed++) {
      const graph = randomGraph(seed);
      const trace = run(graph);
      expect(trace.peakBytes[0]).toBe(summarize(graph).peakActivationBytes);
      expect(verifyTrace(trace)).toEqual([]);
      if (graph.kept && trace.peakBytes[0]! > simulate({ instance: { ...trace.instance, tensorUses: trace.instance.tensorUses.map((uses, tensor) => uses - graph.kept![tensor]!) }, scheduler: inTurn }).peakBytes[0]!) more++;
    }
    expect(more).toBeGreaterThan(30);
  });

  it("is not written over", () => {
    const end = (kept: boolean): number => tensorBuffers(run(chain(kept)), { isView: () => false, isInPlace: () => true }).length;
    const graph = (kept: boolean): number => {
      const builder = new GraphBuilder("same size");
      const [a, b] = [builder.op({ kind: "conv" }), builder.op({ kind: "relu" })] as const;
      const x = builder.output(a, 8);
      builder.output(b, 8);
      builder.feed(x, b);
      if (kept) builder.keep(x);
      return tensorBuffers(run(builder.build()), { isView: () => false, isInPlace: (kind) => kind === "relu" }).length;
    };
    expect([graph(false), graph(true), end(true)]).toEqual([1, 2, 3]);
  });

  it("is one in what is saved, and with duplicates", () => {
    const trace = run(chain(true));
    const again = loadTrace([...saveTrace(trace)].join(""));
    expect([...again.instance.kept!]).toEqual([0]);
    expect([...again.instance.tensorUses]).toEqual([2, 1, 0]);
    expect([...verifyTrace(again), ...verifyDigests(again)]).toEqual([]);
    const twice = duplicateOps(trace.instance, [{ op: 0, readers: [1] }]);
    expect([...twice.tensorUses]).toEqual([1, 1, 0, 1]);
    expect(instanceDigest(withoutDuplicates(twice))).toBe(trace.instance.digest);
  });
});
