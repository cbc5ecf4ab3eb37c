import { groupBy } from "../base/csr.ts";
import type { Trace } from "../core/trace.ts";
import { isLongEnough, isTick, type VerifyContext } from "./verify-context.ts";

/** Every transfer was needed, came from a replica, happened once and took long enough; every input was there in time. */
export function verifyTransfers({ trace, report, speeds, runCount }: VerifyContext): void {
  const { instance, ops, transfers } = trace;
  const { inputs } = instance;
  const arrival = arrivals(trace);
  const about = (t: number): string => `transfer ${t} of ${instance.tensorNames.at(transfers.tensor[t]!)} from ${instance.memoryNames[transfers.from[t]!]} to ${instance.memoryNames[transfers.to[t]!]}`;

  for (let t = 0; t < transfers.length; t++) {
    const tensor = transfers.tensor[t]!;
    const from = transfers.from[t]!;
    const to = transfers.to[t]!;
    const forOp = transfers.forOp[t]!;
    const start = transfers.startTicks[t]!;
    const end = transfers.endTicks[t]!;
    const bytes = instance.tensorBytes[tensor]!;
    // The operator may have been placed on a device that was lost later; then nobody may wait for the transfer's end.
    const wentThere = speeds !== undefined && instance.deviceMemory.some((memory, d) => memory === to && speeds.losses(d, start, Infinity) > 0);
    if (!isTick(start) || !(Number.isNaN(end) ? !trace.complete || wentThere : isTick(end) && end >= start)) report("bad-times", () => `${about(t)} goes from ${start} to ${end}`);

    const reads = inputs.item.subarray(inputs.start[forOp]!, inputs.start[forOp + 1]!).includes(tensor);
    const device = ops.device[forOp]!;
    const goesThere = device >= 0 && (instance.deviceMemory[device] === to || runCount[forOp]! > 1);
    if (bytes === 0 || from === to || !reads || !(wentThere || (goesThere && ops.placedTicks[forOp]! <= start))) {
      report("transfer-subject", () => `${about(t)} has no reason: ${instance.opNames.at(forOp)} ${reads ? "reads it elsewhere, or was placed later" : "does not read it"}`);
    }
    if (!(arrival(tensor, from) <= start)) report("transfer-source", () => `${about(t)} starts at ${start}, when the tensor is not there yet`);
    const jobArrival = trace.jobs.arrivalTicks[instance.jobOf[forOp]!]!;
    if (!(jobArrival <= start)) report("transfer-source", () => `${about(t)} starts at ${start}, before its job arrives at ${jobArrival}`);
    if (arrival.first(tensor, to) !== t) report("transfer-repeated", () => `${about(t)} brings what is there already`);

    const route = from * instance.memoryCount + to;
    const alone = instance.routeLatencyTicks[route]! + bytes * instance.routeTicksPerByte[route]!;
    if (!Number.isNaN(end) && !isLongEnough(end - start, alone)) report("transfer-too-short", () => `${about(t)} took ${end - start} ticks, alone its ${bytes} bytes take ${alone}`);
  }

  for (let op = 0; op < instance.opCount; op++) {
    const data = ops.dataTicks[op]!;
    // A trace keeps the last device of an operator that was paused, and this is about its first.
    if (Number.isNaN(data) || ops.device[op]! < 0 || runCount[op]! > 1) continue;
    const memory = instance.deviceMemory[ops.device[op]!]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (instance.tensorBytes[tensor] === 0) continue;
      const there = arrival(tensor, memory);
      if (!(there <= data)) report("data-missing", () => `${instance.opNames.at(op)} has its data at ${data}, but ${instance.tensorNames.at(tensor)} is in ${instance.memoryNames[memory]} ${there < Infinity ? `only from ${there}` : "never"}`);
    }
  }
}

interface Arrivals {
  /** When the tensor is complete in the memory; Infinity or NaN = never. */
  (tensor: number, memory: number): number;
  /** The first transfer that brings it there; -1 = none is needed, or none exists. */
  first(tensor: number, memory: number): number;
}

/** Looks up replicas by tensor; a tensor has at most a few transfers. */
function arrivals({ instance, ops, transfers }: Trace): Arrivals {
  const { start, item } = groupBy(instance.tensorCount, transfers.tensor);
  const from = (tensor: number, memory: number): number => {
    const producer = instance.tensorProducer[tensor]!;
    if (producer < 0) return instance.tensorHome[tensor] === -1 || instance.tensorHome[tensor] === memory ? 0 : Infinity;
    return ops.device[producer]! >= 0 && instance.deviceMemory[ops.device[producer]!] === memory ? ops.endTicks[producer]! : Infinity;
  };
  const first = (tensor: number, memory: number): number => {
    if (from(tensor, memory) < Infinity) return -1;
    for (let i = start[tensor]!; i < start[tensor + 1]!; i++) if (transfers.to[item[i]!] === memory) return item[i]!;
    return -1;
  };
  const at = (tensor: number, memory: number): number => {
    const t = first(tensor, memory);
    return t >= 0 ? transfers.endTicks[t]! : from(tensor, memory);
  };
  return Object.assign(at, { first });
}
