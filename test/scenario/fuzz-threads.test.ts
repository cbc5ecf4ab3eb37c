import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { InputError, SimulationError } from "../../src/base/errors.ts";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { memoryFiles } from "./memory-files.ts";

type Block = readonly unknown[];
const time = fc.constantFrom("0ns", "1ns", "700ns", "3us", "1us * $i", "now() % 5us", "min(4us, 1us * $x)", { exponential: "2us" }, { uniform: ["0ns", "9us"] });
const number = fc.constantFrom("1", "2", "$x", "$i", "$i + 1", "$count - $i", "$thread * 3", "7 // 2");
const amount = fc.constantFrom(0, 1, 1, 2, "$i");
const many = fc.constantFrom("m[$i % 2]", "m[0]", "m[($i + 1) % 2]", "m[$x % 2]");
const channel = fc.constantFrom("ch[$i]", "ch[($i + 1) % 3]");
const simple = (...instructions: readonly unknown[]) => fc.constantFrom(...instructions.map((instruction): Block => [instruction]));

/** Blocks of instructions that belong together; most programs of them run, many of them get stuck. */
const { block } = fc.letrec<{ block: Block; piece: Block }>((tie) => {
  const inner = tie("block");
  return {
    block: fc.array(tie("piece"), { maxLength: 4 }).map((pieces) => pieces.flat()),
    piece: fc.oneof({ depthSize: "small", withCrossShrink: true },
      { weight: 4, arbitrary: time.map((work): Block => [{ compute: work }]) },
      { weight: 1, arbitrary: time.map((each): Block => [{ sleep: each }]) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom("x", "y"), number).map(([name, value]): Block => [{ let: { [name]: value } }]) },
      { weight: 2, arbitrary: simple("yield", { mark: "c" }, { set: "f" }, { clear: "f" }, { read: "d" }, { write: "d" }, { signal: "cond" }, { broadcast: "cond" }, { close: "q" }) },
      { weight: 1, arbitrary: simple({ await: "f" }, { barrier: "b" }, { setPriority: "$x" }, { push: { to: "q", value: "$x" } }, { pushBottom: { to: "dq[$i % 2]", value: 1 } }) },
      { weight: 4, arbitrary: fc.tuple(many, inner).map(([of, body]): Block => [{ lock: of }, ...body, { unlock: of }]) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom("shared", "exclusive"), inner).map(([mode, body]): Block => [{ lock: { of: "rw", mode } }, ...body, { unlock: "rw" }]) },
      { weight: 1, arbitrary: fc.tuple(many, inner).map(([of, body]): Block => [{ tryLock: { of, then: [...body, { unlock: of }], else: [{ compute: "1us" }] } }]) },
      { weight: 1, arbitrary: many.map((of): Block => [{ lock: of }, { wait: { on: "cond", with: of } }, { unlock: of }]) },
      { weight: 2, arbitrary: fc.tuple(amount, inner).map(([each, body]): Block => [{ acquire: { of: "s", amount: each } }, ...body, { release: { of: "s", amount: each } }]) },
      { weight: 2, arbitrary: inner.map((body): Block => [{ pop: { from: "q", into: "x", then: body, else: [{ compute: "1us" }] } }]) },
      { weight: 1, arbitrary: simple({ tryPop: { from: "q", into: "y", else: [{ push: { to: "q", value: 2 } }] } }, { popBottom: { from: "dq[$i % 2]", into: "x", else: ["yield"] } }, { steal: { from: "dq[($i + 1) % 2]", into: "x", else: ["yield"] } }) },
      { weight: 1, arbitrary: channel.map((to): Block => [{ send: { to, value: 1, bytes: "4KiB" } }]) },
      { weight: 1, arbitrary: channel.map((from): Block => [{ receive: { from, into: "x" } }]) },
      { weight: 1, arbitrary: simple({ spawn: { group: "child", with: "$i", into: "x" } }, { parallel: { loop: "l", iterations: 10, each: "1us" } }) },
      { weight: 1, arbitrary: fc.constant<Block>([{ spawn: { group: "child", into: "y" } }, { join: "$y" }]) },
      { weight: 1, arbitrary: fc.constant<Block>([{ allocate: { from: "h", bytes: "1KiB", into: "a" } }, { compute: "1us" }, { free: { address: "$a", to: "h" } }]) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0, max: 5 }), inner).map(([times, body]): Block => [{ repeat: times, as: "k", do: body }]) },
      { weight: 1, arbitrary: fc.tuple(number, inner, inner).map(([x, then, otherwise]): Block => [{ if: `${x} > 1`, then, else: otherwise }]) },
      { weight: 1, arbitrary: inner.map((body): Block => [{ measure: { name: "span", do: body } }]) },
    ),
  };
});

const scenarios = fc.record({
  programs: fc.array(block, { minLength: 1, maxLength: 3 }), child: block, counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
  lock: fc.constantFrom("test-and-set", "ticket", "mcs", "futex", "adaptive"), more: fc.constantFrom({}, { recursive: true }, { protocol: "inherit" }, { protocol: "ceiling", ceiling: 5 }),
  queue: fc.constantFrom({}, { capacity: 2 }, { waiting: "spin" }, { spin: "2us" }, { lock: "guard" }),
  barrier: fc.constantFrom("central", "tree", "dissemination"), cores: fc.integer({ min: 1, max: 4 }), smt: fc.constantFrom(1, 2),
  policy: fc.constantFrom("fifo", "fair", "eevdf", "priority", "coroutines", { use: "round-robin", quantum: "1us" }), costs: fc.constantFrom({}, { threadCosts: "none" }),
  // Some numbers are not what they should be.
  slip: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.constantFrom("-1", "0", "9", "1e9", "$nothing", "10us", "'q'", "1 / 0")) }),
}).map(({ programs, child, counts, lock, more, queue, barrier, cores, smt, policy, costs, slip }) => {
  const names = programs.map((_, i) => `p${i}`);
  const start = [{ let: { x: 0, y: 0 } }];
  const text = stringify({
    programs: { ...Object.fromEntries(programs.map((body, i) => [names[i]!, [...start, ...body]])), child: [...start, ...child.filter((instruction) => !/spawn|parallel/.test(JSON.stringify(instruction)))] },
    threads: { ...Object.fromEntries(names.map((name, i) => [name, { count: counts[i]!, priority: i }])), child: 0 },
    locks: { m: { kind: lock, count: 2, ...more }, rw: "reader-writer", guard: "mcs" }, conditions: ["cond"], semaphores: { s: 2 }, barriers: { b: { parties: counts[0]!, design: barrier } },
    flags: ["f"], queues: { q: queue }, deques: { dq: { count: 2 } }, channels: { ch: { count: 3 } }, data: { d: "64B" }, heaps: { h: { capacity: "1MiB" } }, loops: { l: { policy: "dynamic" } },
    cores: { count: cores, smt }, threadPolicy: policy, ...costs, watch: { livelock: "1ms", starvation: "10ms", instructionBudget: 10_000, roundBudget: 10_000 },
  }, { lineWidth: 0 });
  if (slip === null) return text;
  const tokens = [...text.matchAll(/(?<=[ [])(?:\$?\w+ [+%/*-]+ \d+|\$?[a-z0-9]+)(?=[\]\n,])/g)];
  const token = tokens[slip[0] % tokens.length]!;
  return text.slice(0, token.index) + slip[1] + text.slice(token.index + token[0].length);
});

/** The digest and the results, or the error, of a scenario that was read from its text. */
async function outcomeOf(text: string): Promise<{ readonly ends: string; readonly what: string }> {
  const readFile = memoryFiles({ "a.yaml": text });
  try {
    const scenario = await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
    const trace = runScenario(scenario);
    return { ends: trace.threads?.outcome?.kind ?? (trace.complete ? "end" : "nowhere"), what: trace.digest + JSON.stringify(analyzeRun(scenario, trace)) };
  } catch (error) {
    if (!(error instanceof InputError || error instanceof SimulationError)) throw error;
    for (const { message, file, line } of error.issues) {
      if (message === "" || /undefined|NaN|\[object/.test(message)) throw new Error(`a poor message: ${message}`, { cause: error });
      if (file !== "a.yaml" || !(line !== undefined && line > 0)) throw new Error(`no position: ${message}`, { cause: error });
    }
    return { ends: error instanceof InputError ? "refused" : error.issues[0]!.code, what: error.message };
  }
}

describe("any threads", () => {
  it("end, get stuck with a finding, or are refused with a position; and a second time they do just the same", async () => {
    const ends = new Map<string, number>();
    await fc.assert(fc.asyncProperty(scenarios, async (text) => {
      const first = await outcomeOf(text);
      expect(await outcomeOf(text)).toEqual(first);
      ends.set(first.ends, (ends.get(first.ends) ?? 0) + 1);
    }), { numRuns: 250, seed: 1 });
    expect(ends.has("nowhere")).toBe(false);
    for (const [kind, least] of [["end", 50], ["deadlock", 60], ["livelock", 4], ["refused", 15]] as const) expect([kind, (ends.get(kind) ?? 0) >= least]).toEqual([kind, true]);
  });
});
