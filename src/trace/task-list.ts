import type { Trace } from "../core/trace.ts";
import { ownDeadline } from "./deadlines.ts";
import { nanoseconds } from "./nanoseconds.ts";

/** Where and when an operator ran. What did not happen, in a run that was stopped, is absent. */
export interface TaskResult {
  readonly name: string;
  /** Of a duplicate: the operator that it runs once more. */
  readonly duplicateOf?: string;
  readonly device?: string;
  /** On its device, from 0. */
  readonly slot?: number;
  readonly startNs?: number;
  readonly endNs?: number;
  /** Where it has a deadline of its own. */
  readonly deadlineNs?: number;
}

/**
 * The operators of a run as objects, each made when it is asked for: a million of them cost nothing until then.
 * `JSON.stringify` sees an array.
 */
export class TaskList implements Iterable<TaskResult> {
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  get length(): number {
    return this.#trace.instance.opCount;
  }

  /** The operator at a position of the workload. */
  at(op: number): TaskResult {
    const { instance, ops } = this.#trace;
    const name = instance.opNames.at(op);
    const device = ops.device[op]!;
    const start = ops.startTicks[op]!;
    const end = ops.endTicks[op]!;
    const deadline = ownDeadline(this.#trace, op);
    const original = instance.duplicateOf?.[op] ?? -1;
    return {
      name,
      ...(original >= 0 && { duplicateOf: instance.opNames.at(original) }),
      ...(device >= 0 && { device: instance.deviceNames[device]! }),
      ...(ops.slot[op]! >= 0 && { slot: ops.slot[op]! }),
      ...(!Number.isNaN(start) && { startNs: nanoseconds(start, instance.tickNs) }),
      ...(!Number.isNaN(end) && { endNs: nanoseconds(end, instance.tickNs) }),
      ...(deadline < Infinity && { deadlineNs: nanoseconds(deadline, instance.tickNs) }),
    };
  }

  *[Symbol.iterator](): IterableIterator<TaskResult> {
    for (let op = 0; op < this.length; op++) yield this.at(op);
  }

  toJSON(): TaskResult[] {
    return [...this];
  }
}
