import type { PolicyView } from "../../plugin.ts";
import type { RouteKinds } from "./route-kinds.ts";

/** When the inputs of an op can be on each device, as planned so far. */
export class InputArrivals {
  /** By device, in ticks: the answer of the last {@link find}. */
  readonly ticks: Float64Array;
  readonly #view: PolicyView;
  readonly #routes: RouteKinds;
  /** Some tensor has a size. */
  readonly #hasData: boolean;
  /** A device whose memory is not that of device 0, so that data which neither of the two lacks, no device lacks; -1 = none is known. */
  readonly #elsewhere: number;
  /** By kind of route: when the tensor in question has come over it. */
  readonly #over: Float64Array;
  // The plan: device and planned end of each op that was planned.
  readonly #device: Int32Array;
  readonly #end: Float64Array;

  constructor(view: PolicyView, routes: RouteKinds, device: Int32Array, end: Float64Array) {
    this.#view = view;
    this.#routes = routes;
    this.#device = device;
    this.#end = end;
    this.ticks = new Float64Array(view.deviceCount);
    this.#hasData = view.tensors.bytes.some((bytes) => bytes > 0);
    this.#over = new Float64Array(routes.pairs.length);
    this.#elsewhere = routes.of.subarray(0, view.deviceCount).findIndex((kind) => kind > 0);
  }

  /** Works out {@link ticks} for `op`, whose predecessors are planned and whose job starts at `jobStart`. */
  find(op: number, jobStart: number): void {
    const view = this.#view;
    this.ticks.fill(jobStart);
    if (this.#hasData && (this.#elsewhere < 0 || view.dataBytes(op, 0) > 0 || view.dataBytes(op, this.#elsewhere) > 0)) {
      // Inputs of the model, and weights that must be brought, begin to move as the job begins.
      for (let d = 0; d < this.ticks.length; d++) this.ticks[d]! += view.dataTicks(op, d);
    }
    if (this.#routes.places.length > 0) this.#overOneKind(op);
    else this.#overAnyKind(op);
  }

  /**
   * All ways take the same time. So what leaves one place last, of all producers, is last everywhere but there; at that
   * place the last from any other counts, and the last end.
   */
  #overOneKind(op: number): void {
    const { pred } = this.#view;
    const { places, edgeTicks } = this.#routes;
    const start = pred.start[op]!;
    const stop = pred.start[op + 1]!;
    if (start === stop) return;
    let latestPlace = -1;
    let latest = -1;
    let second = -1;
    let end = -1;
    for (let k = start; k < stop; k++) {
      const producer = pred.node[k]!;
      const place = places[this.#device[producer]!]!;
      const ended = this.#end[producer]!;
      const there = ended + edgeTicks[pred.edge[k]!]!;
      if (place === latestPlace) {
        if (there > latest) latest = there;
        if (ended > end) end = ended;
      } else if (there > latest) {
        second = latest;
        latest = there;
        latestPlace = place;
        end = ended;
      } else if (there > second) second = there;
    }
    const here = Math.max(second, end);
    const ticks = this.ticks;
    for (let d = 0; d < ticks.length; d++) {
      const at = places[d] === latestPlace ? here : latest;
      if (at > ticks[d]!) ticks[d] = at;
    }
  }

  #overAnyKind(op: number): void {
    const view = this.#view;
    const { pred, deviceCount } = view;
    const { of, away, from, to } = this.#routes;
    const over = this.#over;
    const ticks = this.ticks;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const producer = pred.node[k]!;
      const device = this.#device[producer]!;
      const end = this.#end[producer]!;
      over[0] = end;
      for (const kind of away[device]!) over[kind] = end + view.transferTicks(pred.edge[k]!, from[kind]!, to[kind]!);
      const row = device * deviceCount;
      for (let d = 0; d < deviceCount; d++) {
        const at = over[of[row + d]!]!;
        if (at > ticks[d]!) ticks[d] = at;
      }
    }
  }
}
