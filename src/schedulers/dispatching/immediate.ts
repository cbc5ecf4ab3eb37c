import type { Dispatch, PolicyView, Scheduler, SchedulerView } from "../../plugin.ts";
import { waitsInto, waitTicks } from "./completion-time.ts";
import { SetupCredit } from "./setup-credit.ts";

/**
 * How {@link immediateScheduler} compares devices for one op: the smallest score wins, ties by device id. The execution
 * includes the setup that is charged. Never falls as execution or data grow.
 */
export type Score = (waitTicks: number, executionTicks: number, dataTicks: number) => number;

/**
 * Places each op as soon as it is ready, oldest first, on the device with the smallest score of: the expected time until
 * the device can begin another op, the op's expected time there with the setup it is charged (see {@link SetupCredit}), and
 * the time to bring its inputs there.
 */
export function immediateScheduler(score: Score): Scheduler {
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
      // What the closure shares is checked each time it is read: the loop reads its own names.
      const waits = wait;
      const scoreOf = score;
      const { hasReloads } = setups;
      waitsInto(waits, view);
      for (let op = ready.first(), next; op >= 0; op = next) {
        next = ready.next(op);
        let best = -1;
        let lowest = Infinity;
        for (let d = 0; d < deviceCount; d++) {
          const execution = view.estimateTicks(op, d);
          // Finding out where the inputs are costs most, so only devices that could still win are asked.
          if (execution === Infinity || scoreOf(waits[d]!, execution, 0) >= lowest) continue;
          const here = scoreOf(waits[d]!, hasReloads ? execution + setups.charged(op, d) : execution, view.dataTicks(op, d));
          // Not where a weight of 0 meets data that never come.
          if (!(here < lowest)) continue;
          best = d;
          lowest = here;
        }
        if (best < 0) continue;
        if (hasReloads) setups.settle(op, best, waits)();
        out.place(op, best);
        waits[best] = waitTicks(view, best);
      }
    },
  };
}
