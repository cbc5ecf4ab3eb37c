import type { Trace } from "../../../src/core/trace.ts";
import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { runThreads } from "../../core/threads/run-threads.ts";

/** The trace of threads alone; nothing costs anything unless the input says so. */
export function tracedThreads(input: ThreadSpecInput, policy = "fifo", options: { readonly tickNs?: number; readonly seed?: number } = {}): Trace {
  return runThreads(input, policy, options).simulation.trace();
}

/** Two threads on two cores: each computes 10 µs, then holds one lock for 5 µs, so the second waits for 5 µs. */
export function twoOnALock(kind: "ticket" | "futex" = "ticket"): Trace {
  const worker = new ProgramBuilder("worker").compute("10us").lock("m").compute("5us").unlock("m").mark("done");
  return tracedThreads({ programs: [worker], threads: { worker: 2 }, locks: { m: kind }, cores: 2 });
}

/** Five philosophers who all take their left fork first. */
export function philosophers(): Trace {
  const eat = new ProgramBuilder("philosopher").compute("10us").lock("fork[$i]").compute("1us").lock("fork[($i + 1) % 5]").compute("5us").unlock("fork[$i]").unlock("fork[($i + 1) % 5]");
  return tracedThreads({ programs: [eat], threads: { philosopher: 5 }, locks: { fork: { kind: "futex", count: 5 } }, cores: 5 });
}

/** Many threads on few cores, with locks, a queue, wake-ups and switches. */
export function busyThreads(rounds = 20): Trace {
  const worker = new ProgramBuilder("worker").repeat(rounds, (p) => p.compute({ exponential: "6us" }).lock("spin").compute("3us").unlock("spin").measure("access", (q) => q.lock("table").compute("4us").unlock("table")).mark("rounds"));
  const maker = new ProgramBuilder("maker").repeat(rounds, (p) => p.compute("10us").push("items", 1)).close("items");
  const taker = new ProgramBuilder("taker").forever((p) => p.pop("items", { into: "x", else: (q) => q.break() }).compute("4us"));
  return tracedThreads({ programs: [worker, maker, taker], threads: { worker: 5, maker: 1, taker: 1 }, locks: { spin: "ticket", table: "futex" }, queues: { items: 4 }, cores: 4, threadCosts: {} }, "round-robin");
}
