import type { PolicyView } from "../../plugin.ts";
import type { ScheduleDecoder } from "./schedule-decoder.ts";

/**
 * What searches change, a step at a time: a sequence of all ops, each after its predecessors, and for each op a device,
 * or -1 = where it ends first. See {@link ScheduleDecoder.decode}.
 */
export class MappedSequence {
  readonly order: Uint32Array;
  readonly genes: Int32Array;
  /** By op: where in the order it stands. */
  readonly #position: Uint32Array;
  readonly #view: PolicyView;
  /** Devices that can run op i: `#capable[#firstCapable[i] … #firstCapable[i + 1])`. */
  readonly #firstCapable: Uint32Array;
  readonly #capable: Uint32Array;
  // The last step, for undo.
  #op = -1;
  #oldGene = -1;
  #oldPosition = -1;

  constructor(view: PolicyView, { cost, opCount, deviceCount }: ScheduleDecoder) {
    this.#view = view;
    this.order = new Uint32Array(opCount);
    this.genes = new Int32Array(opCount);
    this.#position = new Uint32Array(opCount);
    this.#firstCapable = new Uint32Array(opCount + 1);
    const capable: number[] = [];
    for (let op = 0; op < opCount; op++) {
      for (let d = 0; d < deviceCount; d++) if (cost[op * deviceCount + d]! < Infinity) capable.push(d);
      this.#firstCapable[op + 1] = capable.length;
    }
    this.#capable = Uint32Array.from(capable);
  }

  /** Takes over another one. */
  set(order: Uint32Array, genes: Int32Array): void {
    this.order.set(order);
    this.genes.set(genes);
    for (let i = 0; i < this.order.length; i++) this.#position[this.order[i]!] = i;
  }

  /**
   * One random step with `op`: two in five give it another device (any that can run it, or as often the one where it
   * ends first), two in five another place in the order between its last predecessor and its first successor, near
   * ones more often, and one in five both.
   */
  step(op: number, random: () => number): void {
    this.#op = op;
    this.#oldGene = this.genes[op]!;
    this.#oldPosition = this.#position[op]!;
    const kind = Math.floor(random() * 5);
    if (kind < 3) {
      const first = this.#firstCapable[op]!;
      const count = this.#firstCapable[op + 1]! - first;
      this.genes[op] = random() < 0.5 ? -1 : this.#capable[first + Math.floor(random() * count)]!;
    }
    if (kind < 2) return;
    const at = 2 * random() - 1;
    const room = at < 0 ? this.#oldPosition - this.#lowest(op) : this.#highest(op) - this.#oldPosition;
    this.#shift(op, this.#oldPosition + Math.sign(at) * Math.ceil(at * at * room));
  }

  /** Takes the last step back. */
  undo(): void {
    this.genes[this.#op] = this.#oldGene;
    this.#shift(this.#op, this.#oldPosition);
  }

  #lowest(op: number): number {
    const { start, node } = this.#view.pred;
    let low = 0;
    for (let k = start[op]!; k < start[op + 1]!; k++) low = Math.max(low, this.#position[node[k]!]! + 1);
    return low;
  }

  #highest(op: number): number {
    const { start, node } = this.#view.succ;
    let high = this.order.length - 1;
    for (let k = start[op]!; k < start[op + 1]!; k++) high = Math.min(high, this.#position[node[k]!]! - 1);
    return high;
  }

  #shift(op: number, to: number): void {
    const { order } = this;
    const from = this.#position[op]!;
    if (from === to) return;
    const by = from < to ? 1 : -1;
    for (let i = from; i !== to; i += by) {
      order[i] = order[i + by]!;
      this.#position[order[i]!] = i;
    }
    order[to] = op;
    this.#position[op] = to;
  }
}
