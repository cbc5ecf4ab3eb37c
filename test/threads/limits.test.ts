import { describe, expect, it } from "vitest";
import { defineLoopPolicy, type LoopPolicy } from "../../src/plugin.ts";
import type { ThreadSpecInput } from "../../src/programs/index.ts";
import { simulateThreads } from "../../src/scenario/simulate-threads.ts";
import { runThreads } from "./run-threads.ts";

/** One program with one thread, and the objects that it needs. */
const one = (program: readonly unknown[], more: Partial<ThreadSpecInput> = {}): ThreadSpecInput => ({ programs: { w: program as never }, threads: { w: { count: 1, with: { zero: "0 * $i", five: "$i + 5" } } }, ...more });
const used = { let: { a: "$zero", b: "$five" } };

describe("what a program does wrong while it runs", () => {
  it.each<[string, readonly unknown[], Partial<ThreadSpecInput>, RegExp]>([
    ["divides by 0", [{ let: { x: "1 / ($i - $i)" } }], {}, /thread w divides 1 by 0 \(at 0 ns\)/],
    ["divides by 0 for a remainder", [{ let: { x: "7 % ($i - $i)" } }], {}, /divides 7 by 0/],
    ["computes too large a number", [{ let: { x: "1e308 + $i" } }, { let: { y: "$x * 1e308" } }], {}, /computes with 1e\+308 and 1e\+308, and what comes of it is too large a number/],
    ["acquires less than nothing", [{ acquire: { of: "s", amount: "$i - 5" } }], { semaphores: ["s"] }, /acquires -5, and that must not be negative/],
    ["releases less than nothing", [{ release: { of: "s", amount: "$i - 5" } }], { semaphores: ["s"] }, /releases -5, and that must not be negative/],
    ["begins a loop of less than nothing", [{ parallel: { loop: "l", iterations: "$i - 7", each: "1us" } }], { loops: ["l"] }, /begins a loop of -7 iterations/],
    ["begins a loop of a piece", [{ parallel: { loop: "l", iterations: "$i + 1.5", each: "1us" } }], { loops: ["l"] }, /begins a loop of 1.5 iterations/],
    ["is a worker that is not there", [{ parallel: { loop: "l", iterations: 10, each: "1us", worker: "$i + 7" } }], { loops: ["l"] }, /is worker 7 of "l", whose workers go from 0 to 0/],
    ["transfers less than nothing", [{ transfer: { file: "f", bytes: "1KiB * ($i - 1)" } }], { files: { f: { bandwidth: "1GB/s" } } }, /transfers -1024 bytes/],
    ["sends less than nothing", [{ send: { to: "c", bytes: "1KiB * ($i - 1)" } }], { channels: ["c"] }, /sends -1024 bytes/],
  ])("%s", (_, program, more, message) => {
    const sections = one([...program, used], more);
    expect(() => runThreads(sections)).toThrow(message);
  });

  it("names the instruction at which the budget ended", () => {
    expect(() => runThreads(one([{ while: "$i < 1", do: [{ let: { x: "$i" } }] }, used], { watch: { instructionBudget: 1000 } }))).toThrow(/w ran 1,000 instructions without any time passing/);
  });
  it("speaks of one instruction as of one, and of time in its units", () => {
    expect(() => runThreads(one([{ let: { x: 1 } }, { let: { x: 2 } }, used], { watch: { instructionBudget: 1 } }))).toThrow(/w ran 1 instruction without any time passing/);
    const backwards = one([{ compute: "1us / ($i - 2)" }, used]);
    expect(() => runThreads(backwards)).toThrow(/w computes for -500 ns /);
    expect(() => simulateThreads(backwards, { tickNs: 100 })).toThrow(/w computes for -500 ns /);
  });
  it("ends a run that has no end", () => {
    const program = [{ repeat: "forever", do: [{ lock: "m" }, { compute: "1us" }, { unlock: "m" }] }];
    expect(() => runThreads({ programs: { w: program as never }, threads: { w: 2 }, locks: ["m"], cores: 2, watch: { roundBudget: 5000 } })).toThrow(/the run is not over after 5,000 rounds \(at .*\): 2 threads of 2 have not ended/);
  });
});

describe("a loop policy that does wrong", () => {
  const run = (next: LoopPolicy["next"], start: LoopPolicy["start"] = () => undefined): unknown => {
    const definition = defineLoopPolicy({ name: "mine", summary: "wrong on purpose", create: () => ({ start, next }) });
    return runThreads({ programs: { w: [{ parallel: { loop: "rows", iterations: 10, each: "1us" } }] as never }, threads: { w: 2 }, loops: { rows: "mine" }, cores: 2 }, { loopPolicies: { mine: () => definition.create({}) } });
  };
  it.each<[string, LoopPolicy["next"], RegExp]>([
    ["throws", () => { throw new Error("boom"); }, /the loop policy "mine" of "rows" failed in "next": boom/],
    ["answers a word of its own", () => "ours" as "own", /answered "ours", which is not "none", "own", "shared" or "stolen"/],
    ["answers nothing", () => undefined as unknown as "own", /answered nothing/],
    ["gives out pieces that are none", (_, chunk) => (chunk.set([0, NaN]), "own"), /gave worker \d NaN iterations from 0 on, of 10 in all/],
    ["gives out what is not there", (_, chunk) => (chunk.set([8, 4]), "own"), /gave worker \d 4 iterations from 8 on, of 10 in all/],
    ["gives out the same again and again", (_, chunk) => (chunk.set([0, 4]), "own"), /gave out 12 iterations, and there are 10/],
  ])("%s", (_, next, message) => {
    expect(() => run(next)).toThrow(message);
  });
  it("throws in start", () => {
    expect(() => run(() => "none", () => { throw new TypeError("boom"); })).toThrow(/the loop policy "mine" of "rows" failed in "start": boom/);
  });
});
