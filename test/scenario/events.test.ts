import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { phaseArrivals, phaseOfJobs } from "../../src/scenario/phases.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { resolveEvents } from "../../src/scenario/resolve-events.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { endedJobs, recovery } from "../../src/trace/recovery.ts";

const machine = buildMachine({ use: "workstation" });
const problems = (events: Parameters<typeof resolveEvents>[0]): string[] => {
  try {
    resolveEvents(events, machine);
    return [];
  } catch (error) {
    return (error as { issues: { code: string; path: unknown[] }[] }).issues.map(({ code, path }) => `${code} at ${path.join(".")}`);
  }
};

describe("events", () => {
  it("become speeds over time, and who joins first was never there", () => {
    expect(resolveEvents([{ at: 9, device: "gpu0", joins: true, speed: 0.5 }, { at: 5, device: "cpu0", lost: true }], machine)).toEqual([
      { atNs: 0, device: 1, speed: 0 }, { atNs: 5, device: 0, speed: 0 }, { atNs: 9, device: 1, speed: 0.5 },
    ]);
  });

  it("must fit together", () => {
    expect(problems([{ at: 1, device: "gpu9", lost: true }])).toEqual(["unknown-device at 0.device"]);
    expect(problems([{ at: 1, device: "gpu0" }])).toEqual(["missing-key at 0"]);
    expect(problems([{ at: 1, device: "gpu0", lost: true, speed: 2 }])).toEqual(["conflicting-keys at 0"]);
    expect(problems([{ at: 1, device: "gpu0", lost: true }, { at: 2, device: "gpu0", lost: true }, { at: 3, device: "gpu0", speed: 1 }])).toEqual(["not-there at 1.lost", "not-there at 2.speed"]);
    expect(problems([{ at: 1, device: "gpu0", speed: 0.5 }, { at: 2, device: "gpu0", joins: true }])).toEqual(["already-there at 1.joins"]);
  });
});

describe("events on the cores of threads", () => {
  const refused = async (yaml: string): Promise<string[]> => {
    const readFile = async (file: string) => (file === "a.yaml" ? new TextEncoder().encode(yaml) : readOrdinaryFile(file));
    try {
      await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
      return [];
    } catch (error) {
      return (error as InputError).issues.map(({ code, line, column }) => `${line}:${column} ${code}`);
    }
  };
  const graph = "workload: {model: mlp}\nmachine: workstation\n";
  const threads = "programs: {w: [compute: 1ms]}\nthreads: {w: 1}\n";
  const slower = (device: string) => `events: [{at: 2ms, device: ${device}, speed: 10%}]`;

  it("are refused where they stand, whatever happens there", async () => {
    for (const what of ["speed: 10%", "lost: true", "joins: true"]) expect(await refused(`${graph}runtime: openmp\nevents: [{at: 0ms, device: cpu0, ${what}}]`)).toEqual(["4:28 threads-on-device"]);
    for (const cores of ["", "cores: {of: cpu0}\n", "cores: {of: machine}\n"]) expect(await refused(`${graph}${threads}${cores}${slower("cpu0")}`)).toHaveLength(1);
    expect(await refused(`${graph}runtime: openmp\ncores: 4\n${slower("cpu0")}`)).toEqual(["5:28 threads-on-device"]);
    expect(await refused(`machine: workstation\nruntime: mpi\n${slower("cpu0")}`)).toEqual(["3:28 threads-on-device"]);
  });

  it("do not keep others from changing", async () => {
    expect(await refused(`${graph}runtime: {use: pytorch, device: cuda}\n${slower("gpu0")}`)).toEqual([]);
    expect(await refused(`${graph}${threads}cores: 2\n${slower("cpu0")}`)).toEqual([]);
    expect(await refused(`workload: {model: mlp}\nmachine: server\n${threads}cores: {of: cpu1}\n${slower("cpu0")}`)).toEqual([]);
    expect(await refused(`workload: {model: mlp}\nmachine: server\n${threads}cores: {of: cpu1}\n${slower("cpu1")}`)).toHaveLength(1);
  });
});

describe("phases", () => {
  const phases = [{ for: 100, rate: 0.1 }, { for: 50, every: 10 }];

  it("have as many jobs for every seed, each within its phase", () => {
    const of = phaseOfJobs({ phases });
    expect(of).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    for (const seed of [1, 2, 3]) {
      const times = phaseArrivals(phases, of, seed);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(Math.max(...times.slice(0, 10))).toBeLessThan(100);
      expect(times.slice(10)).toEqual([100, 110, 120, 130, 140]);
    }
    expect(phaseArrivals(phases, of, 1)).not.toEqual(phaseArrivals(phases, of, 2));
  });

  it("leave no room for another timetable", () => {
    expect(() => phaseOfJobs({ phases, instances: 3 })).toThrow(/instances does too/);
    expect(() => phaseOfJobs({ phases: [{ for: 5 }] })).toThrow(/either rate or every/);
    expect(() => phaseOfJobs({ phases: [{ for: 5, rate: 0.01 }] })).toThrow(/no instance arrives/);
    expect(() => phaseOfJobs({ phases: [{ for: 6e15, every: 6e14 }, { for: 6e15, every: 6e14 }] })).toThrow(/take 139 d together; times are exact up to 104 d/);
  });
});

describe("time to recover", () => {
  const jobs = (latencies: readonly number[]) => endedJobs({ jobs: { arrivalTicks: Float64Array.from(latencies, (ticks, i) => 100 * (i + 1) - ticks), endTicks: Float64Array.from(latencies, (_, i) => 100 * (i + 1)) } });
  const before = [10, 10, 10, 10, 10, 10];

  it("is when the latency stays back", () => {
    const went = recovery(jobs([...before, 50, 50, 50, 50, 50, 10, 10, 10, 10, 10, 10, 10, 10]), 600, 0, Infinity)!;
    expect(went).toMatchObject({ latencyBefore: 10, latencyAfter: 10 });
    // The median of five is back with the third job of 10 among them: the window that begins with the fourth after the event.
    expect(went.recoveredAfter).toBe(400);
  });

  it("is 0 where nothing got worse, and none where it does not come back", () => {
    expect(recovery(jobs([...before, 10, 99, 10, 10, 99, 10, 10]), 600, 0, Infinity)!.recoveredAfter).toBe(0);
    const worse = recovery(jobs([...before, 20, 20, 20, 20, 20, 20, 20]), 600, 0, Infinity)!;
    expect(worse.recoveredAfter).toBeUndefined();
    expect(worse).toMatchObject({ latencyAfter: 20, settledAfter: 0 });
    // Of fewer jobs it says of how many: two before, and one after.
    expect(recovery(jobs([10, 12, 30]), 200, 0, Infinity)).toMatchObject({ latencyBefore: 11, latencyAfter: 30, jobsBefore: 2, jobsAfter: 1, recoveredAfter: undefined, settledAfter: 0 });
    expect(recovery(jobs([10, 12, 12]), 200, 0, Infinity)!.recoveredAfter).toBe(0);
    expect(recovery(jobs([10, 10, 10]), 50, 0, Infinity)).toBeUndefined();
    expect(recovery(jobs([10, 10, 10]), 500, 0, Infinity)).toBeUndefined();
  });
});
