import { InputError } from "../base/errors.ts";
import type { Trace } from "../core/trace.ts";

/** What the scheduler `replay` takes: operators with their devices, in the order of starts. */
export type Placement = readonly { readonly op: string | number; readonly device: string }[];

/**
 * The placement of a recorded run, for `replay`. Operators are named, so that the run may be repeated on a workload
 * whose ids differ; of operators with equal names all but the first go by their ids.
 * @throws {InputError} when the run was stopped before every operator had started.
 * @example
 * schedulers.get("replay").create({ placement: recordedPlacement(loadTrace(text)) });
 */
export function recordedPlacement({ instance, ops }: Pick<Trace, "instance" | "ops">): Placement {
  const { startTicks, endTicks, device } = ops;
  const unstarted = startTicks.findIndex((ticks) => !(ticks >= 0));
  if (unstarted >= 0) throw new InputError({ code: "incomplete-trace", message: `the recorded run was stopped before operator "${instance.opNames.at(unstarted)}" began` });
  // An operator that takes no time comes before what starts at the same tick after it.
  const order = Uint32Array.from(instance.topo).sort((a, b) => startTicks[a]! - startTicks[b]! || endTicks[a]! - endTicks[b]!);
  const first = new Map<string, number>();
  for (let op = 0; op < instance.opCount; op++) if (!first.has(instance.opNames.at(op))) first.set(instance.opNames.at(op), op);
  return Array.from(order, (op) => {
    const name = instance.opNames.at(op);
    return { op: first.get(name) === op ? name : op, device: instance.deviceNames[device[op]!]! };
  });
}
