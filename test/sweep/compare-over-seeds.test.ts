import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { defineScheduler, type Scheduler } from "../../src/plugin.ts";
import { compareSchedulers } from "../../src/scenario/compare-schedulers.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { compareOverSeeds } from "../../src/sweep/compare-over-seeds.ts";
import { comparisonCsv } from "../../src/sweep/comparison-csv.ts";
import { comparisonData } from "../../src/sweep/comparison-data.ts";
import { formatComparisonOverSeeds } from "../../src/sweep/comparison-over-seeds-text.ts";
import { noisyGraph, resolved } from "./resolved.ts";

const fifo = (): Scheduler => schedulers.get("fifo").create({});
const chosen = (name: string, create: () => Scheduler) => ({ definition: defineScheduler({ name, summary: "of a test", create }), options: {} });

describe("compareOverSeeds", () => {
  it("finds for each seed the makespan of a run with it", async () => {
    const scenario = await resolved(noisyGraph);
    const { schedulers: rows, firstSeed, random } = await compareOverSeeds(scenario, { seeds: 12, workers: 0 });
    expect([firstSeed, random]).toEqual([5, true]);
    expect(rows.map(({ rank }) => rank)).toEqual([...rows.map(({ rank }) => rank)].sort((a, b) => a - b));
    for (const { name, makespansNs } of rows) {
      const scheduler = scenario.compare.find(({ definition }) => definition.name === name)!;
      for (const seed of [0, 7, 11]) expect(makespansNs[seed]).toBe(runScenario(scenario, { scheduler, seed: 5 + seed }).makespanTicks * scenario.tickNs);
    }
  });

  it("measures the gap by the bound of schedules of the same kind: those that run operators several times have another", async () => {
    // a -> b, c: the transfers of a's output are longer than all operators together, and a second a spares them.
    const graph = "{workload: {graph: {ops: {a: 4us, b: 6us, c: 6us}, edges: [a -> b: 1MB, a -> c: 1MB]}}, machine: {devices: {p: {kind: cpu, peak: {f32: 1GFLOP/s}}, q: {kind: cpu, peak: {f32: 1GFLOP/s}}}, links: [{between: [p, q], bandwidth: 1GB/s}]}, compare: [heft, hld]}";
    const both = await compareOverSeeds(await resolved(graph), { workers: 0 });
    expect(both.schedulers.map(({ name, mean, gap }) => [name, mean.value, gap])).toEqual([["hld", 10_000, 0], ["heft", 16_000, 0]]);
    expect([both.lowerBoundNs, both.lowerBoundOnceNs]).toEqual([10_000, 16_000]);
    expect(comparisonData(both)).toMatchObject({ lowerBoundNs: 10_000, lowerBoundOnceNs: 16_000 });
    expect(formatComparisonOverSeeds(both)).toContain("gap to bound: above 16.0 µs where every operator runs once, above 10.0 µs where the scheduler may run some several times");
    const scenario = await resolved(graph);
    const alone = await compareOverSeeds(scenario, { schedulers: [scenario.compare[0]!], workers: 0 });
    expect([alone.lowerBoundNs, alone.lowerBoundOnceNs]).toEqual([16_000, undefined]);
    expect(compareSchedulers(scenario).map(({ metrics }) => metrics?.gap)).toEqual([0, 0]);
  });

  it("draws random arrivals anew for each seed", async () => {
    const scenario = await resolved("{workload: {graph: {ops: {a: 1ms}}, instances: 20, arrivals: {rate: 400/s}}, machine: {processors: 1}, compare: [fifo]}");
    const { schedulers: [row], random } = await compareOverSeeds(scenario, { seeds: 8, workers: 0 });
    expect(random).toBe(true);
    expect(new Set(row!.makespansNs).size).toBe(8);
    const again = await resolved("{workload: {graph: {ops: {a: 1ms}}, instances: 20, arrivals: {rate: 400/s}}, machine: {processors: 1}, seed: 3, compare: [fifo]}");
    expect(row!.makespansNs[3]).toBe(runScenario(again, { scheduler: again.compare[0]! }).makespanTicks);
  });

  it("runs once what cannot differ, and says so plainly", async () => {
    let created = 0;
    const scenario = await resolved(noisyGraph.replace("noise: 20%", "noise: 0"));
    const counting = chosen("counting", () => (created++, fifo()));
    const runs: number[] = [];
    const comparison = await compareOverSeeds(scenario, { schedulers: [scenario.compare[0]!, counting], seeds: 10, workers: 0, onProgress: (done) => runs.push(done) });
    // Of a policy of one's own nobody knows: it may keep something between runs.
    // One more was asked whether it runs operators several times.
    expect(created).toBe(11);
    expect(comparison.schedulers.map(({ constant, mean }) => [constant, mean.interval])).toEqual([[true, undefined], [true, undefined]]);
    expect(formatComparisonOverSeeds(comparison)).toContain("Nothing in this scenario is random");
    expect(runs.at(-1)).toBe(21);
  });

  it("runs a scheduler that draws random numbers with every seed, where nothing else is random", async () => {
    const scenario = await resolved(noisyGraph.replace("noise: 20%", "noise: 0"));
    const comparison = await compareOverSeeds(scenario, { seeds: 10, workers: 0 });
    const byName = new Map(comparison.schedulers.map((row) => [row.name, row]));
    expect(byName.get("random")!.mean.interval).toBeDefined();
    expect(byName.get("heft")!.mean.interval).toBeUndefined();
    const text = formatComparisonOverSeeds(comparison);
    expect(text).toContain("the schedulers' own luck");
    // Neither heft, the baseline, nor fifo has luck; random has.
    expect(text).toMatch(/^ +\d +fifo .* 0 % {3,}\d/m);
    expect(text).toMatch(/^ +\d +random .* 0 % +0 % … 28 % /m);
  });

  it("leaves out who fails, with the first seed, and compares the others", async () => {
    const scenario = await resolved(noisyGraph);
    let run = 0;
    const moody = chosen("moody", () => {
      if (++run === 5) throw new Error("not today");
      return fifo();
    });
    const comparison = await compareOverSeeds(scenario, { schedulers: [moody, ...scenario.compare], seeds: 6, workers: 0 });
    expect(comparison.failures).toEqual([{ name: "moody", seed: 8, code: "policy-error", message: 'scheduler "moody" failed in "create": not today' }]);
    expect(comparison.schedulers.map(({ name }) => name)).not.toContain("moody");
    // The first was the baseline; another one stands in.
    expect(comparison.baseline).toBe("heft");
    expect(comparison.warnings.map(({ code }) => code)).toContain("baseline-failed");
    expect(comparisonCsv(comparison).trimEnd().split("\r\n").at(-1)).toMatch(/^,moody,6,{24}"?scheduler/);
  });

  it("refuses what cannot be compared", async () => {
    const scenario = await resolved(noisyGraph);
    await expect(compareOverSeeds(scenario, { schedulers: [] })).rejects.toThrow(InputError);
    await expect(compareOverSeeds(scenario, { baseline: "hefft", workers: 0 })).rejects.toThrow('error[unknown-baseline]: the baseline "hefft" is not among the schedulers compared\n  hint: did you mean heft?');
    await expect(compareOverSeeds(scenario, { seeds: 0 })).rejects.toThrow("bad-seeds");
  });

  it("says which assumption flips the winner", async () => {
    // On the gpu 10 ms + 1 ms to fetch the input, on the cpu 11.5 ms: a gpu 20 % slower, or a cpu 20 % faster, turns it.
    const scenario = await resolved(`{workload: {graph: {ops: {a: {time: {cpu0: 11500us, gpu0: 11ms}}}}}, machine: {devices: {cpu0: {kind: cpu, peak: {f32: 1TFLOP/s}}, gpu0: {kind: gpu, peak: {f32: 1TFLOP/s}}}, links: [{between: [cpu0, gpu0], bandwidth: 1GB/s}]}}`);
    const on = (device: number) => ({ dispatch: (view, out) => { for (let op = view.ready.first(), next; op >= 0; op = next) { next = view.ready.next(op); out.place(op, device); } } }) satisfies Scheduler as Scheduler;
    const { sensitivity, schedulers: rows } = await compareOverSeeds(scenario, { schedulers: [chosen("cpu-only", () => on(0)), chosen("gpu-only", () => on(1))], workers: 0, sensitivity: true });
    expect(rows[0]!.name).toBe("gpu-only");
    const flips = sensitivity!.flatMap(({ assumption, effects }) => effects.filter(({ flips }) => flips).map(({ change, winner }) => `${assumption} ${change}: ${winner}`));
    expect(flips).toEqual(["operator times on cpu0 -0.2: cpu-only", "operator times on gpu0 0.2: cpu-only"]);
    expect(sensitivity!.find(({ assumption }) => assumption === "operator times")!.effects[1]).toMatchObject({ formerChange: expect.closeTo(0.2, 9) as number, flips: false });
  });

  it("says who wins under an assumption with which the winner fails, and where nobody has a result", async () => {
    const scenario = await resolved("{workload: {graph: {ops: {a: {time: {cpu0: 10ms, gpu0: 11ms}}}}}, machine: {devices: {cpu0: {kind: cpu, peak: {f32: 1TFLOP/s}}, gpu0: {kind: gpu, peak: {f32: 1TFLOP/s}}}, links: [{between: [cpu0, gpu0], bandwidth: 1GB/s, latency: 1us}]}}");
    // It knows its device by the time that the operator takes there.
    const on = (device: number, ticks: number) => chosen(`only-${device}`, () => ({ dispatch: (view, out) => {
      if (view.ready.first() < 0) return;
      if (view.estimateTicks(0, device) !== ticks) throw new Error("I do not know this device");
      out.place(0, device);
    } }));
    const both = await compareOverSeeds(scenario, { schedulers: [on(0, 10_000_000), on(1, 11_000_000)], workers: 0, sensitivity: true });
    const slowerCpu = both.sensitivity!.find(({ assumption }) => assumption === "operator times on cpu0")!.effects[1];
    expect(slowerCpu).toEqual({ change: 0.2, winner: "only-1", value: 11_000_000, failure: 'scheduler "only-0" failed in "dispatch": I do not know this device (at 0 ns)', flips: true, significant: true });
    expect(both.sensitivity![0]!.effects[1]).toEqual({ change: 0.2, failure: slowerCpu!.failure, flips: false, significant: false });
    const text = formatComparisonOverSeeds(both);
    expect(text).toMatch(/^operator times on cpu0 +failed +only-1 +failed +only-1$/m);
    expect(text).toContain('  operator times on cpu0 + 20 %: only-1 wins, as only-0 fails: scheduler "only-0" failed in "dispatch": I do not know this device (at 0 ns)');
    expect(text).toMatch(/^Nobody has a result:\n {2}operator times − 20 %: scheduler "only-0" failed/m);
    expect(JSON.stringify(comparisonData(both))).not.toMatch(/null|NaN/);
  });

  it("does not take the luck of schedulers for an effect of an assumption", async () => {
    // Both place at random, with every estimate otherwise: what one wins by is no more than luck.
    const scenario = await resolved(noisyGraph.replace("noise: 20%", "noise: 0"));
    const random = (name: string) => chosen(name, () => ({ dispatch: (view, out) => {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op);
        out.place(op, Math.floor(view.random() * view.estimateTicks(op, 0)) % view.deviceCount);
      }
    } }));
    const comparison = await compareOverSeeds(scenario, { schedulers: [random("one"), random("two")], seeds: 4, workers: 0, sensitivity: true });
    const flips = comparison.sensitivity!.flatMap(({ effects }) => effects.filter(({ flips }) => flips));
    expect(flips.map(({ significant }) => significant)).toContain(false);
    expect(formatComparisonOverSeeds(comparison)).toContain(", which may be luck");
  });

  describe("by an objective", () => {
    const queue = "{workload: {graph: {ops: {a: 1ms, b: 1ms}, edges: [a -> b]}, instances: 30, arrivals: {rate: 300/s}}, machine: {processors: 1}, noise: 20%, compare: [fifo, edf, sjf]}";
    const latencies = (end: Float64Array, arrival: Float64Array): number[] => Array.from(end, (ticks, job) => ticks - arrival[job]!).sort((a, b) => a - b);

    it("ranks by the mean latency where jobs arrive over time, and has each seed's run behind it", async () => {
      const scenario = await resolved(queue);
      const comparison = await compareOverSeeds(scenario, { seeds: 6, workers: 0 });
      expect([comparison.by, Object.keys(comparison.schedulers[0]!.others)]).toEqual(["latency-mean", ["latency-p50", "latency-p99", "makespan"]]);
      const values = comparison.schedulers.map(({ mean }) => mean.value);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      for (const { name, samples, makespansNs, others } of comparison.schedulers) {
        const scheduler = scenario.compare.find(({ definition }) => definition.name === name)!;
        const again = await resolved(queue.replace("compare", "seed: 4, compare"));
        const trace = runScenario(again, { scheduler });
        const sorted = latencies(trace.jobs.endTicks, trace.jobs.arrivalTicks);
        expect(samples[4]).toBeCloseTo(sorted.reduce((a, b) => a + b, 0) / 30, 3);
        expect(makespansNs[4]).toBe(trace.makespanTicks);
        expect(others["makespan"]!.value).toBeCloseTo(makespansNs.reduce((a, b) => a + b, 0) / 6, 3);
      }
      const p99 = await compareOverSeeds(scenario, { seeds: 6, workers: 0, by: "latency-p99" });
      const first = p99.schedulers.find(({ name }) => name === "fifo")!;
      const run = runScenario(scenario, { scheduler: scenario.compare[0]! });
      expect(first.samples[0]).toBe(latencies(run.jobs.endTicks, run.jobs.arrivalTicks).at(-1));
      expect(first.mean.interval).toBeDefined();
    });

    it("stays with the makespan for jobs back to back, and takes what it is told", async () => {
      const scenario = await resolved("{workload: {graph: {ops: {a: 1ms}}, instances: 4}, machine: {processors: 1}, noise: 10%, compare: [fifo]}");
      const comparison = await compareOverSeeds(scenario, { seeds: 3, workers: 0 });
      expect([comparison.by, comparison.schedulers[0]!.others, comparison.schedulers[0]!.samples]).toEqual(["makespan", {}, comparison.schedulers[0]!.makespansNs]);
      const { mean } = (await compareOverSeeds(scenario, { seeds: 3, workers: 0, by: "latency-mean" })).schedulers[0]!;
      expect(mean.value).toBeCloseTo(comparison.schedulers[0]!.mean.value / 4, 0);
    });

    it("ranks by the energy: the slower device that takes a tenth of the power wins", async () => {
      const scenario = await resolved("{workload: {graph: {ops: {a: {time: {cpu0: 20ms, gpu0: 10ms}}}}}, machine: {devices: {cpu0: {kind: cpu, peak: {f32: 1TFLOP/s}, power: {idle: 0W, busy: 10W}}, gpu0: {kind: gpu, peak: {f32: 1TFLOP/s}, power: {idle: 0W, busy: 100W}}}, links: [{between: [cpu0, gpu0], bandwidth: 1GB/s}]}}");
      const on = (device: number) => ({ dispatch: (view, out) => { if (view.ready.length > 0) out.place(view.ready.first(), device); } }) satisfies Scheduler as Scheduler;
      const schedulers = [chosen("fast", () => on(1)), chosen("frugal", () => on(0))];
      const energy = await compareOverSeeds(scenario, { schedulers, workers: 0, by: "energy" });
      expect(energy.schedulers.map(({ name, mean, others }) => [name, mean.value, others["makespan"]!.value])).toEqual([["frugal", 0.2, 20e6], ["fast", 1, 10e6]]);
      expect((await compareOverSeeds(scenario, { schedulers, workers: 0 })).schedulers[0]!.name).toBe("fast");
      expect(comparisonData(energy)["schedulers"]).toMatchObject([{ name: "frugal", energyJoules: 0.2, makespanNs: 20e6 }, { name: "fast", energyJoules: 1 }]);
      expect(formatComparisonOverSeeds(energy)).toMatch(/^rank {2}scheduler +energy {2}vs best {2}makespan .*\n +1 {2}frugal +200 mJ/);
    });

    it("names the figures in JSON and CSV by what they are", async () => {
      const comparison = await compareOverSeeds(await resolved(queue), { seeds: 4, workers: 0, by: "latency-p50" });
      const [row] = comparisonData(comparison)["schedulers"] as { latencyP50Ns: number; intervals: object; samplesNs: number[]; makespansNs: number[] }[];
      expect(Object.keys(row!.intervals)).toEqual(["latencyMeanNs", "latencyP99Ns", "makespanNs"]);
      expect([row!.samplesNs.length, row!.makespansNs.length]).toEqual([4, 4]);
      expect(row!.latencyP50Ns).toBeCloseTo(row!.samplesNs.reduce((a, b) => a + b, 0) / 4, 0);
      const [header, line] = comparisonCsv(comparison).split("\r\n");
      expect(header).toMatch(/,failure,by,latency_mean_ns,latency_mean_low_ns,latency_mean_high_ns,latency_p99_ns,.*,makespan_ns,/);
      expect(line!.split(",").length).toBe(header!.split(",").length);
      expect(formatComparisonOverSeeds(comparison)).toMatch(/^rank {2}scheduler {2}latency p50, [µm]s /);
    });

    it("says what is missing to rank by", async () => {
      const scenario = await resolved(noisyGraph);
      await expect(compareOverSeeds(scenario, { by: "energy", workers: 0 })).rejects.toThrow("error[no-energy]: no device of the machine has power figures");
      await expect(compareOverSeeds(scenario, { by: "latency-p99", workers: 0 })).rejects.toThrow("error[no-latency]: there is one job");
    });
  });

  it("gives plain data that JSON keeps", async () => {
    const data = comparisonData(await compareOverSeeds(await resolved(noisyGraph), { seeds: 8, workers: 0, baseline: "met" }));
    expect(JSON.parse(JSON.stringify(data))).toEqual(JSON.parse(JSON.stringify(data)));
    expect(data).toMatchObject({ schemaVersion: 1, seed: 5, seeds: 8, random: true, baseline: "met" });
    expect((data["pairs"] as unknown[]).length).toBe(6);
    expect((data["schedulers"] as { makespansNs: number[] }[])[0]!.makespansNs.length).toBe(8);
  });
});
