import { describe, expect, it } from "vitest";
import { threadCases } from "../../kernels/threads/cases/cases.ts";
import { agreement, type ComparedCase } from "../../kernels/threads/cases/compare.ts";
import { neededItems, simulateCase } from "../../kernels/threads/cases/simulate.ts";
import type { ThreadCase } from "../../kernels/threads/cases/thread-case.ts";
import { figureSources } from "../../kernels/threads/micro/figures.ts";
import type { ThreadCosts } from "../../kernels/threads/micro/costs.ts";
import { taskTree } from "../../kernels/threads/programs/task-tree.ts";

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

  it("barriers wait for the slowest, loops end together", () => {
    expect(simulateCase(named("barrier-tree/w4000-skew0.5/n2"), profile())).toBeCloseTo(6000, 6);
    // 50 passes of 10 ns each among two threads, and 2000 passes before 1000 iterations.
    expect(simulateCase(named("for-dynamic1/ramp0/n2"), profile())).toBeCloseTo(250 + 20, 0);
  });

  it("spin locks in order of arrival wait for slices where threads outnumber cores", () => {
    expect(simulateCase(named("ticket/w400-c400/n3"), profile())!).toBeGreaterThan(5 * 400);
  });
});

describe("trees of tasks, simulated", () => {
  const costs = profile({ queue: 30, "deque.push": 30 });

  it.each(["list", "tree"] as const)("%s: one thread does every task once", (shape) => {
    const one = named(`steal-${shape}/w400/n1`) as ThreadCase & { readonly program: "steal-loop" };
    const { tasks, steps, seed } = one.params;
    const work = taskTree(shape, tasks, steps, seed).steps.reduce((sum, each) => sum + each, 0);
    // All but the root are pushed, each is counted when it is done, and each time the deque is asked for the next one.
    expect(simulateCase(one, costs)! * tasks).toBeCloseTo(work + (tasks - 1 + 2 * tasks) * 30, 3);
  });

  it.each(["list", "tree"] as const)("%s: two threads share the tasks, and end together", (shape) => {
    const [one, two] = [1, 2].map((threads) => simulateCase(named(`steal-${shape}/w4000/n${threads}`), costs)!);
    expect(two! / one!).toBeCloseTo(0.5, 2);
    expect(simulateCase(named(`steal-${shape}/w4000/n2`), costs)).toBe(two);
  });

  it("with more threads than cores, thieves that find nothing take time from those that work", () => {
    const [two, three] = [2, 3].map((threads) => simulateCase(named(`steal-tree/w4000/n${threads}`), costs)!);
    expect(three!).toBeGreaterThan(1.1 * two!);
  });
});

describe("streams, simulated", () => {
  const mebibyte = 2 ** 20;
  const copied = 2 * mebibyte;
  const rates = (...values: readonly number[]) => Object.fromEntries(values.map((value, i) => [`stream.copy.n${i + 1}`, value]));

  it("one thread gets what one thread got", () => {
    expect(simulateCase(named("stream-copy/w0/n1"), profile(rates(8, 20)))! / (copied / 8)).toBeCloseTo(1, 5);
    // Three arrays; the work of 10 ms is done before each of three passes over 96 MiB.
    expect(simulateCase(named("stream-triad/w10000000/n1"), profile({ "stream.triad.n1": 8 }))! / ((3 * mebibyte) / 8 + 1e7 / 96)).toBeCloseTo(1, 5);
  });

  it("all threads get what memory gives, and each no more than a core draws", () => {
    expect(simulateCase(named("stream-copy/w0/n2"), profile(rates(8, 10)))! / (copied / 10)).toBeCloseTo(1, 5);
    expect(simulateCase(named("stream-copy/w0/n2"), profile(rates(8, 10)))).toBe(simulateCase(named("stream-copy/w0/n2"), profile(rates(8, 10))));
    expect(simulateCase(named("stream-copy/w0/n2"), profile(rates(8, 20)))! / (copied / 16)).toBeCloseTo(1, 5);
    // Two threads that are in each other's way leave the memory as fast as it is for one.
    expect(simulateCase(named("stream-copy/w0/n2"), profile(rates(8, 6)))! / (copied / 8)).toBeCloseTo(1, 5);
  });

  it("threads beyond the cores bring no bandwidth, and share the cores", () => {
    const pass = (threads: number) => simulateCase(named(`stream-triad/w10000000/n${threads}`), profile({ "stream.triad.n1": 8, "stream.triad.n2": 8, "stream.triad.n4": 100 }))! * 96;
    const moving = (96 * 3 * mebibyte) / 8;
    expect(pass(2) / (1e7 + moving)).toBeCloseTo(1, 5);
    // Four threads on two cores work twice as long; the arrays take as long as ever, some of it beside the work.
    expect(pass(4)).toBeGreaterThan(1e7 + moving + 5e6);
    expect(pass(4)).toBeLessThan(2e7 + moving + 1);
  });

  it("a barrier after each pass parks and wakes", () => {
    const took = simulateCase(named("stream-copy/w0/n2"), profile({ ...rates(8, 16), park: 100, wake: 2000, wakeLatency: 3000 }))! * 96 * 3;
    // Both come to the first one at once: the one that is not asleep yet goes on, and the other has called to wake it. At the
    // next two, the first waits for the last to come, and then to be woken.
    expect(took - 3 * 96 * (copied / 16)).toBeCloseTo(2000 + 5000 + 5000, 0);
  });

  it("what the profile does not say is left out", () => {
    expect(simulateCase(named("stream-copy/w0/n1"), profile({ "stream.copy.n2": 8 }))).toBeUndefined();
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
