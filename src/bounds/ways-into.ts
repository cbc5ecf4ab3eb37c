import type { Instance } from "../core/instance.ts";

/**
 * The quickest way into each memory. Whatever way a tensor takes, its last hop enters by one of the routes that end
 * there. Most machines have few different ways, so a tensor's arrival is worked out once a way and not once a memory.
 */
export class WaysInto {
  /** Of each memory. */
  readonly wayOf: Uint32Array;
  readonly #latency: number[] = [];
  readonly #ticksPerByte: number[] = [];
  readonly #arrival: Float64Array;

  constructor({ memoryCount: M, routeLatencyTicks, routeTicksPerByte }: Instance) {
    this.wayOf = new Uint32Array(M);
    for (let to = 0; to < M; to++) {
      let latency = Infinity;
      let ticksPerByte = Infinity;
      for (let from = 0; from < M; from++) {
        if (from === to || routeLatencyTicks[from * M + to] === Infinity) continue;
        latency = Math.min(latency, routeLatencyTicks[from * M + to]!);
        ticksPerByte = Math.min(ticksPerByte, routeTicksPerByte[from * M + to]!);
      }
      let way = this.#latency.findIndex((known, i) => known === latency && this.#ticksPerByte[i] === ticksPerByte);
      if (way < 0) {
        way = this.#latency.push(latency) - 1;
        this.#ticksPerByte.push(ticksPerByte);
      }
      this.wayOf[to] = way;
    }
    this.#arrival = new Float64Array(this.#latency.length);
  }

  /** Different ways. */
  get count(): number {
    return this.#latency.length;
  }

  /** Earliest arrival by each way of a tensor that is somewhere from `from` on. Without bytes nothing moves. Reused at each call. */
  arrivals(from: number, bytes: number): Float64Array {
    for (let way = 0; way < this.#arrival.length; way++) {
      // Transfers end on whole ticks; what is hardly above one may be rounding.
      this.#arrival[way] = bytes > 0 ? from + Math.max(0, Math.ceil(this.#latency[way]! + bytes * this.#ticksPerByte[way]! - 1e-5)) : from;
    }
    return this.#arrival;
  }
}
