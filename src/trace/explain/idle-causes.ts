import { groupBy } from "../../base/csr.ts";
import { RowKind, slotStarts, type Trace } from "../../core/trace.ts";
import { DeviceSpeeds } from "../device-speeds.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { TransferIndex } from "../transfer-index.ts";
import { Groups, type Total } from "./groups.ts";
import { ratio } from "./ratio.ts";

/**
 * Why a slot did nothing. Told by the operator that came into the slot next. `arrival`: its job had not arrived.
 * `previous-job`: jobs run back to back, and the one before its own had not ended.
 * `predecessors`: what it depends on had not ended. `sync`: that had ended, and was not visible yet. `lost`: it ran
 * elsewhere, and was lost with that device. `placement`: it was ready, and the scheduler had not placed it. `data`: its inputs were on their way. `order`: it could have begun, and the
 * order of the queue or the scheduler held it. `setup`: its configuration was loaded. `paused`: it was held after it had
 * begun. `aborted`: an operator ran that was lost with the device. `absent`: the device was not there.
 * `finished`: no operator came into the slot any more. `unused`: none ever did.
 */
export type IdleCause = "arrival" | "previous-job" | "predecessors" | "sync" | "lost" | "placement" | "data" | "order" | "setup" | "paused" | "aborted" | "absent" | "finished" | "unused";

/** What was waited for, summed: operators of a kind on a device, a route. */
export interface IdleReason extends Total {
  /** Of the operators: those waited for (`predecessors`), or those that waited. */
  readonly taskKind?: string;
  /** Where the operators that were waited for ran. */
  readonly device?: string;
  /** The memories between which the data moved; `largest` is a tensor then. */
  readonly from?: string;
  readonly to?: string;
}

/** One cause of idle time on a device. */
export interface IdlePart {
  readonly cause: IdleCause;
  /** Slot-time. */
  readonly ns: number;
  /** ns / (slots · makespan). */
  readonly share: number;
  /** What weighs most, first; at most three. */
  readonly reasons: readonly IdleReason[];
}

/** How a device spent its slots, and why it did nothing when it did nothing: busy + all causes = slots · makespan. */
export interface DeviceIdle {
  readonly name: string;
  readonly slots: number;
  readonly busyNs: number;
  readonly utilization: number;
  /** Largest first; those of no length are left out. */
  readonly causes: readonly IdlePart[];
}

type Label = Omit<IdleReason, keyof Total>;

/** Reasons named for each cause. */
const mostReasons = 3;

/**
 * Why each device was idle: every gap of every slot, divided among the causes by what the next operator in the slot
 * waited for. Time O(operators + edges).
 * @example
 * for (const { name, causes } of idleCauses(trace)) console.log(name, causes[0]?.cause);
 */
export function idleCauses(trace: Trace): DeviceIdle[] {
  return new IdleWalk(trace).devices();
}

class IdleWalk {
  readonly #trace: Trace;
  readonly #arrivals: TransferIndex;
  readonly #speeds: DeviceSpeeds;
  /** By op: when its runs ended that were lost with a device, first to last. */
  readonly #lostTicks = new Map<number, number[]>();
  #causes = new Map<IdleCause, Groups<Label>>();
  #busy = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#arrivals = new TransferIndex(trace);
    this.#speeds = new DeviceSpeeds(trace.instance);
    const { kind, subject, end, length } = trace.rows;
    for (let row = 0; row < length; row++) if (kind[row] === RowKind.aborted) this.#lostTicks.set(subject[row]!, [...(this.#lostTicks.get(subject[row]!) ?? []), end[row]!]);
  }

  devices(): DeviceIdle[] {
    const { instance, rows, makespanTicks } = this.#trace;
    const tracks = slotStarts(instance);
    const byTrack = groupBy(tracks[instance.deviceCount]!, rows.track, (row) => rows.kind[row] !== RowKind.transfer);
    return instance.deviceNames.map((name, d): DeviceIdle => {
      this.#causes = new Map();
      this.#busy = 0;
      for (let track = tracks[d]!; track < tracks[d + 1]!; track++) this.#slot(d, byTrack.item.subarray(byTrack.start[track], byTrack.start[track + 1]));
      const whole = instance.slots[d]! * makespanTicks;
      return { name, slots: instance.slots[d]!, busyNs: nanoseconds(this.#busy, instance.tickNs), utilization: ratio(this.#busy, whole), causes: this.#parts(whole) };
    });
  }

  #parts(whole: number): IdlePart[] {
    const { instance } = this.#trace;
    return [...this.#causes]
      .map(([cause, groups]) => ({ cause, ticks: groups.ticks, groups }))
      .filter(({ ticks }) => ticks > 0)
      .sort((a, b) => b.ticks - a.ticks)
      .map(({ cause, ticks, groups }): IdlePart => ({
        cause, ns: nanoseconds(ticks, instance.tickNs), share: ratio(ticks, whole),
        reasons: cause === "unused" || cause === "finished" || cause === "absent" ? []
          : groups.totals(instance.tickNs, (subject, label) => (label.from === undefined ? instance.opNames.at(subject) : instance.tensorNames.at(subject))).slice(0, mostReasons),
      }));
  }

  /** The rows of a slot of `device`, first to last. */
  #slot(device: number, rowsOfSlot: Uint32Array): void {
    const { rows, ops, makespanTicks } = this.#trace;
    let now = 0;
    for (const row of rowsOfSlot) {
      const op = rows.subject[row]!;
      const start = Math.max(now, rows.start[row]!);
      const end = Math.max(start, Math.min(makespanTicks, rows.end[row]!));
      if (start > now) {
        const paused = rows.start[row]! > ops.startTicks[op]!;
        this.#present(device, now, start, (from, to) => (paused ? this.#add("paused", to - from, op) : this.#gap(from, to, op)));
      }
      if (rows.kind[row] === RowKind.setup) this.#add("setup", end - start, op);
      else if (rows.kind[row] === RowKind.aborted) this.#add("aborted", end - start, op);
      else this.#busy += end - start;
      now = end;
    }
    this.#present(device, now, makespanTicks, (from, to) => this.#add(rowsOfSlot.length === 0 ? "unused" : "finished", to - from, -1));
  }

  /** Tells `tell` of the parts of [from, to] in which `device` was there; the others are its absence. */
  #present(device: number, from: number, to: number, tell: (from: number, to: number) => void): void {
    let now = from;
    for (const span of this.#speeds.spans[device]!) {
      if (span.speed > 0 || span.to <= now || span.from >= to) continue;
      if (span.from > now) tell(now, span.from);
      const back = Math.min(span.to, to);
      this.#add("absent", back - Math.max(span.from, now), -1);
      now = back;
    }
    if (now < to) tell(now, to);
  }

  /** The slot was free in [from, to], then `op` began in it. */
  #gap(from: number, to: number, op: number): void {
    const { ops, jobs, instance, transfers } = this.#trace;
    let now = from;
    // Until `ticks`, as far as that lies in what is left of the gap; NaN stands for what did not happen.
    const until = (ticks: number): number => {
      const length = Math.max(0, Math.min(ticks, to) - now);
      now += length || 0;
      return length || 0;
    };
    const job = instance.jobOf[op]!;
    this.#add(instance.jobArrivalTicks[job] === Infinity ? "previous-job" : "arrival", until(jobs.arrivalTicks[job] ?? 0), op);
    const last = this.#lastPredecessor(op);
    if (last >= 0) {
      const device = ops.device[last]!;
      this.#add("predecessors", until(ops.endTicks[last]!), last, `${device}`, device >= 0 ? { device: instance.deviceNames[device]! } : {});
    }
    this.#add("sync", until(ops.readyTicks[op]!), op);
    this.#add("lost", until(this.#lostTicks.get(op)?.findLast((end) => end <= to) ?? 0), op);
    this.#add("placement", until(ops.placedTicks[op]!), op);
    const data = ops.dataTicks[op]!;
    const transfer = data > now ? this.#arrivals.lastOf(op, instance.deviceMemory[ops.device[op]!]!, data) : -1;
    if (transfer >= 0) {
      const [a, b] = [transfers.from[transfer]!, transfers.to[transfer]!];
      this.#add("data", until(data), transfers.tensor[transfer]!, `${a} ${b}`, { from: instance.memoryNames[a]!, to: instance.memoryNames[b]! });
    } else this.#add("data", until(data), op);
    this.#add("order", to - now, op);
  }

  #add(cause: IdleCause, ticks: number, subject: number, key = "", label: Label = {}): void {
    if (!(ticks > 0)) return;
    const { instance } = this.#trace;
    let groups = this.#causes.get(cause);
    if (groups === undefined) this.#causes.set(cause, (groups = new Groups()));
    const isOp = subject >= 0 && label.from === undefined;
    const taskKind = isOp ? instance.classKinds[instance.classOf[subject]!]! : "";
    groups.add(`${key} ${taskKind}`, () => ({ ...label, ...(isOp && { taskKind }) }), ticks, subject);
  }

  /** The one that ended last, ties to the first input; -1 = none. */
  #lastPredecessor(op: number): number {
    const { instance, ops } = this.#trace;
    const { start, node } = instance.pred;
    let last = -1;
    for (let i = start[op]!; i < start[op + 1]!; i++) if (last < 0 || ops.endTicks[node[i]!]! > ops.endTicks[last]!) last = node[i]!;
    return last;
  }
}
