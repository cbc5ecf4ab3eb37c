import type { PolicyView } from "../../plugin.ts";

/** The predecessor of `op` that ended last, ties by id: the one whose end made it ready; -1 without predecessors. */
export function releaserOf(view: PolicyView, op: number): number {
  const { start, node } = view.pred;
  let last = -1;
  for (let k = start[op]!; k < start[op + 1]!; k++) {
    const from = node[k]!;
    if (last < 0 || view.endTicks(from) > view.endTicks(last) || (view.endTicks(from) === view.endTicks(last) && from < last)) last = from;
  }
  return last;
}

/** The device on which {@link releaserOf} ran; -1 without predecessors. */
export function releasedBy(view: PolicyView, op: number): number {
  const last = releaserOf(view, op);
  return last < 0 ? -1 : view.placement(last);
}
