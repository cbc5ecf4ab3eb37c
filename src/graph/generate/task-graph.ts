import { GraphBuilder } from "../builder.ts";

/** Uniform in [0, 1). Generators draw from it in a fixed order, so the same source gives the same graph. */
export type Random = () => number;

/** What the generators of task graphs share. Every edge has a tensor of its own. */
export interface EdgeOptions {
  /** Mean bytes of an edge; sizes are whole and uniform in 1 … 2 × mean where they are drawn. Default 0: pure ordering. */
  readonly edgeBytes?: number;
}

/** A builder with one class for all its tasks. */
export function start(name: string): { builder: GraphBuilder; task: number } {
  const builder = new GraphBuilder(name);
  return { builder, task: builder.class({ kind: "task" }) };
}

/** Whole and uniform in 1 … 2 × mean; 0 for a mean of 0. */
export function drawBytes(mean: number, random: Random): number {
  return mean === 0 ? 0 : Math.ceil(2 * mean * (1 - random()));
}
