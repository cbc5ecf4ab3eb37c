import type { Dispatch, PolicyView, Scheduler, SchedulerView } from "../../plugin.ts";
import { SetupCredit } from "./setup-credit.ts";

/**
 * How {@link immediateScheduler} compares devices for one op: the smallest `end · (expected end) + data · (time to bring
 * its inputs)` wins, ties by device id. Numbers, not a function: they are asked for each device and op.
 */
export interface DeviceScore {
  /** Weight of when the op is expected to end: after the wait for the device and its execution, with the setup it is charged. Default 1. */
  readonly end?: number;
  /** Weight of the time to bring the inputs. Absent: nobody asks where they are, unless the op awaits them. */
  readonly data?: number;
  /** The op is expected to begin when its inputs are there, if that is later than when the device is free. Default false. */
  readonly awaitsData?: boolean;
  /** False: only when the device is free counts. Default true. */
  readonly countsExecution?: boolean;
}

/**
 * Places each op as soon as it is ready, oldest first, on the device with the smallest score. Setups are charged as
 * {@link SetupCredit} says.
 */
export function immediateScheduler({ end = 1, data, awaitsData = false, countsExecution = true }: DeviceScore): Scheduler {
  let wait: Float64Array;
  let setups: SetupCredit;
  return {
    prepare(view: PolicyView): void {
      wait = new Float64Array(view.deviceCount);
      setups = new SetupCredit(view);
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      const { ready, deviceCount } = view;
      if (ready.length === 0) return;
      // What the closure shares is checked each time it is read, and a truth value takes longer to test than a number:
      // the loop reads its own.
      const waits = wait;
      const { estimates } = view;
      const endWeight = end;
      const dataWeight = data ?? 0;
      const executionWeight = countsExecution ? 1 : 0;
      const awaits = awaitsData ? 1 : 0;
      const asks = data !== undefined || awaitsData ? 1 : 0;
      const reloads = setups.hasReloads && countsExecution ? 1 : 0;
      view.waitsInto(waits);
      for (let op = ready.first(), next; op >= 0; op = next) {
        next = ready.next(op);
        const row = view.estimatesFrom(op);
        let best = -1;
        let lowest = Infinity;
        for (let d = 0; d < deviceCount; d++) {
          const estimate = estimates[row + d]!;
          if (estimate === Infinity) continue;
          let begin = waits[d]!;
          let execution = executionWeight * estimate;
          // Finding out where the inputs are costs most, so only devices that could still win are asked.
          if (endWeight * (begin + execution) >= lowest) continue;
          if (reloads === 1) execution += setups.charged(op, d);
          const bring = asks === 1 ? view.dataTicks(op, d) : 0;
          if (awaits === 1 && bring > begin) begin = bring;
          const score = endWeight * (begin + execution) + dataWeight * bring;
          // Not where a weight of 0 meets data that never come.
          if (!(score < lowest)) continue;
          best = d;
          lowest = score;
        }
        if (best < 0) continue;
        if (setups.hasReloads) setups.settle(op, best, waits)();
        out.place(op, best);
        waits[best] = view.waitTicks(best);
      }
    },
  };
}
