import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/core/trace.ts";
import { allocators } from "../../src/memory/allocators/index.ts";
import { runWithMemory } from "../../src/scenario/run-with-memory.ts";
import type { MemoryPlan } from "../../src/scenario/resolve-memory.ts";
import { simulate } from "../../src/core/simulate.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeInstance } from "../reference/make-instance.ts";
import type { Instance } from "../../src/core/instance.ts";

/** A chain forward, and one backward that reads what the first has made: f0 … f(n−1), b(n−1) … b0, each with a tensor of 10 bytes, on device 0 with memory 0; memory 1 is beside it. */
function forwardAndBackward(n: number, capacity: number, ticks = 10, ticksPerByte = 0.1): Instance {
  const ops = Array.from({ length: 2 * n }, (_, i) => ({ inputs: i === 0 ? [] : i <= n ? [i - 1] : [i - 1, 2 * n - 1 - i] }));
  const instance = makeInstance({
    ops, tensors: ops.map((_, producer) => ({ bytes: 10, producer })), costs: ops.map(() => [ticks, Infinity]),
    devices: [{ memory: 0 }, { memory: 1 }], memories: [Infinity, Infinity], links: [1 / ticksPerByte, 1 / ticksPerByte],
    routes: [{ from: 0, to: 1, ticksPerByte, resources: [{ link: 0 }] }, { from: 1, to: 0, ticksPerByte, resources: [{ link: 1 }] }],
  });
  return { ...instance, memoryBytes: Float64Array.of(capacity, Infinity) };
}

const plan = (onFull: MemoryPlan["onFull"], name = "best-fit", options: object = { alignment: 1, minBlock: 1 }): MemoryPlan => {
  const checked = (allocators.get(name).options as { "~standard": { validate(value: unknown): { value: unknown } } })["~standard"].validate({ ...options, ...("alignment" in options && { alignment: "1B", minBlock: "1B" }) }).value;
  const one = { name, options: checked, at: { file: "x", line: 1, column: 1 } };
  return { allocators: [one, one], inPlace: true, onFull, spillTo: 1 };
};

function run(instance: Instance, memory: MemoryPlan, scheduler = "heft"): Trace {
  return runWithMemory(memory, instance, (of) => simulate({ instance: of, scheduler: createPolicy(schedulers.get(scheduler)), schedulerName: scheduler }));
}

const peak = ({ memory }: Trace, of = 0): number => Math.max(0, ...memory![of]!.liveBytes);
const transfersOf = (trace: Trace): string[] => Array.from({ length: trace.transfers.length }, (_, t) => `${trace.instance.tensorNames.at(trace.transfers.tensor[t]!)} ${trace.transfers.from[t]}→${trace.transfers.to[t]} at ${trace.transfers.startTicks[t]}–${trace.transfers.endTicks[t]}`);

describe("a memory that is full", () => {
  // Worked by hand: f0 … f3 make 4 tensors; b3 needs a fifth while those of f0 … f3 are alive, b2 reads those of b3 and f2.
  it("ends the run with the operator, the bytes and the tensors alive", () => {
    expect(peak(run(forwardAndBackward(4, 50), plan("error")))).toBe(50);
    let issue: { code: string; message: string } | undefined;
    try {
      run(forwardAndBackward(4, 40), plan("error"));
    } catch (error) {
      issue = (error as { issues: { code: string; message: string }[] }).issues[0];
    }
    expect(issue?.code).toBe("out-of-memory");
    expect(issue?.message).toBe([
      'memory "memory0" is full at 40 ns: "op4" wants 10 B for "t4", and 0 B of 40 B are free', "alive there: 4 tensors of 40 B",
      "        10 B  t0, since 0 ns", "        10 B  t1, since 10 ns", "        10 B  t2, since 20 ns", "        10 B  t3, since 30 ns",
    ].join("\n"));
  });

  // tensor0 is needed last, by the last operator at 70: it leaves when it is made, at 10, and is back just before.
  it("spills the tensor that is needed last, and brings it back in time", () => {
    const trace = run(forwardAndBackward(4, 40), plan("spill"));
    expect([trace.makespanTicks, peak(trace)]).toEqual([80, 40]);
    expect(transfersOf(trace)).toEqual(["t0 0→1 at 10–11", "t0 back 1→0 at 60–61"]);
    expect(verifyTrace(trace)).toEqual([]);
    expect(trace.relief).toEqual({ how: "spill", tensors: 1, bytes: 10, addedOps: 2, runs: 2 });
  });

  it("waits for a slow link, in both directions", () => {
    // 50 ticks there and 50 back: the fifth operator starts when tensor0 has left, at 60.
    const trace = run(forwardAndBackward(4, 40, 10, 5), plan("spill"));
    expect(trace.ops.startTicks[4]).toBe(60);
    expect(transfersOf(trace)[0]).toBe("t0 0→1 at 10–60");
    expect(verifyTrace(trace)).toEqual([]);
    expect(trace.makespanTicks).toBeGreaterThan(80);
  });

  it("drops a tensor and makes it again", () => {
    // What op0 makes is made from nothing: one run more of 10 ticks.
    const trace = run(forwardAndBackward(4, 40), plan("recompute"));
    expect([trace.makespanTicks, peak(trace), trace.instance.opCount]).toEqual([90, 40, 9]);
    expect(trace.instance.opNames.at(8)).toBe("op0 again");
    expect(verifyTrace(trace)).toEqual([]);
  });

  it.each(["spill", "recompute"] as const)("never holds more than its capacity: %s", (how) => {
    for (const [name, options] of [["best-fit", { alignment: 1 }], ["buddy", {}]] as const) {
      for (const scheduler of ["heft", "fifo", "peft", "work-stealing"]) {
        for (const tensors of [4, 6, 9]) {
          const scale = name === "buddy" ? 256 : 10;
          const base = forwardAndBackward(12, tensors * scale);
          const instance = { ...base, tensorBytes: base.tensorBytes.map(() => scale - (name === "buddy" ? 100 : 0)) };
          const trace = run(instance, plan(how, name, options), scheduler);
          expect(Math.max(...trace.memory![0]!.allocatedBytes), `${name} ${scheduler} ${tensors}`).toBeLessThanOrEqual(tensors * scale);
          expect(verifyTrace(trace)).toEqual([]);
        }
      }
    }
  });

  it.each(["spill", "recompute"] as const)("has results that are read too somewhere in the end: %s", (how) => {
    const capacity = how === "spill" ? 40 : 60;
    const base = forwardAndBackward(6, capacity);
    const kept = Uint32Array.of(0, 7);
    const instance = { ...base, kept, tensorUses: base.tensorUses.map((uses, tensor) => uses + (kept.includes(tensor) ? 1 : 0)) };
    const trace = run(instance, plan(how));
    expect(peak(trace)).toBeLessThanOrEqual(capacity);
    expect(verifyTrace(trace)).toEqual([]);
    const left = ({ tensorNames }: Instance): string[] => Array.from(trace.instance.kept!, (tensor) => tensorNames.at(tensor));
    // Tensor 0 is needed last: what it left as, or was made again as, is the result.
    expect(left(trace.instance)).toEqual(how === "spill" ? ["t0 out", "t7 out"] : ["op0 again:out", "t7"]);
    // And the last gradient, which nobody reads.
    expect([0, 1].reduce((sum, memory) => sum + (trace.memory![memory]!.liveBytes.at(-1) ?? 0), 0)).toBe(30);
  });

  it("gives up where an operator alone needs more, and says what was tried and what may help", () => {
    expect(() => run(forwardAndBackward(4, 20), plan("spill"))).toThrow(/hint: a larger memory or a smaller batch helps/);
    expect(() => run(forwardAndBackward(4, 20), plan("spill"))).toThrow(/no tensor there could leave for "memory1"/);
    expect(() => run(forwardAndBackward(4, 20), plan("recompute"))).toThrow(/there still was no room/);
  });
});
