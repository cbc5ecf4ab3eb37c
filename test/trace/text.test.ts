import { describe, expect, it } from "vitest";
import { formatComparison } from "../../src/trace/comparison-text.ts";
import { computeMetrics, type Metrics } from "../../src/trace/metrics.ts";
import { clip, textTable } from "../../src/trace/table-text.ts";
import { formatResult } from "../../src/trace/text.ts";
import { makeInstance, makeRun } from "./make-run.ts";

const instance = makeInstance({
  costs: [[4000, 9000], [9000, 3000], [2000, Infinity]], edges: [[0, 1, 6000]], latency: 1000, names: ["load", "matmul", "log"], devices: ["cpu", "gpu"], memoryBytes: 4096,
});
const trace = { ...makeRun(instance, [{ op: 0, device: 0 }, { op: 1, device: 1 }, { op: 2, device: 0 }], "heft"), peakBytes: Float64Array.of(0, 6000) };

describe("formatResult", () => {
  it("reads well", () => {
    expect(formatResult(computeMetrics(trace, { lowerBound: { ticks: 13_000, source: "critical-path" } }))).toBe(`\
workload     made, 3 operators
policies     heft scheduler, dataflow sync, seed 1
makespan     14.0 µs
lower bound  13.0 µs by the critical path, gap 7.7 %
speed-up     1.07× over one slot of the best device, efficiency 53.6 %
transfers    1, 5.86 KiB; busiest link bus 42.9 %

device  slots  tasks    busy  wait data    idle
cpu         1      2  42.9 %      0.0 %  57.1 %
gpu         1      1  21.4 %     50.0 %  28.6 %

critical path: running 50.0 %, transfers 50.0 %
  load → matmul

warning[memory-exceeded]: memory "gpu.memory" would hold 5.86 KiB at its peak and has room for
  4.00 KiB: this schedule cannot run as it is
`);
  });

  it("says why devices may be more than fully efficient", () => {
    const specialists = makeInstance({ costs: [[1000, 9000], [9000, 1000]], edges: [], latency: 0, names: ["load", "matmul"], devices: ["cpu", "gpu"], memoryBytes: 4096 });
    const lines = formatResult(computeMetrics(makeRun(specialists, [{ op: 0, device: 0 }, { op: 1, device: 1 }], "heft"))).split("\n");
    const at = lines.findIndex((line) => line.startsWith("speed-up"));
    expect(lines.slice(at, at + 2)).toEqual(["speed-up     10.00× over one slot of the best device, efficiency 500.0 %", "             above 100 %, since other devices run some operators faster than that one"]);
    expect(formatResult(computeMetrics(trace))).not.toContain("above 100 %");
  });

  it("leaves out what the scheduler did where it has nothing to say", () => {
    const text = (report: object): string => formatResult({ ...computeMetrics(trace), schedulerReport: report } as Metrics);
    expect(text({ chunks: "x a | y b" })).toContain("\nscheduler    chunks x a | y b\n");
    const long = text({ chunks: Array.from({ length: 12 }, (_, i) => `gpu${i} first${i} … last${i}`).join(" | "), busiestDeviceNs: 5000 }).split("\n").slice(2);
    expect(long.slice(0, 4).join(" ").replaceAll(/ +/g, " ")).toContain("| gpu11 first11 … last11, busiest device 5.00 µs");
    for (const line of long) expect([...line].length).toBeLessThanOrEqual(100);
    expect(text({ words: "x".repeat(5) + " y".repeat(5000) }).length).toBeLessThan(2000);
    expect(text({})).not.toMatch(/^scheduler/m);
  });

  it("stays within 100 columns for long names and long paths, and lets no control character through", () => {
    const costs = Array.from({ length: 200 }, () => [5]);
    const names = costs.map((_, op) => `block-${op}/\u001b[31mattention/${"x".repeat(op)}`);
    const chain = makeInstance({ costs, names, edges: costs.slice(1).map((_, op) => [op, op + 1, 0] as const), devices: [`device-${"y".repeat(200)}`] });
    const text = formatResult(computeMetrics(makeRun(chain, costs.map((_, op) => ({ op, device: 0 })))));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toContain("… 192 more …");
    expect(text).not.toContain("\u001b");
  });

  it("says that the optimum was reached", () => {
    expect(formatResult(computeMetrics(trace, { lowerBound: { ticks: 14_000, source: "area" } }))).toContain("lower bound  14.0 µs by the amount of work, reached: no schedule is faster");
  });
});

describe("formatComparison", () => {
  it("ranks by makespan, ties together, failures last", () => {
    const row = (name: string, makespanNs: number, gap?: number): { name: string; metrics: Pick<Metrics, "makespanNs" | "gap" | "utilization"> } => ({ name, metrics: { makespanNs, utilization: 0.5, ...(gap !== undefined && { gap }) } });
    expect(formatComparison([row("fifo", 133e3, 0.33), { name: "./mine.mjs", failure: "placed op 3 twice" }, row("heft", 80e3, 0), row("peft", 80e3), row("random", 1e6, 9)])).toBe(`\
rank  scheduler   makespan  vs best  gap to bound  utilisation
   1  heft         80.0 µs   1.000×         0.0 %       50.0 %
   1  peft         80.0 µs   1.000×             –       50.0 %
   3  fifo          133 µs   1.663×        33.0 %       50.0 %
   4  random       1.00 ms    12.5×       900.0 %       50.0 %
   –  ./mine.mjs    failed

./mine.mjs: placed op 3 twice
`);
  });

  it("shows latencies where jobs arrive over time", () => {
    const jobs = (p50: number, p99: number): NonNullable<Metrics["jobs"]> => ({ count: 9, completed: 9, throughputPerSecond: 3, latencyNs: { mean: p50, p50, p90: p99, p99, max: p99 } });
    const rows = [{ name: "heft", metrics: { makespanNs: 660e6, utilization: 0.4, jobs: jobs(4.5e6, 58e6) } }, { name: "broken", failure: "no" }];
    expect(formatComparison(rows).split("\n").slice(0, 3)).toEqual([
      "rank  scheduler  latency mean  vs best  latency p50  latency p99  makespan  gap to bound  utilisation",
      "   1  heft            4.50 ms   1.000×      4.50 ms      58.0 ms    660 ms             –       40.0 %",
      "   –  broken           failed",
    ]);
    const backToBack = rows.map((row) => (row.metrics === undefined ? row : { ...row, metrics: { ...row.metrics, speedup: 2 } }));
    expect(formatComparison(backToBack)).not.toContain("latency");
  });
});

describe("textTable", () => {
  it("aligns columns and cuts long cells", () => {
    expect(textTable([{ header: "name", maxWidth: 7, cut: "middle" }], [["processor-12"], ["short"]])).toEqual(["name", "pro…-12", "short"]);
    expect(textTable([{ header: "name", maxWidth: 5 }, { header: "n", align: "right" }], [["abcdefgh", "10"], ["b", "7"]])).toEqual(["name    n", "abcd…  10", "b       7"]);
    expect(clip("a\nb")).toBe("a b");
  });
});
