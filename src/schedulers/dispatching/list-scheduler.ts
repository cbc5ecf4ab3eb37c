import type { Dispatch, PolicyView, Scheduler, SchedulerView } from "../../plugin.ts";
import { forEachReady } from "./anew-on-change.ts";
import { FreeDevices } from "./free-devices.ts";
import { WaitingOps } from "./waiting-ops.ts";

/** What makes one list scheduler differ from another. */
export interface ListRules {
  /** By op: the smallest goes first, ties by id. Absent: ready ops in the order they became ready. Asked before the run. */
  keys?(view: PolicyView): Float64Array;
  /** Which of the free devices takes `op`; at least one of them can run it. By default the first that can. */
  choose?(view: PolicyView, op: number, free: FreeDevices): number;
}

/**
 * List scheduling: whenever a device has room, it takes the first ready op of the list that it can run. No device with
 * room is left idle while a ready op that it can run waits. Costs nothing while no device has room.
 * @source R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17(2), 1969, doi:10.1137/0117039
 */
export function listScheduler({ keys, choose }: ListRules): Scheduler {
  let order: Float64Array | undefined;
  let waiting: WaitingOps;
  let free: FreeDevices;
  let stale = false;
  return {
    prepare(view: PolicyView): void {
      order = keys?.(view);
      waiting = new WaitingOps(view.opCount, order);
      free = new FreeDevices(view);
    },
    ready(_view: PolicyView, op: number): void {
      waiting.push(op);
    },
    joined(): void {
      stale = true;
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      if (waiting.length === 0) return;
      if (stale) {
        // What was set aside, since no device there could run it, may be able to run on the one that joined.
        stale = false;
        waiting = new WaitingOps(view.opCount, order);
        forEachReady(view.ready, (op) => waiting.push(op));
      }
      for (free.refresh(); free.count > 0; free.refresh()) {
        const op = waiting.take(view, free);
        if (op < 0) return;
        out.place(op, choose === undefined ? waiting.firstDevice : choose(view, op, free));
      }
    },
  };
}

/** The free device where `op` would end first: bringing its inputs there, setup, then running; ties by id. */
export function soonestDone(view: PolicyView, op: number, free: FreeDevices): number {
  let best = free.firstFor(op);
  let shortest = Infinity;
  for (let i = 0; i < free.count; i++) {
    const device = free.ids[i]!;
    const time = view.estimateTicks(op, device) + view.setupTicks(op, device) + view.dataTicks(op, device);
    if (time < shortest) [best, shortest] = [device, time];
  }
  return best;
}
