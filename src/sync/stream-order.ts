import { defineSync, type Gate, type PolicyView, type SyncPolicy } from "../plugin.ts";

/**
 * Each device reports its ops in the order they started, as a stream does whose completion is known only through
 * events recorded one after the other: the outputs of an op become visible once it and every op that started earlier
 * on the same device have ended. Ops that start at the same tick count in the order the device took them.
 *
 * Ops still run side by side where the device has several slots; only their results wait for each other. With one slot
 * a device this is dataflow. Devices do not wait for each other.
 * @source NVIDIA, CUDA C++ Programming Guide, sections "Streams" and "Events": an event completes when all work before it in its stream has completed
 */
export const streamOrder = defineSync({
  name: "stream-order",
  summary: "a device's outputs become visible in the order its operators started",
  source: "NVIDIA, CUDA C++ Programming Guide, sections Streams and Events, https://docs.nvidia.com/cuda/cuda-c-programming-guide/",
  create: () => new StreamOrder(),
});

class StreamOrder implements SyncPolicy {
  /** By device: the earliest start whose outputs are not visible, and the latest start; -1 = none. Starts between are linked. */
  #head = new Int32Array(0);
  #tail = new Int32Array(0);
  #next = new Int32Array(0);
  #hasEnded = new Uint8Array(0);

  prepare(view: PolicyView): void {
    this.#head = new Int32Array(view.deviceCount).fill(-1);
    this.#tail = new Int32Array(view.deviceCount).fill(-1);
    this.#next = new Int32Array(view.opCount).fill(-1);
    this.#hasEnded = new Uint8Array(view.opCount);
  }

  started(view: PolicyView, op: number): void {
    const device = view.placement(op);
    if (this.#head[device]! < 0) this.#head[device] = op;
    else this.#next[this.#tail[device]!] = op;
    this.#tail[device] = op;
  }

  ended(view: PolicyView, op: number, gate: Gate): void {
    this.#hasEnded[op] = 1;
    const device = view.placement(op);
    const { start, edge } = view.succ;
    let head = this.#head[device]!;
    for (; head >= 0 && this.#hasEnded[head] === 1; head = this.#next[head]!) {
      for (let k = start[head]!; k < start[head + 1]!; k++) gate.signal(edge[k]!);
    }
    this.#head[device] = head;
  }

  /** What ran is waited for no more: what has ended behind it is visible. */
  lost(view: PolicyView, device: number, _ops: readonly number[], gate: Gate): void {
    const { start, edge } = view.succ;
    for (let op = this.#head[device]!; op >= 0; op = this.#next[op]!) {
      if (this.#hasEnded[op] === 1) for (let k = start[op]!; k < start[op + 1]!; k++) gate.signal(edge[k]!);
    }
    for (let op = this.#head[device]!, next; op >= 0; op = next) {
      next = this.#next[op]!;
      this.#next[op] = -1;
    }
    this.#head[device] = -1;
  }
}
