import type { CostModel } from "../cost/cost-model.ts";
import type { ByProcessor, Stage, StageChunk } from "./pipeline.ts";

/**
 * Times of stages on the processors of a pipeline: that of an item alone, shortened where other processors are awake
 * ({@link asleepShare}), with the stage's demand of the shared memory, so that what runs beside it can slow it.
 * @param processors of the pipeline; all of them are awake where `chunks` are left out
 * @param chunks a stage runs on no processor but that of its chunk, and the processors of all chunks are awake
 */
export function stageTimes(stages: readonly Stage[], processors: readonly string[], chunks?: readonly StageChunk[]): CostModel {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const placed = chunks && new Map(chunks.flatMap(({ on, stages: count }) => new Array<string>(count).fill(on)).map((on, i) => [stages[i]!.name, on]));
  const awake = chunks ? new Set(chunks.map(({ on }) => on)).size : processors.length;
  const asleep = asleepShare(awake - 1, processors.length - 1);
  return {
    name: "stage times",
    estimate(op, { name }) {
      const stage = byName.get(op.kind);
      const aloneNs = stage && own(stage.aloneNs, name);
      if (stage === undefined || aloneNs === undefined || (placed !== undefined && placed.get(op.kind) !== name)) return undefined;
      const awakeNs = own(stage.awakeNs, name) ?? aloneNs;
      return { ns: awakeNs + asleep * (aloneNs - awakeNs), fixedNs: 0, sigma: 0, memoryBytesPerNs: own(stage.demand, name) ?? 0, limit: "given", source: "pipeline", extrapolated: false };
    },
  };
}

/** A processor may be named like what every object has. */
function own(values: ByProcessor | undefined, name: string): number | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

/**
 * How much of what a processor loses to sleep is left while `others` of the `most` other processors are awake: 1 with
 * none, 0 with all. A processor that waits for a sleeping system waits for the first of those that are awake to serve
 * it; the mean of the shortest of k equal exponential waits is 1/k of one, and k counts the processor itself. So
 * (1/(1 + others) − 1/(1 + most)) / (1 − 1/(1 + most)).
 * @example
 * asleepShare(1, 3); // 1/3: the first that is awake helps most
 */
export function asleepShare(others: number, most: number): number {
  if (most <= 0) return 1;
  return (1 / (1 + others) - 1 / (1 + most)) / (1 - 1 / (1 + most));
}
