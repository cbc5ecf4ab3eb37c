import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findingKinds } from "../../../src/core/threads/findings.ts";
import { ProgramBuilder } from "../../../src/programs/index.ts";
import { computeMetrics } from "../../../src/trace/metrics.ts";
import { threadMetrics } from "../../../src/trace/threads/thread-metrics.ts";
import type { Utilization } from "../../../src/trace/threads/thread-result.ts";
import { busyThreads, philosophers, tracedThreads, twoOnALock } from "./runs.ts";

const sum = ({ compute, stalled, sync, spin, switch: switching, idle }: Utilization): number => compute + stalled + sync + spin + switching + idle;

describe("metrics of threads", () => {
  it("divide the time of each core, worked out by hand", () => {
    // Both compute until 10 µs; one holds the lock until 15 µs, the other spins until then and holds it until 20 µs.
    const { threads, makespanNs } = computeMetrics(twoOnALock());
    expect(makespanNs).toBe(20_000);
    expect(threads!.cores).toEqual([
      { name: "core0", compute: 0.75, stalled: 0, sync: 0, spin: 0, switch: 0, idle: 0.25 },
      { name: "core1", compute: 0.75, stalled: 0, sync: 0, spin: 0.25, switch: 0, idle: 0 },
    ]);
    expect(threads!.utilization).toEqual({ compute: 0.75, stalled: 0, sync: 0, spin: 0.125, switch: 0, idle: 0.125 });
  });

  it("say who waited for which lock, and how long", () => {
    const { objects, objectCount, counts, counters } = threadMetrics(twoOnALock().threads!, 1);
    expect(objectCount).toBe(1);
    expect(objects[0]).toMatchObject({
      name: "m", kind: "mutex", design: "ticket", acquisitions: 2, contended: 1, contendedShare: 0.5, handOffs: 1, longestWaiter: { thread: "worker[1]", ns: 5000 },
      wait: { count: 1, totalNs: 5000, meanNs: 5000, p50Ns: 5000, p99Ns: 5000, minNs: 5000, maxNs: 5000 }, hold: { count: 2, totalNs: 10_000, meanNs: 5000, minNs: 5000, maxNs: 5000 },
    });
    expect(counts).toEqual({ threads: 2, ended: 2, switches: 2, migrations: 0, preemptions: 0, wakeUps: 0 });
    expect(counters).toEqual([{ name: "done", count: 2, perSecond: 100_000, firstNs: 15_000, lastNs: 20_000 }]);
  });

  it("tell sleep from spinning", () => {
    const { groups, utilization, counts } = threadMetrics(twoOnALock("futex").threads!, 1);
    expect(utilization.spin).toBe(0);
    expect(counts.wakeUps).toBe(1);
    expect(groups).toEqual([{ name: "worker", program: "worker", threads: 2, ended: 2, ranNs: 30_000, share: 0.75, readyNs: 0, blockedNs: 5000, switches: 2, migrations: 0 }]);
  });

  it("have shares that add up to 1, and a life that is divided whole", () => {
    const trace = busyThreads();
    const { cores, utilization, groups, endNs } = threadMetrics(trace.threads!, 1);
    for (const each of [...cores, utilization]) expect(sum(each)).toBeCloseTo(1, 9);
    const { table } = trace.threads!;
    for (const [g, { ranNs, readyNs, blockedNs }] of groups.entries()) {
      let life = 0;
      for (let thread = 0; thread < table.length; thread++) if (table.group[thread] === g) life += table.endTicks[thread]! - table.bornTicks[thread]!;
      expect(ranNs + readyNs + blockedNs).toBeCloseTo(life, 6);
    }
    const used = groups.reduce((total, { share }) => total + share, 0);
    expect(used).toBeCloseTo(1 - utilization.idle, 6);
    expect(endNs).toBe(trace.makespanTicks);
  });

  it("agree with the rows of the timeline", () => {
    const { threads, makespanTicks } = busyThreads();
    const { rows, cores } = threads!;
    const ticks = new Float64Array(cores.useTicks.length);
    const last = new Float64Array(cores.names.length);
    for (let row = 0; row < rows.length; row++) {
      ticks[rows.core[row]! * 4 + rows.use[row]!]! += rows.end[row]! - rows.start[row]!;
      expect(rows.start[row]).toBeGreaterThanOrEqual(last[rows.core[row]!]!);
      last[rows.core[row]!] = rows.end[row]!;
    }
    ticks.forEach((total, i) => expect(total).toBeCloseTo(cores.useTicks[i]!, 6));
    expect(Math.max(...last)).toBeLessThanOrEqual(makespanTicks);
  });

  it("count up to a failure, with what was under way", () => {
    const trace = philosophers();
    const { threads, complete } = computeMetrics(trace);
    expect(complete).toBe(false);
    expect(threads!.endNs).toBe(11_000);
    expect(threads!.utilization).toMatchObject({ compute: 1, idle: 0 });
    expect(threads!.objects.map(({ name, waiting }) => [name, waiting])).toEqual([0, 1, 2, 3, 4].map((fork) => [`fork[${fork}]`, 1]));
    const { waits, holds } = trace.threads!;
    expect([...holds.thread].map((thread, i) => [thread, holds.object[i], holds.start[i], holds.end[i]])).toEqual([0, 1, 2, 3, 4].map((each) => [each, each, 10_000, NaN]));
    expect([...waits.thread].map((thread, i) => [thread, waits.object[i], waits.start[i], waits.end[i]])).toEqual([0, 1, 2, 3, 4].map((each) => [each, (each + 1) % 5, 11_000, NaN]));
  });

  it("count a computation that a stop cut short", () => {
    const stuck = new ProgramBuilder("stuck").lock("a").compute("1us").lock("b").compute("1us");
    const other = new ProgramBuilder("other").lock("b").compute("1us").lock("a").compute("1us");
    const long = new ProgramBuilder("long").compute("10us");
    const { threads } = tracedThreads({ programs: [stuck, other, long], threads: { stuck: 1, other: 1, long: 1 }, locks: ["a", "b"], cores: 3 });
    expect(threadMetrics(threads!, 1)).toMatchObject({ endNs: 1000, utilization: { compute: 1 }, groups: [{ ranNs: 1000 }, { ranNs: 1000 }, { name: "long", ranNs: 1000 }] });
  });

  it("measure periodic threads against their deadlines", () => {
    const task = (name: string) => new ProgramBuilder(name).repeat(4, (p) => p.compute("3us").nextPeriod());
    const { threads } = tracedThreads({ programs: [task("quick"), task("late")], threads: { quick: { period: "5us", priority: 2 }, late: { period: "5us", deadline: "5us", priority: 1 } }, cores: 1 }, "priority");
    const [quick, late] = threadMetrics(threads!, 1).groups;
    expect(quick).toMatchObject({ responses: { count: 4, meanNs: 3000, maxNs: 3000 }, deadlineMisses: 0 });
    expect(late!.responses!.count).toBe(4);
    expect(late!.deadlineMisses).toBeGreaterThan(0);
  });

  it("are in true nanoseconds, whatever the tick", () => {
    const worker = new ProgramBuilder("worker").compute("10us").lock("m").compute("5us").unlock("m");
    const { threads } = tracedThreads({ programs: [worker], threads: { worker: 2 }, locks: { m: "ticket" }, cores: 2 }, "fifo", { tickNs: 1 });
    expect(threadMetrics({ ...threads!, endTicks: threads!.endTicks }, 0.1).objects[0]!.wait!.maxNs).toBe(500);
  });

  it("keep times of items in a queue apart from those of threads", () => {
    const maker = new ProgramBuilder("maker").repeat(3, (p) => p.push("items", 1)).compute("1us");
    const taker = new ProgramBuilder("taker").compute("5us").repeat(3, (p) => p.pop("items", { into: "x" }));
    const [items] = threadMetrics(tracedThreads({ programs: [maker, taker], threads: { maker: 1, taker: 1 }, queues: { items: 8 }, cores: 2 }).threads!, 1).objects;
    expect(items).toMatchObject({ name: "items", acquisitions: 3, contended: 0, stay: { count: 3, meanNs: 5000 } });
    expect(items!.wait).toBeUndefined();
  });
});

it("docs/results.md explains every property of threads and every finding", () => {
  const page = readFileSync(new URL("../../../docs/results.md", import.meta.url), "utf8");
  const task = new ProgramBuilder("task").repeat(2, (p) => p.compute("3us").nextPeriod());
  const keys = new Set<string>();
  const dropped = busyThreads(2).threads!;
  for (const threads of [busyThreads(), twoOnALock(), philosophers(), tracedThreads({ programs: [task], threads: { task: { period: "5us" } }, cores: 1 }), { threads: { ...dropped, rows: { ...dropped.rows, dropped: 1 } } }].map((run) => run.threads!)) {
    JSON.stringify(threadMetrics(threads, 1), (key, value: unknown) => {
      if (key !== "" && !/^\d+$/.test(key)) keys.add(key);
      return value;
    });
  }
  expect(keys.size).toBeGreaterThan(55);
  expect([...keys, ...findingKinds].filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`${key}[]\``))).toEqual([]);
});
