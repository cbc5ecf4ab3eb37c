import { describe, expect, it } from "vitest";
import { threadCases } from "../../kernels/threads/cases/cases.ts";
import { agreement, type ComparedCase } from "../../kernels/threads/cases/compare.ts";
import { neededItems, simulateCase } from "../../kernels/threads/cases/simulate.ts";
import type { ThreadCase } from "../../kernels/threads/cases/thread-case.ts";
import { figureSources } from "../../kernels/threads/micro/figures.ts";
import type { ThreadCosts } from "../../kernels/threads/micro/costs.ts";

const cases = threadCases(2);
const named = (name: string): ThreadCase => cases.find((one) => one.name === name)!;

/** A machine of two cores on which nothing costs anything but work. */
function profile(values: Readonly<Record<string, number>> = {}): ThreadCosts {
  const free: Record<string, number> = { ...Object.fromEntries([...Object.keys(figureSources), ...neededItems].map((name) => [name, 0])), refill: 1000, "work.step": 1, "kernel.pass": 10, "switch.slice": 3e6, "spin.read": 1 };
  const costs = Object.fromEntries(Object.entries({ ...free, ...values }).map(([name, value]) => [name, { value, unit: "ns" as const, what: "" }]));
  return { format: "heddle-thread-costs/1", source: "a test", date: "2026-01-01", machine: { cpu: "", cores: 2, os: "", node: "" }, load: { kept: 0, leftOut: 0 }, costs, missing: {} };
}

describe("the cases, simulated", () => {
  it.each(["test-and-set", "ticket", "mcs", "futex", "adaptive"])("%s: one thread does its work, two are bound by the critical section", (design) => {
    expect(simulateCase(named(`${design}/w400-c400/n1`), profile())).toBeCloseTo(800, 6);
    // Two threads that are busy half of the time inside take turns.
    expect(simulateCase(named(`${design}/w400-c400/n2`), profile())).toBeCloseTo(400, 0);
    expect(simulateCase(named(`${design}/w4000-c200/n2`), profile())).toBeCloseTo(2100, 0);
    expect(simulateCase(named(`${design}/w100-c2000/n2`), profile())).toBeCloseTo(2000, 0);
  });

  it("costs of atomic operations count", () => {
    const one = named("ticket/w400-c400/n1");
    expect(simulateCase(one, profile({ atomic: 10 }))! - simulateCase(one, profile())!).toBeCloseTo(10, 6);
  });

  it("barriers wait for the slowest, loops end together, tasks are shared", () => {
    expect(simulateCase(named("barrier-tree/w4000-skew0.5/n2"), profile())).toBeCloseTo(6000, 6);
    // 50 passes of 10 ns each among two threads, and 2000 passes before 1000 iterations.
    expect(simulateCase(named("for-dynamic1/ramp0/n2"), profile())).toBeCloseTo(250 + 20, 0);
    const [one, two] = [1, 2].map((threads) => simulateCase(named(`steal-list/w400/n${threads}`), profile())!);
    expect(two! / one!).toBeCloseTo(0.5, 2);
  });

  it("spin locks in order of arrival wait for slices where threads outnumber cores", () => {
    expect(simulateCase(named("ticket/w400-c400/n3"), profile())!).toBeGreaterThan(5 * 400);
  });

  it("what cannot be told is left out", () => {
    expect(simulateCase(named("stream-copy/w0/n1"), profile())).toBeUndefined();
  });
});

describe("measured beside simulated", () => {
  const compared = (name: string, measured: number, simulated: number, low = measured - 1, high = measured + 1): ComparedCase =>
    ({ case: named(name), unit: "", runsNs: [], nsPerOperation: { value: measured, low, high, spread: 0, rounds: 2, samples: 2 }, simulatedNs: simulated, error: (simulated - measured) / measured, aa: 0.02 });

  it("errors at the median, and the order of locks that measurement tells apart", () => {
    const all = [
      compared("ticket/w400-c400/n2", 100, 110),
      compared("mcs/w400-c400/n2", 120, 105),
      compared("futex/w400-c400/n2", 200, 300),
      // Not told apart from mcs, and not under the same load as the rest.
      compared("adaptive/w400-c400/n2", 121, 90, 119, 123),
      compared("adaptive/w4000-c200/n2", 50, 50),
    ];
    expect(agreement(all)).toMatchObject({ cases: 5, medianError: 0.125, medianAa: 0.02, within: 3, lockPairs: 5, lockPairsRight: 3 });
    expect(agreement([])).toBeUndefined();
  });
});
