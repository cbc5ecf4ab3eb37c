import type { ExactModel } from "./exact-model.ts";
import type { PartialSchedule } from "./partial-schedule.ts";

/** States kept; beyond it the search goes on with those it has. */
const mostStates = 300_000;
/** States kept of one set of operators; the comparison is with each of them. */
const mostOfOneSet = 100;

/**
 * The partial schedules that a search has met, by the set of operators they place. One that has every slot free and every
 * input there no later than another of the same set makes the other one superfluous.
 *
 * A state is remembered as a vector: latest start, sum of starts, then slots and arrivals device by device, with
 * interchangeable devices in a canonical order. The sum is there so that this rule and "nothing may be moved earlier"
 * cannot each discard what the other relies on: among schedules of one makespan both prefer the smaller sum.
 */
export class StateTable {
  readonly #model: ExactModel;
  readonly #bySet = new Map<string, Float64Array[]>();
  #count = 0;

  constructor(model: ExactModel) {
    this.#model = model;
  }

  /** True when a state that was passed in before is at least as good in everything; otherwise the state is remembered. */
  isDominated(state: PartialSchedule): boolean {
    const key = setOf(state.waiting);
    const vector = this.#vectorOf(state);
    const known = this.#bySet.get(key);
    if (known === undefined) {
      if (this.#count >= mostStates) return false;
      this.#bySet.set(key, [vector]);
      this.#count++;
      return false;
    }
    for (const other of known) if (covers(other, vector)) return true;
    if (known.length < mostOfOneSet && this.#count < mostStates) {
      known.push(vector);
      this.#count++;
    }
    return false;
  }

  #vectorOf({ arrival, free, waiting, latestStart, startSum }: PartialSchedule): Float64Array {
    const { opCount, deviceCount: D, slotStart, group } = this.#model;
    const columns: number[][] = [];
    for (let d = 0; d < D; d++) {
      const column: number[] = [];
      for (let slot = slotStart[d]!; slot < slotStart[d + 1]!; slot++) column.push(Math.max(free[slot]!, latestStart));
      for (let op = 0; op < opCount; op++) if (waiting[op]! >= 0) column.push(Math.max(arrival[op * D + d]!, latestStart));
      columns.push(column);
    }
    const order = Array.from({ length: D }, (_, d) => d).sort((a, b) => group[a]! - group[b]! || compare(columns[a]!, columns[b]!) || a - b);
    return Float64Array.from([latestStart, startSum, ...order.flatMap((d) => columns[d]!)]);
  }
}

/** The placed operators as a string of 16 a character. */
function setOf(waiting: Int32Array): string {
  let key = "";
  for (let from = 0; from < waiting.length; from += 16) {
    let bits = 0;
    for (let op = from; op < waiting.length && op < from + 16; op++) if (waiting[op]! < 0) bits |= 1 << (op - from);
    key += String.fromCharCode(bits);
  }
  return key;
}

function compare(a: readonly number[], b: readonly number[]): number {
  // Infinity - Infinity is not a number.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

function covers(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]! > b[i]!) return false;
  return true;
}
