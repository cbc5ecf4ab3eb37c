import { F64Column, U32Column, U8Column } from "../base/columns.ts";
import type { PolicyView } from "../plugin.ts";

/**
 * Every placement of a run, in the order made, with the devices it was chosen from. Times in ticks.
 *
 * The prediction for a device is what a completion-time policy works out from the view at that instant, the op not
 * placed yet: it begins `max(waitTicks, dataTicks)` after now and runs `runTicks`. It is of the engine's making, and no
 * policy need have looked at it.
 */
export interface Decisions {
  readonly length: number;
  readonly op: Uint32Array;
  /** When it was made. */
  readonly atTicks: Float64Array;
  /** 1 = the op was not ready yet: inputs that did not exist then are predicted to, when and where their producers were. */
  readonly planned: Uint8Array;
  /** How many devices could run the op. */
  readonly candidates: Uint32Array;
  /** Alternatives of decision i are those from `first[i]` up to `first[i + 1]`, by device id; the device chosen is among them. */
  readonly first: Uint32Array;
  readonly alternatives: {
    readonly device: Uint32Array;
    /** Until the device can begin another op: 0 while a slot is free that no queued op will take, else its backlog divided among its slots. */
    readonly waitTicks: Float64Array;
    /** To bring the inputs that exist there, one after the other over quiet routes; or until the last of the others is there, made when and where its producer was predicted to end. Those whose producers were placed later count nothing. */
    readonly dataTicks: Float64Array;
    /** Expected setup and run. */
    readonly runTicks: Float64Array;
  };
}

/** Alternatives kept of one decision: those with the earliest predicted ends (ties by id), and the device chosen, if it is none of them. */
export const mostAlternatives = 16;

/** Notes every placement of a run while it is made; see {@link Decisions}. */
export class DecisionLog {
  readonly #op = new U32Column();
  readonly #at = new F64Column();
  readonly #planned = new U8Column();
  readonly #candidates = new U32Column();
  readonly #first = new U32Column();
  readonly #device = new U32Column();
  readonly #wait = new F64Column();
  readonly #dataOf = new F64Column();
  readonly #run = new F64Column();
  // Of the decision at hand, by device: 1 = it can run the op; predicted end.
  private readonly runs: Uint8Array;
  private readonly data: Float64Array;
  private readonly end: Float64Array;
  private readonly sorted: Float64Array;
  // By op: where it was placed last, and its predicted end there; -1 = nowhere yet.
  private readonly deviceOf: Int32Array;
  private readonly endOf: Float64Array;

  constructor(opCount: number, deviceCount: number) {
    this.deviceOf = new Int32Array(opCount).fill(-1);
    this.endOf = new Float64Array(opCount);
    this.data = new Float64Array(deviceCount);
    this.runs = new Uint8Array(deviceCount);
    this.end = new Float64Array(deviceCount);
    this.sorted = new Float64Array(deviceCount);
  }

  /** `op` is about to be placed on `device`. */
  note(view: PolicyView, op: number, device: number, planned: boolean): void {
    this.#op.push(op);
    this.#at.push(view.nowTicks);
    this.#planned.push(planned ? 1 : 0);
    this.#first.push(this.#device.length);
    const candidates = this.#predict(view, op, planned);
    this.deviceOf[op] = device;
    this.endOf[op] = view.nowTicks + this.end[device]!;
    this.#candidates.push(candidates);
    let ties = Infinity;
    let last = Infinity;
    if (candidates > mostAlternatives) {
      this.sorted.set(this.end);
      last = this.sorted.sort()[mostAlternatives - 1]!;
      ties = mostAlternatives - this.sorted.indexOf(last);
    }
    for (let d = 0; d < view.deviceCount; d++) {
      const kept = this.runs[d] === 1 && (this.end[d]! < last || (this.end[d] === last && ties-- > 0));
      if (!kept && d !== device) continue;
      this.#device.push(d);
      this.#wait.push(view.waitTicks(d));
      this.#dataOf.push(this.data[d]!);
      this.#run.push(view.estimateTicks(op, d) + view.setupTicks(op, d));
    }
  }

  /** Predicts the end on every device; returns how many can run the op. */
  #predict(view: PolicyView, op: number, planned: boolean): number {
    let candidates = 0;
    for (let d = 0; d < view.deviceCount; d++) {
      const estimate = view.estimateTicks(op, d);
      this.runs[d] = estimate < Infinity ? 1 : 0;
      candidates += this.runs[d]!;
      this.data[d] = planned ? Math.max(view.dataTicks(op, d), this.#plannedTicks(view, op, d)) : view.dataTicks(op, d);
      this.end[d] = estimate === Infinity ? Infinity : Math.max(view.waitTicks(d), this.data[d]!) + estimate + view.setupTicks(op, d);
    }
    return candidates;
  }

  /** Ticks until the inputs that do not exist yet are at the device, as far as it is known where and when they will be made. */
  #plannedTicks(view: PolicyView, op: number, device: number): number {
    const { start, node, edge } = view.pred;
    let last = 0;
    for (let i = start[op]!; i < start[op + 1]!; i++) {
      const from = this.deviceOf[node[i]!]!;
      if (from < 0 || !Number.isNaN(view.endTicks(node[i]!))) continue;
      last = Math.max(last, Math.max(0, this.endOf[node[i]!]! - view.nowTicks) + view.transferTicks(edge[i]!, from, device));
    }
    return last;
  }

  /** What was noted so far, in columns. */
  decisions(): Decisions {
    const length = this.#op.length;
    const first = new Uint32Array(length + 1);
    first.set(this.#first.view());
    first[length] = this.#device.length;
    return {
      length, op: this.#op.take(), atTicks: this.#at.take(), planned: this.#planned.take(), candidates: this.#candidates.take(), first,
      alternatives: { device: this.#device.take(), waitTicks: this.#wait.take(), dataTicks: this.#dataOf.take(), runTicks: this.#run.take() },
    };
  }
}
