import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { randomSource } from "../../src/base/random.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "./memory-files.ts";

const byModel = `include: base.yaml
name: a title
workload: {model: resnet50, batch: 8, fuse: auto, instances: 4, arrivals: {rate: 50/s}}
machine:
  use: workstation
  devices:
    gpu0: {slots: 2, launch: 5us, efficiency: {conv: 50%, default: 0.4}}
    tpu0: {kind: tpu, memory: {capacity: 16GiB, bandwidth: 900GB/s}, peak: {bf16: 90TFLOP/s, f32: 20TFLOP/s}, systolic: {rows: 128, columns: 128}}
  links:
    - {name: extra, between: [cpu0, tpu0], latency: 2us, bandwidth: 12GB/s, duplex: half}
cost: [{table: [{kind: conv, device: gpu0, time: 30us, sigma: 2%}]}, roofline]
scheduler: {use: dmda, alpha: 2}
sync: dataflow
compare: [heft, {use: dmda, beta: 1.5}, fifo]
tick: 1/4ns
noise: 5%
seed: 3
output: {directory: out, timeline: timeline.svg, trace: trace.json, metrics: metrics.json}
`;
const byHand = `# a graph by hand
workload:
  graph:
    ops:
      load: 2ms
      left: &left {kind: matmul, time: {P1: 8ms, P2: 1ms}, output: 4MiB}
      right: *left
      join: {kind: add, time: 500us}
    edges:
      - load -> left -> join
      - load -> right
      - right -> join: 64kB
  instances: 3
  inFlight: 2
machine: {processors: [P1, P2]}
scheduler: heft
seed: 7
`;
const files = { "base.yaml": "seed: 1\nnoise: 2%\n" };

/** Values of every type, and some of the worst of each. */
const values = ["", "~", "0", "-1", "1.5", "1e999", ".nan", "9007199254740993", "true", "no", "[]", "[1, [2]]", "{}", "{a: 1}", "[[[[[[[]]]]]]]", '"\\u0000"', "*left", "&x y", "!t z", "<<", "__proto__", "constructor", "10us", "5GB", "50%", "1/0ns", "-3ms", "∞", "x".repeat(2000), "a -> a", "./x.mjs#y", "'", '"', "{", "]", "- - -", "? a", "|", ">", "%YAML 1.1", "---", "...", "\t", "\u0000", "\ufeff", "# c"];

class Mutator {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = randomSource(seed, "fuzz");
  }
  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }
  mutate(text: string): string {
    for (let times = 1 + this.#below(3); times > 0; times--) text = this.#once(text);
    return text;
  }
  #once(text: string): string {
    const at = this.#below(text.length + 1);
    const lines = text.split("\n");
    const line = this.#below(lines.length);
    const value = values[this.#below(values.length)]!;
    switch (this.#below(9)) {
      case 0: return text.slice(0, at) + String.fromCharCode(this.#below(128)) + text.slice(at + 1);
      case 1: return text.slice(0, at) + text.slice(at + 1 + this.#below(8));
      case 2: return lines.toSpliced(line, 1).join("\n");
      case 3: return lines.toSpliced(line, 0, lines[line]!).join("\n");
      case 4: return lines.with(line, lines[this.#below(lines.length)]!).join("\n");
      case 5: return lines.with(line, ` ${lines[line]}`).join("\n");
      case 6: return lines.with(line, lines[line]!.replace(/:.*$/, `: ${value}`)).join("\n");
      case 7: {
        const tokens = [...text.matchAll(/[\w.%/-]+/g)];
        const token = tokens[this.#below(tokens.length)];
        return token ? text.slice(0, token.index) + value + text.slice(token.index + token[0].length) : text;
      }
      default: return text.slice(0, at);
    }
  }
}

/** Runs mutants of `text`; returns how many were refused and how many passed. */
async function fuzz(text: string, count: number, seed: number, run: (mutant: string) => Promise<unknown>): Promise<{ refused: number; passed: number }> {
  const mutator = new Mutator(seed);
  const result = { refused: 0, passed: 0 };
  for (let i = 0; i < count; i++) {
    const mutant = mutator.mutate(text);
    try {
      await run(mutant);
      result.passed++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`mutant ${i} ended with ${String(error)}:\n${mutant}`, { cause: error });
      const bad = error.issues.find((issue) => issue.message === "" || issue.message.includes("\n") || issue.message.includes("undefined") || issue.file === undefined || (issue.line === undefined && !/^(empty-file|not-text)$/.test(issue.code)));
      if (bad || error.issues.length === 0) throw new Error(`mutant ${i} has a poor message: ${JSON.stringify(bad)}\n${mutant}`);
      result.refused++;
    }
  }
  return result;
}

describe("mutated scenarios", () => {
  it("are read, or refused with positions", async () => {
    const load = (mutant: string) => loadScenario("a.yaml", { readFile: memoryFiles({ ...files, "a.yaml": mutant }) });
    const { refused, passed } = await fuzz(byModel, 2500, 1, load);
    expect([refused > 1000, passed > 100]).toEqual([true, true]);
  });

  it("are resolved, or refused with positions", async () => {
    const resolve = async (mutant: string) => {
      const readFile = memoryFiles({ "a.yaml": mutant });
      return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
    };
    const { refused, passed } = await fuzz(byHand, 2000, 2, resolve);
    expect([refused > 1000, passed > 80]).toEqual([true, true]);
  });

  it("are refused when they are noise", async () => {
    const random = randomSource(3, "noise");
    for (let i = 0; i < 500; i++) {
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.floor(random() * 256));
      await expect(loadScenario("a.yaml", { readFile: memoryFiles({ ...files, "a.yaml": bytes }) })).rejects.toBeInstanceOf(InputError);
    }
  });
});
