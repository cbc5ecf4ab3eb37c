import { InputError } from "../base/errors.ts";
import type { ResolvedScenario } from "../scenario/resolve-scenario.ts";
import type { Values } from "./command.ts";

/**
 * Of a run in which threads are all that runs, or run the operators: a scheduler that a flag asks for would do nothing.
 * @throws {InputError} when `--scheduler` was given for such a run.
 */
export function refuseIdleScheduler({ threads, graph }: Pick<ResolvedScenario, "threads" | "graph">, values: Values, file: string): void {
  if (values["scheduler"] === undefined || threads === undefined || (threads.device === undefined && graph.opCount > 0)) return;
  const what = threads.device === undefined ? "threads are all that runs" : "threads run the operators";
  throw new InputError({ code: "no-scheduler-decides", message: `${what} in ${file}: no scheduler decides anything`, hint: "choose a thread policy: --set threadPolicy=eevdf" });
}
