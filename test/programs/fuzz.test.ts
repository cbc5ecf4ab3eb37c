import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { randomSource } from "../../src/base/random.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

const scenario = `programs:
  worker:
    - let: {key: ($i + 1) % $count, left: $n}
    - repeat: 10
      as: k
      do:
        - compute: {exponential: 10us, source: s}
        - lock: table[$key]
        - compute: {work: 1us * $k, bytes: 1MiB, pattern: random}
        - unlock: table[$key]
        - if: $k > 3 and not $key == 2
          then: [{push: {to: q, value: now()}}]
          else: [yield]
    - pop: {from: q, into: x, else: [end]}
    - measure: {name: rest, do: [{call: {program: rest, with: {t: 3us}}}]}
    - barrier: b
  rest:
    - sleep: min($t, 2us)
    - tryLock: {of: m, then: [{unlock: m}], else: [return]}
    - {parallel: {loop: l, iterations: 100, each: 1us}}
threads:
  worker: {count: 4, with: {n: [1, 2, 3, 4]}, affinity: "0-1", nice: 3}
locks: {table: {kind: mcs, granularity: {striped: 4}}, m: ticket}
queues: {q: {capacity: 3, lock: m}}
barriers: [b]
loops: {l: {policy: dynamic}}
cores: {count: 2, smt: 2}
threadPolicy: {use: round-robin, quantum: 1ms}
threadCosts: {switch: 1us, refill: 5GB/s}
watch: {livelock: 1s}
`;
const values = ["", "~", "0", "-1", "1.5", "1e999", ".nan", "true", "[]", "[1, [2]]", "{}", "{a: 1}", "[[[[[]]]]]", "__proto__", "constructor", "10us", "4KiB", "50%", "$i", "$", "$nothing", "forks[$i", "a[b[c]]", "(((1", "1 +", "forever", "{uniform: [1, 2]}", "{choice: {values: [1], chances: [2]}}", "break", "end", "lock", "{lock: m}", "x".repeat(3000), "'", '"', "{", "]", "- - -", "#", "not not 1", "min(1, 2us)", "9007199254740993", "{call: worker}", "$count / 0"];

class Mutator {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = randomSource(seed, "fuzz-programs");
  }
  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }
  mutate(text: string): string {
    for (let times = 1 + this.#below(2); times > 0; times--) {
      const lines = text.split("\n");
      const line = this.#below(lines.length);
      const value = values[this.#below(values.length)]!;
      const tokens = [...text.matchAll(/[\w.%$[\]-]+/g)];
      const token = tokens[this.#below(tokens.length)];
      switch (this.#below(7)) {
        case 0: text = lines.toSpliced(line, 1).join("\n"); break;
        case 1: text = lines.toSpliced(line, 0, lines[this.#below(lines.length)]!).join("\n"); break;
        case 2: text = lines.with(line, lines[line]!.replace(/:[^:]*$/, `: ${value}`)).join("\n"); break;
        case 3: text = lines.with(line, ` ${lines[line]}`).join("\n"); break;
        default: if (token) text = text.slice(0, token.index) + value + text.slice(token.index + token[0].length);
      }
    }
    return text;
  }
}

describe("mutated programs", () => {
  it("are compiled, or refused with positions", async () => {
    const mutator = new Mutator(1);
    const count = { refused: 0, passed: 0 };
    for (let i = 0; i < 3000; i++) {
      const mutant = mutator.mutate(scenario);
      const readFile = memoryFiles({ "a.yaml": mutant });
      try {
        const { threads } = await resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
        if (threads) expect(threads.spec.program.code.length).toBeGreaterThan(0);
        count.passed++;
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`mutant ${i} ended with ${String(error)}:\n${mutant}`, { cause: error });
        const bad = error.issues.find((issue) => issue.message === "" || issue.message.includes("\n") || issue.message.includes("undefined") || issue.file === undefined || issue.line === undefined);
        if (bad || error.issues.length === 0) throw new Error(`mutant ${i} has a poor message: ${JSON.stringify(bad)}\n${mutant}`);
        count.refused++;
      }
    }
    expect([count.refused > 1500, count.passed > 100]).toEqual([true, true]);
  });
});
