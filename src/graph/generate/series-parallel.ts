import type { OperatorGraph } from "../graph.ts";
import { drawBytes, start, type EdgeOptions, type Random } from "./task-graph.ts";

/**
 * A random series-parallel graph of `ops` ops, at least 2, between one first and one last op. It grows from the edge that
 * joins them, an op at a time: a random edge u → v becomes u → op → v (series), or gets that way beside it (parallel).
 * `parallel` is the probability of the second: 0 makes a chain, 1 the widest graphs.
 *
 * With p parallel steps: ops - 1 + p edges.
 * @source Valdes, Tarjan & Lawler, "The recognition of series parallel digraphs" (1982): two-terminal series-parallel graphs
 */
export function seriesParallel({ ops, parallel = 0.5, edgeBytes = 0, random }: { ops: number; parallel?: number; random: Random } & EdgeOptions): OperatorGraph {
  const { builder, task } = start("series-parallel");
  const from = [0];
  const to = [1];
  for (let op = 0; op < Math.max(2, ops); op++) builder.opOfClass(task);
  for (let op = 2; op < ops; op++) {
    const edge = Math.floor(random() * from.length);
    const end = to[edge]!;
    if (random() < parallel) {
      from.push(from[edge]!);
      to.push(op);
    } else to[edge] = op;
    from.push(op);
    to.push(end);
  }
  for (let edge = 0; edge < from.length; edge++) builder.edge(from[edge]!, to[edge]!, drawBytes(edgeBytes, random));
  return builder.build();
}
