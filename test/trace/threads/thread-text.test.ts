import { describe, expect, it } from "vitest";
import { chromeEvents } from "../../../src/trace/chrome-trace.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { computeMetrics } from "../../../src/trace/metrics.ts";
import { formatResult } from "../../../src/trace/text.ts";
import { threadsCsv } from "../../../src/trace/threads/thread-csv.ts";
import { ProgramBuilder } from "../../../src/programs/index.ts";
import { busyThreads, philosophers, tracedThreads, twoOnALock } from "./runs.ts";

describe("threads in words", () => {
  it("a small run is as it was read aloud", () => {
    expect(formatResult(computeMetrics(twoOnALock("futex")))).toBe([
      "workload     threads",
      "policies     fifo threads, seed 0",
      "makespan     20.0 µs",
      "threads      2 on 2 cores, fifo policy: 2 switches, 0 migrations, 1 wake-up",
      "cores        compute 75.0 %, idle 25.0 %",
      "",
      "threads  number      ran  ready  blocked  switches  migrations",
      "worker        2  30.0 µs   0 ns  5.00 µs         2           0",
      "",
      "waited for  kind   taken  waited  wait mean      p50      p99      max  held mean      p99  handed on",
      "m           futex      2  50.0 %    5.00 µs  5.00 µs  5.00 µs  5.00 µs    5.00 µs  5.00 µs          0",
      "longest wait: worker[1] for m, 5.00 µs",
      "",
      "counted      done 2, 100 k/s",
      "",
    ].join("\n"));
  });

  it("a failed run says by what and when it was stopped", () => {
    const text = formatResult(computeMetrics(philosophers()));
    expect(text).toContain("makespan     none: stopped by a deadlock at 11.0 µs\n");
    expect(formatRunExplanation(explainRun(philosophers()))).toContain("makespan     none: stopped by a deadlock at 11.0 µs\n");
    expect(text).toMatch(/fork\[0\] +futex +1 +0\.0 % +– +– +– +– +1\n/);
  });

  it("and says it in words", () => {
    const waiter = new ProgramBuilder("waiter").lock("m").add({ wait: { on: "c", with: "m" } }, { unlock: "m" });
    const trace = tracedThreads({ programs: [waiter, new ProgramBuilder("caller").add({ signal: "c" })], threads: { waiter: { start: "1us" }, caller: 1 }, locks: ["m"], conditions: ["c"], cores: 2 });
    expect(formatResult(computeMetrics(trace))).toMatch(/\nmakespan {5}none: stopped by a lost wake-up at \d/);
  });

  it("lines are no wider than the longest table, and none ends in a space", () => {
    for (const line of formatResult(computeMetrics(busyThreads())).split("\n")) {
      expect(line.length).toBeLessThanOrEqual(112);
      expect(line).toBe(line.trimEnd());
    }
  });

  it("CSV has a line for each object that was used", () => {
    const lines = [...threadsCsv(computeMetrics(busyThreads()).threads!)].join("").trimEnd().split("\r\n");
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.split(",")).toHaveLength(15);
    expect([...threadsCsv(computeMetrics(twoOnALock()).threads!)][1]).toBe("m,mutex,ticket,2,1,0.5,5000,5000,5000,5000,5000,5000,1,worker[1],0\r\n");
  });
});

describe("threads in Perfetto", () => {
  it("cores, threads and locks are processes", () => {
    const events = [...chromeEvents(twoOnALock())];
    expect(events.filter(({ name }) => name === "process_name").map(({ args }) => args!["name"])).toEqual(["cores", "threads", "locks"]);
    expect(events.filter(({ cat }) => cat === "critical section").map(({ name, ts, dur }) => [name, ts, dur])).toEqual([["worker[0]", 10, 5], ["worker[1]", 15, 5]]);
    expect(events.filter(({ cat, pid }) => cat === "spin" && pid === 1)).toMatchObject([{ name: "worker[1]: spin", tid: 2, ts: 10, dur: 5 }]);
  });

  it("sleep and wake-ups are shown, spans of a track do not overlap", () => {
    const events = [...chromeEvents(twoOnALock("futex"))];
    expect(events.filter(({ cat }) => cat === "wait")).toMatchObject([{ name: "wait for m", ts: 10, dur: 5 }]);
    expect(events.filter(({ cat }) => cat === "wake-up").map(({ ph, tid, ts }) => [ph, tid, ts])).toEqual([["s", 1, 15], ["f", 2, 15]]);
    const free = new Map<string, number>();
    for (const { ph, pid, tid, ts, dur, cat } of [...chromeEvents(busyThreads())].filter((event) => event.ph === "X" && event.cat !== "wait").sort((a, b) => a.ts! - b.ts!)) {
      const track = `${pid}/${tid}`;
      expect(ts! - (free.get(track) ?? 0), `${ph} ${cat} on ${track}`).toBeGreaterThan(-1e-9);
      free.set(track, ts! + dur!);
    }
  });
});
