import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { assumptionsOf, varyInstance } from "../../src/sweep/instance-variation.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { resolved } from "./resolved.ts";

const machine = (bandwidth: string, latency: string, launch: string): string => `{workload: {model: mlp, fuse: off}, machine: {
  devices: {host: {kind: cpu, peak: {f32: 100GFLOP/s}, memory: {bandwidth: 50GB/s}}, acc: {kind: gpu, count: 2, peak: {f32: 2TFLOP/s}, launch: ${launch}, memory: {bandwidth: 500GB/s}}},
  links: [{between: [host, acc], bandwidth: ${bandwidth}, latency: ${latency}}]}}`;
const compiled = async (text: string) => compileScenario(await resolved(text));

describe("varyInstance", () => {
  it("gives what compile makes of a machine with these links", async () => {
    const base = await compiled(machine("10GB/s", "10us", "5us"));
    const wide = await compiled(machine("12GB/s", "10us", "5us"));
    const slow = await compiled(machine("10GB/s", "8us", "5us"));
    const wider = varyInstance(base, { what: "bandwidth", factor: 1.2 });
    wide.resourceCapacity.forEach((capacity, i) => expect(wider.resourceCapacity[i]).toBeCloseTo(capacity, 9));
    wide.routeTicksPerByte.forEach((ticks, i) => expect(wider.routeTicksPerByte[i]).toBeCloseTo(ticks, 12));
    expect([...varyInstance(base, { what: "latency", factor: 0.8 }).routeLatencyTicks]).toEqual([...slow.routeLatencyTicks]);
    expect(wider.digest).not.toBe(base.digest);
  });

  it("gives what compile makes of devices with this launch overhead", async () => {
    const base = await compiled(machine("10GB/s", "10us", "5us"));
    const other = await compiled(machine("10GB/s", "10us", "6us"));
    // The host's own, from its kind's defaults, stays.
    const varied = varyInstance(base, { what: "launch", factor: 1.2, launchTicks: [2000, 5000, 5000], devices: [1, 2] });
    expect([...varied.fixedTicks]).toEqual([...other.fixedTicks]);
    varied.costTicks.forEach((ticks, i) => expect(Math.abs(ticks - other.costTicks[i]!)).toBeLessThanOrEqual(1));
  });

  it("takes a time that was given as a whole as work, not as launch", async () => {
    const base = await compiled("{workload: {graph: {ops: {a: 3ms}}}, machine: {processors: 1}}");
    expect([...varyInstance(base, { what: "cost", factor: 1.2, launchTicks: [1000] }).costTicks]).toEqual([3_600_000]);
    expect([...varyInstance(base, { what: "launch", factor: 1.2, launchTicks: [1000] }).costTicks]).toEqual([3_000_000]);
  });

  it("stretches the work of the chosen devices alone, which draws of the memory as before", async () => {
    const base = await compiled(machine("10GB/s", "10us", "5us"));
    const varied = varyInstance(base, { what: "cost", factor: 1.2, devices: [1], launchTicks: [2000, 5000, 5000] });
    for (let cell = 0; cell < base.costTicks.length; cell++) {
      const work = base.costTicks[cell]! - base.fixedTicks[cell]!;
      const stretched = cell % 3 === 1;
      expect(varied.costTicks[cell]).toBe(base.fixedTicks[cell]! + (stretched ? Math.ceil(work * 1.2 - 1e-6) : work));
    }
    expect([...varied.fixedTicks]).toEqual([...base.fixedTicks]);
    expect(varied.memoryDemand).toBe(base.memoryDemand);
  });

  it("changes what operators that are bound by memory take by what it says, alone and together", async () => {
    const machine = "{devices: {a: {kind: cpu, slots: 2, units: 8, launch: 10us, peak: {f32: 1TFLOP/s}, memory: m, unitBandwidth: 100GB/s}, b: {kind: gpu, slots: 1, units: 8, launch: 10us, peak: {f32: 1TFLOP/s}, memory: m, unitBandwidth: 100GB/s}}, memories: {m: {capacity: 32GiB, bandwidth: 100GB/s}}}";
    const ends = async (ops: string, change: object): Promise<number> => {
      const base = await compiled(`{workload: {graph: {ops: {${ops}}, edges: []}}, machine: ${machine}}`);
      return simulate({ instance: varyInstance(base, { what: "cost", factor: 1, launchTicks: [10_000, 10_000], ...change }), scheduler: createPolicy(fifo) }).makespanTicks;
    };
    const op = "{kind: add, flops: 1e8, read: 800MB, write: 400MB}";
    for (const ops of [`x: ${op}`, `x: ${op}, y: ${op}, z: ${op}`]) {
      const base = await ends(ops, {});
      for (const factor of [0.8, 1.2]) expect(((await ends(ops, { factor })) - 10_000) / (base - 10_000)).toBeCloseTo(factor, 4);
    }
    // Of one device of the two on the memory as well.
    expect((await ends(`x: ${op}`, { factor: 0.8, devices: [0] })) / (await ends(`x: ${op}`, {}))).toBeCloseTo(0.8, 2);
  });
});

describe("assumptionsOf", () => {
  it("names what the instance rests on", async () => {
    expect(assumptionsOf(await compiled(machine("10GB/s", "10us", "5us")), [{ kind: "cpu", launchNs: 2000 }, { kind: "gpu", launchNs: 5000 }, { kind: "gpu", launchNs: 5000 }]).map(({ name }) => name)).toEqual([
      "operator times", "operator times on host", "operator times on every gpu", "operator times on acc0", "operator times on acc1", "launch overhead", "link bandwidth", "link latency",
    ]);
  });

  it("leaves out what there is none of", async () => {
    const instance = await compiled("{workload: {graph: {ops: {a: 3ms, b: 4ms}}}, machine: {processors: 1}}");
    expect(assumptionsOf(instance, [{ kind: "cpu", launchNs: 0 }]).map(({ name }) => name)).toEqual(["operator times"]);
  });
});
