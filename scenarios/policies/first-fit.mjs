/**
 * A scheduler of one's own: each ready operator goes to the first device, in the order of the machine, that has a free
 * slot and is not much slower than the best one. It imports nothing, so it can be copied anywhere.
 */

/** Checks `{patience: number}`: how many times slower than the best device is still acceptable. Default 4. */
const options = {
  "~standard": {
    validate(given) {
      const { patience = 4, ...rest } = given;
      const unknown = Object.keys(rest).map((key) => ({ message: `${key} is not an option; there is only patience`, path: [key] }));
      if (unknown.length > 0) return { issues: unknown };
      return typeof patience === "number" && patience >= 1 ? { value: { patience } } : { issues: [{ message: "patience must be a number of at least 1", path: ["patience"] }] };
    },
  },
};

/** The shortest time that `op` takes on any device. */
function bestTicks(view, op) {
  let best = Infinity;
  for (let device = 0; device < view.deviceCount; device++) best = Math.min(best, view.estimateTicks(op, device));
  return best;
}

export const firstFit = {
  name: "first-fit",
  summary: "each ready operator to the first free device that is fast enough for it",
  options,
  create: ({ patience }) => ({
    // Called whenever an operator became ready or a slot became free.
    dispatch(view, out) {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op); // before place(), which takes `op` off the list
        const limit = patience * bestTicks(view, op);
        for (let device = 0; device < view.deviceCount; device++) {
          if (view.freeSlots(device) > view.queued(device) && view.estimateTicks(op, device) <= limit) {
            out.place(op, device);
            break;
          }
        }
      }
    },
  }),
};
