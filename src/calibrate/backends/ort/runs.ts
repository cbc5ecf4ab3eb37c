import type { Measurement, MeasureOptions } from "../../backend.ts";
import type { Kernel } from "../../sample.ts";
import { quantile } from "../../../stats/quantile.ts";
import { DataPool } from "../data-pool.ts";
import { ModelParts } from "./model-parts.ts";
import { loadModel } from "./runtime.ts";

const warmUps = 10;
const chainLengths = [1, 512, 64, 256, 16, 128, 4, 384, 32, 192];

/**
 * What a run takes by itself, and what each of its operators adds, however small: chains of operators of one element,
 * under the sequential executor, and under the parallel one with a thread for each core between operators ("parallel").
 */
export function runKernels(threads: number): Kernel[] {
  return chainLengths.flatMap((nodes): Kernel[] => [undefined, "parallel"].map((variant) => ({ kind: "run.nodes", shape: { nodes }, dtype: "f32", threads, ...(variant !== undefined && { variant }) })));
}

/** Measures {@link runKernels}: the time of whole runs, called from JavaScript. */
export async function* measureRuns(kernels: readonly Kernel[], options: MeasureOptions): AsyncGenerator<Measurement> {
  for (const kernel of kernels) yield { ...kernel, ns: await chainNs(kernel.shape["nodes"]!, kernel, { least: options.least, most: 5 * options.most, budgetMs: options.budgetMs / kernels.length }) };
}

const known = new Map<number, Promise<number>>();

/** Nanoseconds that an operator of one element adds to a run. */
export function nodeNs(threads: number): Promise<number> {
  let answer = known.get(threads);
  if (answer === undefined) {
    answer = slope(threads);
    known.set(threads, answer);
  }
  return answer;
}

async function slope(threads: number): Promise<number> {
  const [short, long] = [16, 512];
  const medians: number[] = [];
  for (const nodes of [short, long]) medians.push(quantile(Float64Array.from(await chainNs(nodes, { threads }, { least: 20, most: 60, budgetMs: 50 })).sort(), 0.5));
  return Math.max(0, (medians[1]! - medians[0]!) / (long - short));
}

async function chainNs(nodes: number, { threads = 1, variant }: Pick<Kernel, "threads" | "variant">, { least, most, budgetMs }: Pick<MeasureOptions, "least" | "most" | "budgetMs">): Promise<number[]> {
  const parts = new ModelParts(new DataPool(64));
  let last = parts.input("x", [1]);
  // Two in turn: the runtime drops operators that undo each other, and merges equal ones.
  for (let i = 0; i < nodes; i++) last = parts.node(i % 2 === 0 ? "Sigmoid" : "Tanh", `n${i}`, [last]);
  parts.output(last, [1]);
  const model = await loadModel(parts, threads, { parallel: variant === "parallel" });
  const ns: number[] = [];
  let spentMs = 0;
  for (let run = 0; run < warmUps || (run < warmUps + most && (ns.length < least || spentMs < budgetMs)); run++) {
    const time = await model.run();
    spentMs += time / 1e6;
    if (run >= warmUps) ns.push(time);
  }
  await model.end();
  return ns;
}
