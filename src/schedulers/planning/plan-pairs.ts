import type { PolicyView } from "../../plugin.ts";
import { asCarriedOut } from "./as-carried-out.ts";
import { EarliestFinish } from "./earliest-finish.ts";
import { JobFront } from "./job-front.ts";
import { KeyedHeap } from "./keyed-heap.ts";
import type { Plan } from "./plan.ts";
import { bestOverSetups, expectedCharge, type SetupShare } from "./setup-shares.ts";

/** What makes one planner of pairs differ from another. */
export interface PairRules {
  /** Ticks by which `op` on `device` is preferred to a pair that begins as early; 0 by default. */
  bonus?(op: number, device: number): number;
  /** By op: of pairs that are preferred alike, the smallest goes first. */
  readonly tie: Float64Array;
}

/**
 * Plans, step by step, the ready op and the device for which `start - bonus` is smallest; ties by the rule, op id,
 * the op's time there and device id. The start is the later of the inputs' arrival and the end of what is planned
 * there: gaps stay idle.
 * What counts of a setup, whatever is loaded, makes a pair begin later: see {@link bestOverSetups}.
 *
 * All pairs are compared without looking at them: an op whose inputs are at the device before it becomes free starts
 * when the device does, whichever op it is, so the bonus alone decides among those; the others start when their inputs
 * come. A heap for either kind on each device, and one that says who changes from the second to the first as the
 * device fills up, make it O((V + E) · P · log V).
 */
export function planPairs(view: PolicyView, rules: PairRules): Plan {
  return bestOverSetups(view, (share) => planWith(view, { ...rules, bonus: (op, device) => (rules.bonus?.(op, device) ?? 0) - expectedCharge(view, share, op, device) }, share));
}

function planWith(view: PolicyView, rules: PairRules, share: SetupShare): Plan {
  const eft = new EarliestFinish(view, undefined, share, false);
  const lanes = Array.from({ length: view.deviceCount }, (_, d) => new Lane(view.opCount, d, rules));
  let unplaceable = -1;
  const front = new JobFront(view, (op) => {
    const arrival = eft.arrivals(op);
    let possible = false;
    for (let d = 0; d < lanes.length; d++) {
      if (arrival[d]! + view.estimateTicks(op, d) === Infinity) continue;
      possible = true;
      lanes[d]!.enter(op, arrival[d]!);
    }
    if (!possible) unplaceable = op;
  });
  front.open();
  for (let left = view.opCount; left > 0; left--) {
    // Says what is wrong.
    if (unplaceable >= 0) eft.insert(unplaceable);
    let best = -1;
    for (let d = 0; d < lanes.length; d++) {
      const lane = lanes[d]!;
      lane.update(eft);
      if (lane.op >= 0 && (best < 0 || before(view, lane, lanes[best]!, rules.tie))) best = d;
    }
    const op = lanes[best]!.op;
    eft.insertOn(op, best);
    front.planned(op);
  }
  return asCarriedOut(view, eft.plan());
}

function before(view: PolicyView, a: Lane, b: Lane, tie: Float64Array): boolean {
  const difference = a.key - b.key || tie[a.op]! - tie[b.op]! || a.op - b.op || view.estimateTicks(a.op, a.device) - view.estimateTicks(b.op, b.device);
  return difference < 0;
}

/** The ready ops as one device sees them. */
class Lane {
  /** The op that goes first here, and its start less its bonus; -1 = none. */
  op = -1;
  key = Infinity;
  readonly device: number;
  readonly #rules: PairRules;
  /** Ops that start when the device is free, by falling bonus. */
  readonly #waiting: KeyedHeap;
  /** Ops whose inputs come later than that, by arrival less bonus, and by arrival. */
  readonly #coming: KeyedHeap;
  readonly #byArrival: KeyedHeap;
  /** By op: 1 = no longer coming. */
  readonly #came: Uint8Array;

  constructor(opCount: number, device: number, rules: PairRules) {
    this.device = device;
    this.#rules = rules;
    this.#waiting = new KeyedHeap(rules.tie);
    this.#coming = new KeyedHeap(rules.tie);
    this.#byArrival = new KeyedHeap(rules.tie);
    this.#came = new Uint8Array(opCount);
  }

  enter(op: number, arrival: number): void {
    this.#byArrival.push(op, arrival);
    this.#coming.push(op, arrival - this.#bonus(op));
  }

  /** Finds {@link op} again. */
  update(eft: EarliestFinish): void {
    const free = eft.freeAt(this.device);
    const waiting = this.#waiting;
    const coming = this.#coming;
    for (let op = this.#byArrival.op; this.#byArrival.key <= free; op = this.#byArrival.op) {
      this.#byArrival.pop();
      this.#came[op] = 1;
      if (eft.deviceOf(op) < 0) waiting.push(op, -this.#bonus(op));
    }
    while (waiting.op >= 0 && eft.deviceOf(waiting.op) >= 0) waiting.pop();
    while (coming.op >= 0 && (this.#came[coming.op] === 1 || eft.deviceOf(coming.op) >= 0)) coming.pop();
    const now = free + waiting.key;
    const { tie } = this.#rules;
    const later = coming.key - now || tie[coming.op]! - tie[waiting.op]! || coming.op - waiting.op;
    const first = waiting.op < 0 || (coming.op >= 0 && later < 0) ? coming : waiting;
    this.op = first.op;
    this.key = first === coming ? coming.key : now;
  }

  #bonus(op: number): number {
    return this.#rules.bonus?.(op, this.device) ?? 0;
  }
}
