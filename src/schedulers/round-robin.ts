import { defineScheduler, type Dispatch, type SchedulerView } from "../plugin.ts";

/** Each op, as it becomes ready, to the queue of the next device in turn that can run it. */
export const roundRobin = defineScheduler({
  name: "round-robin",
  summary: "each ready op to the next device in turn that can run it",
  create: () => {
    let turn = 0;
    return {
      dispatch(view: SchedulerView, out: Dispatch): void {
        const { deviceCount } = view;
        for (let op = view.ready.first(), next; op >= 0; op = next) {
          next = view.ready.next(op);
          for (let tried = 0; tried < deviceCount; tried++) {
            const device = turn;
            turn = (turn + 1) % deviceCount;
            if (view.estimateTicks(op, device) === Infinity) continue;
            out.place(op, device);
            break;
          }
        }
      },
    };
  },
});
