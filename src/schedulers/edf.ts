import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { EffectiveDeadlines } from "./dispatching/effective-deadlines.ts";
import { firstToComplete } from "./dispatching/first-to-complete.ts";
import { listScheduler, soonestDone } from "./dispatching/list-scheduler.ts";

const options = z.strictObject({
  queue: z.enum(["global", "device"]).default("global").describe("`global`: one queue for all devices, and a device with room takes its most urgent op. `device`: each ready op goes at once to the queue of the device where it is expected to complete first, and waits there for it"),
  inherit: z.boolean().default(true).describe("True: an op must leave time for those that wait for it, so their deadlines count for it too"),
});

const paper = "C. L. Liu, J. W. Layland, \"Scheduling algorithms for multiprogramming in a hard-real-time environment\", JACM 20(1), 1973, doi:10.1145/321738.321743";

/**
 * Earliest deadline first: of the ready ops the one whose deadline comes first, to the device with room where it ends
 * soonest, its data and setup included. What has no deadline comes last; ties by op id. Ops are not interrupted. On one
 * device, with everything released at once, no order has a smaller largest lateness (Jackson's rule), and with
 * precedence the deadlines of {@link EffectiveDeadlines} keep that true (Lawler). On several devices `global` may miss
 * at any load: many short urgent ops can hold all devices while a long one that needed to begin waits (Dhall's effect).
 * @source Liu, Layland 1973, doi:10.1145/321738.321743; S. K. Dhall, C. L. Liu, "On a real-time scheduling problem", Operations Research 26(1), 1978, doi:10.1287/opre.26.1.127
 */
export const edf = defineScheduler<z.infer<typeof options>>({
  name: "edf",
  summary: "earliest deadline first: the ready op whose deadline comes first, where it ends soonest",
  source: paper,
  options,
  create: ({ queue, inherit }) => (queue === "device" ? queuePerDevice(inherit) : oneQueue(inherit)),
});

function oneQueue(inherit: boolean): Scheduler {
  let deadlines: EffectiveDeadlines;
  const list = listScheduler({
    keys: (view) => (deadlines = new EffectiveDeadlines(view, inherit)).ticks,
    choose: soonestDone,
  });
  return {
    ...list,
    ready(view: PolicyView, op: number): void {
      deadlines.reveal(view, view.jobOf(op));
      list.ready!(view, op);
    },
  };
}

function queuePerDevice(inherit: boolean): Scheduler {
  let deadlines: EffectiveDeadlines;
  let wait: Float64Array;
  let urgent: number[];
  return {
    prepare(view: PolicyView): void {
      deadlines = new EffectiveDeadlines(view, inherit);
      wait = new Float64Array(view.deviceCount);
      urgent = [];
    },
    ready(view: PolicyView, op: number): void {
      deadlines.reveal(view, view.jobOf(op));
      urgent.push(op);
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      if (urgent.length === 0) return;
      const { ticks } = deadlines;
      urgent.sort((a, b) => ticks[a]! - ticks[b]! || a - b);
      view.waitsInto(wait);
      for (const op of urgent) {
        const device = firstToComplete(view, op, wait);
        out.place(op, device, -ticks[op]!);
        wait[device] = view.waitTicks(device);
      }
      urgent.length = 0;
    },
  };
}
