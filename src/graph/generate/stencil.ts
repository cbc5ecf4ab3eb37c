import type { OperatorGraph } from "../graph.ts";
import { start, type EdgeOptions } from "./task-graph.ts";

/**
 * `steps` sweeps over a grid of `rows` × `columns` blocks, each of which reads itself and its neighbours (up, down, left,
 * right) of the sweep before. One row is a line of blocks with two neighbours each.
 *
 * With r rows and c columns: r · c · steps tasks and (5rc - 2r - 2c) · (steps - 1) edges.
 */
export function stencil({ rows = 1, columns, steps, edgeBytes = 0 }: { rows?: number; columns: number; steps: number } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("stencil");
  const blocks = rows * columns;
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const op = builder.opOfClass(task, `block(${step},${row},${column})`);
        if (step === 0) continue;
        const below = op - blocks;
        if (row > 0) builder.edge(below - columns, op, edgeBytes);
        if (column > 0) builder.edge(below - 1, op, edgeBytes);
        builder.edge(below, op, edgeBytes);
        if (column < columns - 1) builder.edge(below + 1, op, edgeBytes);
        if (row < rows - 1) builder.edge(below + columns, op, edgeBytes);
      }
    }
  }
  return builder.build();
}
