/** Each ready operator to the first device that can run it. */
export function firstDevice(view, out) {
  for (let op = view.ready.first(), next; op >= 0; op = next) {
    next = view.ready.next(op);
    for (let device = 0; device < view.deviceCount; device++) {
      if (view.estimateTicks(op, device) < Infinity) {
        out.place(op, device);
        break;
      }
    }
  }
}

export default { name: "good", summary: "the first device that can", create: () => ({ dispatch: firstDevice }) };
