import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";

const linesPerChunk = 1000;

/**
 * The operators of a run as CSV text in chunks (RFC 4180): `op,kind,device,slot,ready_ns,start_ns,end_ns`, one line an
 * operator in the order of the workload; what did not happen is an empty cell.
 * @example
 * for (const chunk of traceCsv(trace)) file.write(chunk);
 */
export function* traceCsv(trace: Trace): Iterable<string> {
  const { instance, ops } = trace;
  const time = (ticks: number): string => (Number.isNaN(ticks) ? "" : String(nanoseconds(ticks, instance.tickNs)));
  let lines = ["op,kind,device,slot,ready_ns,start_ns,end_ns"];
  for (let op = 0; op < instance.opCount; op++) {
    const device = ops.device[op]!;
    lines.push([
      quoted(instance.opNames.at(op)), quoted(instance.classKinds[instance.classOf[op]!]!), device >= 0 ? quoted(instance.deviceNames[device]!) : "",
      ops.slot[op]! >= 0 ? String(ops.slot[op]) : "", time(ops.readyTicks[op]!), time(ops.startTicks[op]!), time(ops.endTicks[op]!),
    ].join(","));
    if (lines.length >= linesPerChunk) {
      yield `${lines.join("\r\n")}\r\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join("\r\n")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
