import { describe, expect, it } from "vitest";
import { Simulation } from "../../../src/core/simulation.ts";
import type { Trace } from "../../../src/core/trace.ts";
import { ProgramBuilder, threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";
import { verifyTrace } from "../../../src/trace/verify.ts";
import { makeInstance, type InstanceSpec } from "../../reference/make-instance.ts";

/** Runs the graph by programs; device 0 is the one with the cores. */
function run(instance: InstanceSpec, input: ThreadSpecInput): Trace {
  const spec = threadSpec({ threadCosts: "none", ...input }, { devices: ["host", "card"] });
  return new Simulation({
    instance: makeInstance(instance), scheduler: { dispatch: () => undefined },
    threads: { spec, device: 0, policyName: "fifo", policy: threadPolicies.get("fifo").create({}) },
  }).run();
}

/** A → B, C → D on a host with cores; and C may run on a card that has a memory of its own. */
const diamond: InstanceSpec = {
  ops: [{ class: 0 }, { class: 1, inputs: [0] }, { class: 2, inputs: [0] }, { class: 3, inputs: [1, 2] }],
  tensors: [{ bytes: 100, producer: 0 }, { bytes: 50, producer: 1 }, { bytes: 30, producer: 2 }],
  costs: [[10, 100], [20, 100], [40, 5], [7, 100]],
  devices: [{ slots: 2, memory: 0 }, { slots: 1, memory: 1 }],
  memories: [Infinity, Infinity],
  routes: [{ from: 0, to: 1, latency: 2, ticksPerByte: 0.1 }, { from: 1, to: 0, latency: 2, ticksPerByte: 0.1 }],
};

/** An inter-op pool: each thread takes an operator, computes it, and hands on what it made ready. */
const pool = new ProgramBuilder("worker").forever((p) => p.pop("ready", {
  into: "op", else: (q) => q.end(),
  then: (q) => q.add({ runOp: "$op" }, { complete: "$op" }, { nextReady: { into: "next", then: [{ push: { to: "ready", value: "$next" } }, { nextReady: { into: "next", then: [{ push: { to: "ready", value: "$next" } }] } }] } }),
}));

describe("threads that run an operator graph", () => {
  it("one thread takes the sum of the operators, two what the longer branch takes", () => {
    for (const [threads, makespan] of [[1, 77], [2, 57]] as const) {
      const trace = run(diamond, { programs: [pool], threads: { worker: threads }, queues: { ready: { takes: "operators" } }, cores: 2 });
      expect(trace.threads!.outcome).toBeUndefined();
      expect(trace.complete).toBe(true);
      expect(trace.makespanTicks).toBe(makespan);
      expect([...trace.ops.device]).toEqual([0, 0, 0, 0]);
    }
  });

  it("a host thread launches an operator on another device, and the tensors move there and back", () => {
    const host = new ProgramBuilder("host")
      .pop("ready", { into: "op" }).add({ runOp: "$op" }, { complete: "$op" }, { nextReady: { into: "b" } }, { nextReady: { into: "c" } })
      .add({ launch: { op: "$c", on: "card" } }, { runOp: "$b" }, { complete: "$b" }, { awaitOp: "$c" }, { nextReady: { into: "op" } }, { runOp: "$op" }, { complete: "$op" });
    const trace = run(diamond, { programs: [host], threads: { host: 1 }, queues: { ready: { takes: "operators" } }, cores: 2 });
    expect(trace.threads!.outcome).toBeUndefined();
    // A 0–10; its 100 bytes reach the card at 10 + 2 + 10; C 22–27 there; B 10–30 here; C's 30 bytes come back 30–35; D 35–42.
    expect([...trace.ops.startTicks]).toEqual([0, 10, 22, 35]);
    expect(trace.makespanTicks).toBe(42);
    expect([...trace.ops.device]).toEqual([0, 0, 1, 0]);
  });

  it("gives operators that are under way at once slots of their own, as long as there are any", () => {
    // One thread begins all of them before it says of any that it is complete.
    const late = new ProgramBuilder("late")
      .repeat(3, (p) => p.pop("ready", { into: "op" }).add({ runOp: "$op" }, { push: { to: "run", value: "$op" } }))
      .repeat(3, (p) => p.pop("run", { into: "op" }).add({ complete: "$op" }));
    const slotsOf = (slots: number): number[] => {
      const trace = run({ ...diamond, ops: [{ class: 0 }, { class: 0 }, { class: 0 }], tensors: [], devices: [{ slots, memory: 0 }, { slots: 1, memory: 1 }] }, { programs: [late], threads: { late: 1 }, queues: { ready: { takes: "operators" }, run: {} }, cores: 1 });
      expect(trace.complete).toBe(true);
      expect(verifyTrace(trace)).toEqual([]);
      return [...trace.ops.slot];
    };
    expect([4, 2, 1].map(slotsOf)).toEqual([[0, 1, 2], [0, 1, 0], [0, 0, 0]]);
  });

  it("refuses changes of the device whose cores threads run on, and takes those of others", () => {
    const programs = { programs: [pool], threads: { worker: 1 }, queues: { ready: { takes: "operators" as const } }, cores: 2 };
    const changed = (device: number) => () => run({ ...diamond, changes: [{ at: 5, device, speed: 0.5 }] }, programs);
    expect(changed(0)).toThrow(/threads run on the cores of "device0", which is slowed, lost or joins during the run/);
    expect(changed(1)().makespanTicks).toBe(77);
  });

  it("a device that cannot take what is launched is named, and why", () => {
    const launch = (on?: string, instance = diamond) => () => run(instance, { programs: [new ProgramBuilder("host").add({ launch: { op: 0, ...(on !== undefined && { on }) } })], threads: { host: 1 }, cores: 2 });
    const hostOnly = { ...diamond, costs: diamond.costs!.map(([host]) => [host!, Infinity]) };
    expect(launch("host")).toThrow(/launches operator "op0" on "device0", the device whose cores threads run on \(at 0 ns\)/);
    expect(launch("card", hostOnly)).toThrow(/launches operator "op0" on "device1", which cannot run it/);
    expect(launch(undefined, hostOnly)).toThrow(/launches operator "op0", and no device can run it but "device0", whose cores threads run on \(at/);
  });
});
