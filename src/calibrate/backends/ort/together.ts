import type { Measurement, MeasureOptions } from "../../backend.ts";
import { fnv1a } from "../../hold-out.ts";
import { kernelKey, type Kernel } from "../../sample.ts";
import { quantile } from "../../../stats/quantile.ts";
import type { DataPool } from "../data-pool.ts";
import { transpose } from "../../../graph/catalogue.ts";
import { ModelParts, product } from "./model-parts.ts";
import { profileTimes, type KernelTimes } from "./profile.ts";
import { recipeOf, type Made } from "./recipes.ts";
import { nodeNs } from "./runs.ts";
import { loadModel } from "./runtime.ts";
import { Site } from "./site.ts";

type Outcome = Measurement | (Kernel & { readonly failure: string });

/** Inputs and weights of one model, at most; a kernel that has more gets one of its own. */
const mostBytes = 192 * 2 ** 20;
/** Runs that are not counted: memory is laid out, and caches and threads find their state. */
const warmUps = 3;
/** Operators of one element that stand among the kernels. */
const emptyOps = 6;
/** Elements of a change of layout that takes some microseconds. */
const leastReorder = 20_000;
/** No operator takes less; where the clock says so, it is its rounding. */
const leastNs = 100;

/** Measures kernels in common models, by the profile of the runtime. */
export async function* measureTogether(kernels: readonly Kernel[], threads: number, pool: DataPool, options: MeasureOptions): AsyncGenerator<Outcome> {
  let parts = new ModelParts(pool);
  let group: { kernel: Kernel; made: Made; site: Site }[] = [];
  const share = options.budgetMs / Math.max(1, kernels.length);
  // What ran before decides whether a kernel finds the memory of its result in the cache: in each round it is another one.
  const order = [...kernels].map((kernel) => ({ kernel, at: fnv1a(`${options.seed}|${kernelKey(kernel)}`) })).sort((a, b) => a.at - b.at);
  for (const [id, { kernel }] of order.entries()) {
    const site = new Site(parts, id, true);
    const made = recipeOf(kernel)?.(site, kernel);
    if (made === undefined) yield { ...kernel, failure: "no operator of ONNX Runtime has these extents" };
    else {
      site.consume(made.result, made.rank);
      group.push({ kernel, made, site });
    }
    if (group.length > 0 && (id === kernels.length - 1 || parts.bytes > mostBytes)) {
      yield* measureGroup(group, parts, threads, { ...options, budgetMs: share * group.length });
      [parts, group] = [new ModelParts(pool), []];
    }
  }
}

async function* measureGroup(group: readonly { readonly kernel: Kernel; readonly made: Made; readonly site: Site }[], parts: ModelParts, threads: number, options: MeasureOptions): AsyncGenerator<Outcome> {
  for (let i = 0; i < emptyOps; i++) parts.output(parts.node("Neg", `t${i}`, [parts.input(`u${i}`, [1])]), [1]);
  const model = await loadModel(parts, threads, { profiled: true });
  const endNs = process.hrtime.bigint() + BigInt(Math.round(options.budgetMs * 1e6));
  let runs = 0;
  while (runs < warmUps + options.least || (runs < warmUps + options.most && process.hrtime.bigint() < endNs)) {
    await model.run();
    runs++;
  }
  const wrong = group.map(({ made, site }) => differs(made, model.value(`e${site.id}`)));
  const { kernels, reorders, empty } = profileTimes(await model.end(), runs, warmUps);
  // What taking a time adds, less what an operator of one element really takes.
  const offNs = quantile(Float64Array.from(empty).sort(), 0.5) - (await nodeNs(threads));
  const corrected = (ns: readonly number[]): number[] => ns.map((time) => Math.max(leastNs, time - offNs));
  for (const [at, { kernel, site }] of group.entries()) {
    const times = kernels.get(site.id);
    if (wrong[at] !== undefined) yield { ...kernel, failure: wrong[at] };
    else if (times === undefined) yield { ...kernel, failure: "ONNX Runtime left the operator out, or made something else of it" };
    else yield { ...ranAs(kernel, times), ns: corrected(times.ns) };
  }
  for (const { back, dims, ns } of reorders) {
    const [images = 1, channels = 1, ...spatial] = dims;
    const pixels = product(spatial);
    // They cannot be measured apart, and the profile does not tell shorter ones.
    if (images * channels * pixels < leastReorder) continue;
    const { kind, shape = {}, dtype = "f32" } = transpose({ elements: images * channels * pixels, rows: channels, columns: pixels, run: 1, dtype: "f32" });
    yield { kind, shape, dtype, threads, variant: back ? "nchwc+back" : "nchwc", ns: corrected(ns) };
  }
}

/** The kernel under the variant that it ran as, with the one that was asked for where that is another. */
function ranAs({ variant, ...kernel }: Kernel, { blocked }: KernelTimes): Kernel & { asked?: string } {
  const fused = variant === "after-conv" ? undefined : variant;
  const ran = [blocked ? "nchwc" : undefined, fused].filter((part) => part !== undefined).join("+");
  return { ...kernel, ...(ran !== "" && { variant: ran }), ...(ran !== (variant ?? "") && { asked: variant ?? "" }) };
}

/** What is wrong with the first number of a result; undefined where it is right or nothing is known about it. */
function differs({ first }: Made, value: number | undefined): string | undefined {
  if (first === undefined) return undefined;
  const expected = first();
  const off = Math.abs(expected - (value ?? NaN));
  return off <= 1e-3 * Math.max(1, Math.abs(expected)) ? undefined : `the result is wrong: ${value}, not ${Number(expected.toPrecision(6))}`;
}
