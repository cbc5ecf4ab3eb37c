import type { Dispatch, PolicyView, ReadyList, Scheduler, SchedulerView } from "../../plugin.ts";

/** A scheduler that keeps ready ops in queues of its own until it places them, and needs nothing but the state to begin. */
export interface QueueingScheduler extends Scheduler {
  prepare(view: PolicyView): void;
  ready(view: PolicyView, op: number): void;
}

/**
 * Lets a scheduler whose queues go by where ops can run begin anew whenever a device leaves or joins: what waits for
 * one that is gone must go elsewhere, and what could not run on one that is back may now. All that waits is handed to a
 * fresh one, oldest first.
 */
export function anewOnChange(create: () => QueueingScheduler): Scheduler {
  let current = create();
  let stale = false;
  return {
    prepare: (view: PolicyView) => current.prepare(view),
    ready: (view: PolicyView, op: number) => current.ready(view, op),
    lost() {
      stale = true;
    },
    joined() {
      stale = true;
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      if (stale) {
        stale = false;
        current = create();
        current.prepare(view);
        forEachReady(view.ready, (op) => current.ready(view, op));
      }
      current.dispatch(view, out);
    },
  };
}

/** Visits what is ready, oldest first; `visit` places nothing. */
export function forEachReady(ready: ReadyList, visit: (op: number) => void): void {
  for (let op = ready.first(); op >= 0; op = ready.next(op)) visit(op);
}
