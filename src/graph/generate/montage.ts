import type { OperatorGraph } from "../graph.ts";
import { start, type EdgeOptions } from "./task-graph.ts";

/** Options of {@link montage}. */
export interface MontageOptions extends EdgeOptions {
  readonly images: number;
  /** Pairs of images that overlap, at most n(n - 1) / 2. Default 2n - 3: neighbours at distances 1 and 2. */
  readonly overlaps?: number;
}

/**
 * The shape of the Montage workflow, which makes one picture of the sky from `images`: each is projected, every pair
 * that overlaps is compared, one model of the background is fitted to all differences, each image is corrected by
 * it, and the corrected ones are listed, added, shrunk and printed. The pairs are those of nearest neighbours in a row of
 * images: all at distance 1, then all at distance 2 and so on.
 *
 * With n images and m overlaps: 2n + m + 6 tasks and 4n + 3m + 4 edges.
 * @source Juve, Chervenak, Deelman, Bharathi, Mehta & Vahi, "Characterizing and profiling scientific workflows" (2013)
 */
export function montage({ images, overlaps = Math.max(0, 2 * images - 3), edgeBytes = 0 }: MontageOptions): OperatorGraph {
  const { builder, task } = start("montage");
  const after = (name: string, ...from: number[]): number => {
    const op = builder.opOfClass(task, name);
    for (const before of from) builder.edge(before, op, edgeBytes);
    return op;
  };
  const projected = Array.from({ length: images }, (_, image) => after(`project(${image})`));
  const differences: number[] = [];
  for (let distance = 1; distance < images; distance++) {
    for (let image = 0; image + distance < images && differences.length < overlaps; image++) {
      differences.push(after(`difference(${image},${image + distance})`, projected[image]!, projected[image + distance]!));
    }
  }
  const model = after("background-model", after("concatenate", ...differences));
  const corrected = projected.map((before, image) => after(`background(${image})`, before, model));
  const table = after("image-table", ...corrected);
  after("print", after("shrink", after("add", table, ...corrected)));
  return builder.build();
}
