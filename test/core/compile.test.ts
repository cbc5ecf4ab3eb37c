import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { CostModel } from "../../src/cost/cost-model.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { machineSchema } from "../../src/machine/schema.ts";
import type { Scheduler } from "../../src/plugin.ts";

const tenNs: CostModel = { name: "ten", estimate: () => ({ ns: 10, fixedNs: 0, sigma: 0, memoryBytesPerNs: 0, limit: "given", source: "test", extrapolated: false }) };

/** Two devices joined by a full-duplex link of 1 byte/ns; x0 → x1 goes one way while y0 → y1 comes back. */
function crossing(copyEngines: string) {
  const machine = buildMachine(machineSchema.parse({
    devices: { cpu: { kind: "cpu", peak: { f32: "1TFLOP/s" } }, gpu: { kind: "gpu", peak: { f32: "1TFLOP/s" }, ...(copyEngines && { copyEngines: Number(copyEngines) }) } },
    links: [{ between: ["cpu", "gpu"], bandwidth: "1GB/s" }],
  }));
  const builder = new GraphBuilder("crossing");
  for (const name of ["x0", "x1", "y0", "y1"]) builder.op({ kind: "task" }, name);
  builder.edge(0, 1, 100);
  builder.edge(2, 3, 100);
  const instance = compile({ graph: builder.build(), machine, costs: tenNs });
  const scheduler: Scheduler = { prepare: (_, out) => [0, 1, 1, 0].forEach((device, op) => out.place(op, device)), dispatch() {} };
  return { instance, trace: simulate({ instance, scheduler }) };
}

describe("compile", () => {
  it("lets copies in both directions overlap, unless one copy engine must do both", () => {
    expect([...crossing("").trace.transfers.endTicks]).toEqual([110, 110]);
    expect([...crossing("2").trace.transfers.endTicks]).toEqual([110, 110]);
    const { instance, trace } = crossing("1");
    expect(instance.resourceNames.at(-1)).toBe("gpu copy engines");
    expect([...trace.transfers.endTicks]).toEqual([210, 210]);
  });

  it("overlaps copies with compute", () => {
    const { trace } = crossing("1");
    expect(trace.makespanTicks).toBe(220);
  });

  it("names the operators that can run nowhere, and why", () => {
    const machine = buildMachine(machineSchema.parse({ devices: { npu: { kind: "npu", peak: { i8: "1TOP/s" } } } }));
    const builder = new GraphBuilder("f64");
    builder.op({ kind: "matmul", dtype: "f64", flops: 1e6 }, "dense");
    const nowhere: CostModel = { name: "none", estimate: () => undefined };
    expect(() => compile({ graph: builder.build(), machine, costs: nowhere })).toThrow('operator "dense" (matmul, f64) can run on none of npu');
  });

  it("rejects costs that are not times", () => {
    const builder = new GraphBuilder("bad");
    builder.op({ kind: "task" }, "a");
    const machine = buildMachine({ processors: 1 });
    for (const ns of [NaN, -1]) expect(() => compile({ graph: builder.build(), machine, costs: { deviceCount: 1, ns: Float64Array.of(ns) } })).toThrow(`operator "a" has a cost of ${ns} ns`);
  });

  it("repeats a graph for every job, with names and dependencies of its own", () => {
    const builder = new GraphBuilder("pair");
    builder.op({ kind: "task" }, "a");
    builder.op({ kind: "task" }, "b");
    builder.edge(0, 1, 8);
    const instance = compile({ graph: builder.build(), machine: buildMachine({ processors: 2 }), costs: tenNs, arrivalsNs: [0, 5, Infinity] });
    expect(instance.opCount).toBe(6);
    expect([...instance.jobOf]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...instance.pred.node]).toEqual([0, 2, 4]);
    expect(instance.opNames.at(3)).toBe("b@1");
    const onFirst: Scheduler = { prepare: (view, out) => { for (let op = 0; op < view.opCount; op++) out.place(op, 0); }, dispatch() {} };
    const trace = simulate({ instance, scheduler: onFirst });
    expect([...trace.jobs.arrivalTicks]).toEqual([0, 5, 20]);
    expect([...trace.jobs.endTicks].sort((a, b) => a - b)[2]).toBe(trace.makespanTicks);
  });

  it("has the same digest for equal content only", () => {
    const digest = (ns: number) => {
      const builder = new GraphBuilder("one");
      builder.op({ kind: "task" });
      return compile({ graph: builder.build(), machine: buildMachine({ processors: 1 }), costs: { deviceCount: 1, ns: Float64Array.of(ns) } }).digest;
    };
    expect(digest(3)).toBe(digest(3));
    expect(digest(3)).not.toBe(digest(4));
  });
});

describe("repeated instances", () => {
  function withWeights(weights: "resident" | "host") {
    const builder = new GraphBuilder("net");
    const weight = builder.source("weight", 1000, "w");
    const image = builder.source("input", 10, "image");
    const op = builder.op({ kind: "task" }, "op");
    builder.feed(weight, op);
    builder.feed(image, op);
    const machine = buildMachine(machineSchema.parse({
      devices: { cpu: { kind: "cpu", peak: { f32: "1TFLOP/s" } }, gpu: { kind: "gpu", peak: { f32: "1TFLOP/s" } } },
      links: [{ between: ["cpu", "gpu"], bandwidth: "1GB/s" }],
    }));
    const instance = compile({ graph: builder.build(), machine, costs: tenNs, arrivalsNs: [0, 5000, 10_000], weights });
    const onGpu: Scheduler = { prepare: (view, out) => { for (let o = 0; o < view.opCount; o++) out.place(o, 1); }, dispatch() {} };
    return { instance, trace: simulate({ instance, scheduler: onGpu }) };
  }

  it("share their weights: memory is taken once, and weights of the host move once", () => {
    const { instance, trace } = withWeights("resident");
    expect(instance.tensorCount).toBe(1 + 3);
    expect([0, 1, 2, 3].map((tensor) => instance.tensorNames.at(tensor))).toEqual(["w", "image@0", "image@1", "image@2"]);
    expect(trace.peakBytes[1]).toBe(1010);
    expect([...withWeights("host").trace.transfers.tensor]).toEqual([0, 1, 2, 3]);
  });

  it("receive their inputs when they arrive, not before, whatever the plan", () => {
    const { trace } = withWeights("resident");
    expect([...trace.transfers.startTicks]).toEqual([0, 5000, 10_000]);
    expect([...trace.jobs.endTicks].map((end, job) => end - trace.jobs.arrivalTicks[job]!)).toEqual([20, 20, 20]);
  });
});
