import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceCsv } from "../../src/trace/csv.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { metricsJson } from "../../src/trace/metrics-json.ts";
import { nanoseconds } from "../../src/trace/nanoseconds.ts";
import { anyRun } from "./any-run.ts";
import { makeInstance, makeRun } from "./make-run.ts";

/** a on cpu 0–4, b on gpu 11–14 after a transfer 4–11, c on cpu 4–6. */
const two = (spec: object = {}) =>
  makeRun(makeInstance({ costs: [[4, 9], [9, 3], [2, Infinity]], edges: [[0, 1, 6]], latency: 1, names: ["a", "b", "c"], devices: ["cpu", "gpu"], ...spec }), [
    { op: 0, device: 0 }, { op: 1, device: 1 }, { op: 2, device: 0 },
  ]);

describe("nanoseconds", () => {
  it("leaves no dust", () => {
    expect([nanoseconds(3, 0.1), nanoseconds(7, 1e-3), nanoseconds(10, 1 / 3), nanoseconds(3, 1.1), nanoseconds(5, 2)]).toEqual([0.3, 0.007, 10 / 3, 3.3, 10]);
  });
});

describe("computeMetrics", () => {
  it("divides each device's slot-time in busy, waiting for data and idle", () => {
    const { devices, makespanNs, utilization } = computeMetrics(two());
    expect(makespanNs).toBe(14);
    expect(devices).toEqual([
      { name: "cpu", slots: 1, tasks: 2, busyNs: 6, setupNs: 0, waitingForDataNs: 0, idleNs: 8, utilization: 0.428571429 },
      { name: "gpu", slots: 1, tasks: 1, busyNs: 3, setupNs: 0, waitingForDataNs: 7, idleNs: 4, utilization: 0.214285714 },
    ]);
    expect(utilization).toBe(0.321428571);
  });

  it("counts a wait for data only where a slot was free for it", () => {
    const instance = makeInstance({ costs: [[4, 9], [9, 3], [9, 20]], edges: [[0, 1, 6]], latency: 1 });
    const trace = makeRun(instance, [{ op: 2, device: 1 }, { op: 0, device: 0 }, { op: 1, device: 1 }]);
    expect(computeMetrics(trace).devices[1]).toMatchObject({ busyNs: 23, waitingForDataNs: 0, idleNs: 0 });
  });

  it("gives speed-up and efficiency against the best device that can run everything", () => {
    const metrics = computeMetrics(two());
    expect(metrics.speedup).toBeCloseTo((4 + 9 + 2) / 14, 8);
    expect(metrics.efficiency).toBeCloseTo((4 + 9 + 2) / 14 / 2, 8);
    const none = computeMetrics(makeRun(makeInstance({ costs: [[1, Infinity], [Infinity, 1]] }), [{ op: 0, device: 0 }, { op: 1, device: 1 }]));
    expect("speedup" in none || "efficiency" in none).toBe(false);
    expect("speedup" in computeMetrics(two({ arrivals: [5] }))).toBe(false);
  });

  it("states the gap to the bound, and none when the bound says nothing", () => {
    expect(computeMetrics(two(), { lowerBound: { ticks: 10, source: "area" } })).toMatchObject({ lowerBoundNs: 10, lowerBoundSource: "area", gap: 0.4 });
    expect("gap" in computeMetrics(two(), { lowerBound: { ticks: 0, source: "area" } })).toBe(false);
  });

  it("adds idle and busy energy where power is given", () => {
    const metrics = computeMetrics(two({ tickNs: 1e9 }), { devices: [{ power: { idleWatts: 10, busyWatts: 100 } }, {}] });
    expect(metrics.energyJoules).toBe(10 * 14 + 90 * 6);
    expect(metrics.devices.map((device) => device.energyJoules)).toEqual([680, undefined]);
    expect("energyJoules" in computeMetrics(two())).toBe(false);
  });

  it("warns of a memory that is too small", () => {
    const trace = { ...two({ memoryBytes: 100 }), peakBytes: Float64Array.of(99, 101) };
    const { memories, warnings } = computeMetrics(trace, { warnings: [{ code: "first", message: "given" }] });
    expect(memories).toEqual([{ name: "cpu.memory", peakBytes: 99, capacityBytes: 100 }, { name: "gpu.memory", peakBytes: 101, capacityBytes: 100 }]);
    expect(warnings.map((warning) => warning.code)).toEqual(["first", "memory-exceeded"]);
    // An allocator found room for everything, since operators wrote over their inputs.
    const profile = { memory: 1, allocator: "first-fit", ticks: new Float64Array(0), liveBytes: new Float64Array(0), allocatedBytes: new Float64Array(0), reservedBytes: new Float64Array(0), freeBytes: new Float64Array(0), largestFreeBytes: new Float64Array(0), peak: -1, peakBuffers: [], allocations: 0, frees: 0, allocatorNs: 0 };
    expect(computeMetrics({ ...trace, memory: [profile] }).warnings).toEqual([]);
  });

  it("measures links, and jobs when there are several", () => {
    expect(computeMetrics(two()).links).toEqual([{ name: "bus", bytes: 6, utilization: 0.428571429 }]);
    expect("jobs" in computeMetrics(two())).toBe(false);
    const costs = Array.from({ length: 10 }, (_, i) => [i + 1]);
    const jobs = computeMetrics(makeRun(makeInstance({ costs, jobOf: costs.map((_, i) => i), slots: [10] }), costs.map((_, op) => ({ op, device: 0, slot: op })))).jobs;
    expect(jobs).toEqual({ count: 10, completed: 10, throughputPerSecond: 1e9, periodNs: 1, latencyNs: { mean: 5.5, p50: 5, p90: 9, p99: 10, max: 10 } });
    // Of seven jobs nothing is said of a steady state.
    const few = costs.slice(0, 7);
    expect(computeMetrics(makeRun(makeInstance({ costs: few, jobOf: few.map((_, i) => i), slots: [10] }), few.map((_, op) => ({ op, device: 0, slot: op })))).jobs!.periodNs).toBeUndefined();
  });

  it("holds true nanoseconds and no null, NaN or dust, for any run", () => {
    fc.assert(
      fc.property(anyRun, (trace) => {
        const metrics = computeMetrics(trace, { lowerBound: { ticks: 1, source: "area" } });
        const text = JSON.stringify(metrics);
        expect(text).not.toMatch(/null|0000000\d|9999999/);
        for (const device of metrics.devices) {
          expect(device.busyNs + device.setupNs + device.waitingForDataNs + device.idleNs + (device.abortedNs ?? 0) + (device.absentNs ?? 0)).toBeCloseTo(device.slots * metrics.makespanNs, 6);
        }
        expect(JSON.parse([...metricsJson(metrics)].join(""))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it("leaves out of a stopped run what did not happen", () => {
    const metrics = computeMetrics(makeRun(makeInstance({ costs: [[4], [2]], edges: [[0, 1, 0]] }), [{ op: 0, device: 0 }]));
    expect(metrics.complete).toBe(false);
    expect([...metrics.tasks]).toEqual([{ name: "op0", device: "P1", slot: 0, startNs: 0, endNs: 4 }, { name: "op1" }]);
    expect("speedup" in metrics).toBe(false);
  });
});

describe("metricsJson", () => {
  it("is readable, one line a task", () => {
    const text = [...metricsJson(computeMetrics(two()))].join("");
    expect(text.split("\n").slice(0, 8)).toEqual(["{", '  "schemaVersion": 1,', '  "name": "made",', '  "scheduler": "made",', '  "sync": "dataflow",', '  "seed": 1,', '  "complete": true,', '  "makespanNs": 14,']);
    expect(text).toContain('\n    {"name":"b","device":"gpu","slot":0,"startNs":11,"endNs":14},\n');
  });

  it("comes in chunks of bounded size", () => {
    const costs = Array.from({ length: 5000 }, () => [1]);
    const chunks = [...metricsJson(computeMetrics(makeRun(makeInstance({ costs }), costs.map((_, op) => ({ op, device: 0 })))))];
    expect(chunks.length).toBeGreaterThan(5);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(70_000);
    expect(JSON.parse(chunks.join("")).tasks.length).toBe(5000);
  });
});

describe("traceCsv", () => {
  it("has a line an operator, quoted where needed", () => {
    const trace = two({ names: ["a", 'b,"x"', "c"], tickNs: 0.5 });
    expect([...traceCsv(trace)].join("")).toBe(
      ["op,kind,device,slot,ready_ns,start_ns,end_ns", "a,task,cpu,0,0,0,2", '"b,""x""",task,gpu,0,2,5.5,7', "c,task,cpu,0,0,2,3", ""].join("\r\n"),
    );
    expect([...traceCsv(makeRun(makeInstance({ costs: [[1]] }), []))].join("")).toBe("op,kind,device,slot,ready_ns,start_ns,end_ns\r\nop0,task,,,,,\r\n");
  });
});
