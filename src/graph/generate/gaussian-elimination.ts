import type { OperatorGraph } from "../graph.ts";
import { start, type EdgeOptions } from "./task-graph.ts";

/**
 * Gaussian elimination of a matrix of `size` × `size` numbers by columns: at each step the pivot column is prepared, and
 * then every column right of it is updated.
 *
 * With m = `size`: (m² + m - 2) / 2 tasks, m² - m - 1 edges, 2(m - 1) tasks on the longest path.
 * @source Topcuoglu, Hariri & Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
 * computing" (2002), section 5.3; after Cosnard, Marrakchi, Robert & Trystram (1988)
 */
export function gaussianElimination({ size, edgeBytes = 0 }: { size: number } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("gaussian-elimination");
  // The task that wrote each column last.
  const writer = new Int32Array(size).fill(-1);
  for (let k = 0; k < size - 1; k++) {
    const pivot = builder.opOfClass(task, `pivot(${k})`);
    if (writer[k]! >= 0) builder.edge(writer[k]!, pivot, edgeBytes);
    for (let j = k + 1; j < size; j++) {
      const update = builder.opOfClass(task, `update(${k},${j})`);
      builder.edge(pivot, update, edgeBytes);
      if (writer[j]! >= 0) builder.edge(writer[j]!, update, edgeBytes);
      writer[j] = update;
    }
  }
  return builder.build();
}
