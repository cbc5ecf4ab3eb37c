/** What a change of the order of axes does to memory; see {@link axisSwap}. */
export interface AxisSwap {
  /** Extent that ends up innermost of all that move: how far apart two neighbours of the result were, in rows. */
  readonly rows: number;
  /** Extent that was innermost of all that move. */
  readonly columns: number;
  /** Elements that stay together. */
  readonly run: number;
}

/**
 * A change of the order of axes as that of matrices of `rows` × `columns` cells which become `columns` × `rows`, each cell
 * `run` elements that stay together. Axes of extent 1 and neighbours that stay neighbours make no difference; of more
 * than two axes that move, those that lie between count as further matrices.
 * @param dims extents of the input
 * @param order by axis of the output, that of the input
 * @returns undefined where every element stays where it is
 * @example
 * axisSwap([1, 128, 12, 64], [0, 2, 1, 3]); // { rows: 128, columns: 12, run: 64 }
 * axisSwap([1, 128, 12, 64], [0, 2, 3, 1]); // { rows: 128, columns: 768, run: 1 }
 */
export function axisSwap(dims: readonly number[], order: readonly number[]): AxisSwap | undefined {
  const groups: { readonly axis: number; next: number; extent: number }[] = [];
  const kept = dims.map((_, axis) => axis).filter((axis) => dims[axis] !== 1);
  for (const axis of order.filter((axis) => dims[axis] !== 1)) {
    const last = groups.at(-1);
    const next = kept[kept.indexOf(axis) + 1] ?? dims.length;
    if (last !== undefined && last.next === axis) Object.assign(last, { next, extent: last.extent * dims[axis]! });
    else groups.push({ axis, next, extent: dims[axis]! });
  }
  if (groups.length < 2) return undefined;
  const lastOf = (list: typeof groups): (typeof groups)[number] => list.reduce((last, group) => (group.axis > last.axis ? group : last));
  const run = groups.at(-1) === lastOf(groups) ? groups.pop()!.extent : 1;
  return { rows: groups.at(-1)!.extent, columns: lastOf(groups).extent, run };
}
