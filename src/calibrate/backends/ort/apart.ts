import type { Measurement, MeasureOptions } from "../../backend.ts";
import { quantile } from "../../../stats/quantile.ts";
import type { DataPool } from "../data-pool.ts";
import { ModelParts } from "./model-parts.ts";
import { recipeOf } from "./recipes.ts";
import { loadModel } from "./runtime.ts";
import { Site } from "./site.ts";

/** Copies of the kernel in the longer model, so that they take about so long together. */
const togetherNs = 200_000;
const [fewest, most] = [8, 32];
const warmUps = 5;
/** Runs for each time that was asked for: they are cheap, and a difference is noisier than a time. */
const runsEach = 2;

/**
 * Measures a short kernel without a profile: the time of a model with many copies of it, less that of a model that only
 * reads their inputs, in turn, by copy.
 * @returns undefined where the difference is lost in the noise
 */
export async function measureApart(kernel: Measurement, threads: number, pool: DataPool, options: MeasureOptions): Promise<Measurement | undefined> {
  const { ns: before, ...rest } = kernel;
  const asked = rest as Measurement;
  const copies = Math.min(most, Math.max(fewest, Math.ceil(togetherNs / quantile(Float64Array.from(before).sort(), 0.5))));
  const models = [copiesOf(asked, copies, pool, true), copiesOf(asked, copies, pool, false)];
  if (models.some((parts) => parts === undefined)) return undefined;
  const [full, bare] = await Promise.all(models.map((parts) => loadModel(parts!, threads)));
  const ns: number[] = [];
  const runs = runsEach * options.most;
  for (let run = -warmUps; run < runs; run++) {
    const difference = (await full!.run()) - (await bare!.run());
    if (run >= 0 && difference > 0) ns.push(difference / copies);
  }
  await Promise.all([full!.end(), bare!.end()]);
  return 2 * ns.length > runs ? { ...asked, ns } : undefined;
}

/** A model with copies of a kernel, each with inputs and weights of its own; or one that reads the inputs alone. */
function copiesOf(kernel: Measurement, copies: number, pool: DataPool, whole: boolean): ModelParts | undefined {
  const parts = new ModelParts(pool);
  const results: string[] = [];
  for (let id = 0; id < copies; id++) {
    const alone = new ModelParts(pool);
    const site = new Site(whole ? parts : alone, id, false);
    const made = recipeOf(kernel)?.(site, kernel);
    if (made === undefined) return undefined;
    if (whole) results.push(read(parts, id, made.result, made.rank));
    else {
      // Every input is fed, as in the whole model, and one of them is read, as its result is.
      for (const [name, feed] of alone.feeds) parts.feed(name, feed);
      const fed = [...alone.feeds].find(([, { data }]) => data instanceof Float32Array);
      if (fed === undefined) return undefined;
      results.push(read(parts, id, fed[0], fed[1].dims.length));
    }
  }
  parts.output(parts.node("Concat", "all", results, { axis: 0 }), [results.length]);
  return parts;
}

function read(parts: ModelParts, id: number, value: string, rank: number): string {
  return parts.node("GatherND", `e${id}`, [value, parts.constant(`z${id}`, Array.from({ length: rank }, () => 0), [1, rank])]);
}
