import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/core/trace.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { computeMetrics } from "../../src/trace/metrics.ts";

const file = join(import.meta.dirname, "../../scenarios/split-gpu.yaml");
const whole = "machine.devices.gpu0.split=1";
async function run(...sets: string[]): Promise<{ trace: Trace; p50: number; makespanNs: number; used: Set<number> }> {
  const scenario = await resolveScenario(await loadScenario(file, { overrides: sets.map(parseOverride) }));
  const trace = runScenario(scenario);
  return { trace, p50: computeMetrics(trace).jobs?.latencyNs.p50 ?? NaN, makespanNs: trace.makespanTicks * scenario.tickNs, used: new Set(trace.ops.device) };
}

describe("a split GPU", () => {
  it("keeps the latency of many small requests low where the whole GPU falls behind", async () => {
    const [split, one] = [await run(), await run(whole)];
    expect(split.p50).toBeLessThan(1.1e6);
    expect(one.p50).toBeGreaterThan(10 * split.p50);
  });

  it("answers a single small request later than the whole, and a large one much later", async () => {
    const small = ["workload.instances=1"];
    const [splitSmall, wholeSmall] = [await run(...small), await run(...small, whole)];
    expect(splitSmall.makespanNs).toBeGreaterThan(wholeSmall.makespanNs);
    expect(splitSmall.makespanNs).toBeLessThan(4 * wholeSmall.makespanNs);
    const large = [...small, "workload.batch=128"];
    expect((await run(...large)).makespanNs).toBeGreaterThan(5 * (await run(...large, whole)).makespanNs);
  });
});

describe("elastic on instances of a split GPU", () => {
  const at = (rate: string) => run("scheduler=elastic", `workload.arrivals.rate=${rate}`);
  const onShare = ({ trace, makespanNs }: Awaited<ReturnType<typeof run>>) => (trace.report as { onNs: number }).onNs / (7 * makespanNs);

  it("keeps few on at low load, more as it rises, and serves the low one nearly as fast as with all", async () => {
    const [low, medium, high] = [await at("300/s"), await at("1500/s"), await at("4000/s")];
    expect(onShare(low)).toBeLessThan(0.25);
    expect(onShare(low)).toBeLessThan(onShare(medium));
    expect(onShare(medium)).toBeLessThan(onShare(high));
    expect(low.used.size).toBeLessThanOrEqual(2);
    expect(high.used.size).toBeGreaterThanOrEqual(7);
    expect(low.p50).toBeLessThan(1.25 * (await run("workload.arrivals.rate=300/s")).p50);
  });
});
