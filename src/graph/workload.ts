import type { Warning } from "../base/errors.ts";
import type { CostMatrix } from "../cost/cost-model.ts";
import type { Machine } from "../machine/machine.ts";
import type { OperatorGraph } from "./graph.ts";

/** A workload as importers and builders return it. */
export interface Workload {
  readonly graph: OperatorGraph;
  /** Set by task-graph files, which bring their own durations. */
  readonly costs?: CostMatrix;
  /** Set by task-graph files, which bring their own processors. */
  readonly machine?: Machine;
  /** The largest tick that makes every time in the file exact, where the file says times; see `tickForTasks`. */
  readonly tickNs?: number;
  /** Nodes of the file, where they are more than the operators of the graph. */
  readonly nodeCount?: number;
  /** Operators of the file that the catalogue does not know. */
  readonly unknown?: readonly { readonly opType: string; readonly domain: string; readonly count: number }[];
  /** Warnings of the importer: unknown operators and the fallback that was used. */
  readonly warnings: readonly Warning[];
}
