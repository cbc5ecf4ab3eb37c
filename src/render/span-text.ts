import { counted, formatBytes, formatCount } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { transfersAreTimes } from "../trace/transfer-times.ts";
import { Style, type LaneMark, type SpanMark } from "./marks.ts";
import { cleanText, textWidth } from "./text.ts";
import type { TimeAxis } from "./time-axis.ts";

/** Font size of labels inside spans, the space they need on either side, and the least height of their lane, in pixels. */
export const labelSize = 10;
const labelPadding = 3;
const labelLaneHeight = 12;

/**
 * The label of each span, undefined where none fits. Operators show their names, or all of them their kinds where
 * most names are too long: a picture in which some are called one way and some the other cannot be read.
 */
export function spanLabels(trace: Trace, spans: readonly SpanMark[], lanes: readonly LaneMark[]): (string | undefined)[] {
  const { instance, transfers } = trace;
  const fits = (span: SpanMark, text: string): string | undefined => (text !== "" && textWidth(text, labelSize) <= span.x1 - span.x0 - 2 * labelPadding ? text : undefined);
  const label = (span: SpanMark, opText: (op: number) => string): string | undefined => {
    if (lanes[span.lane]!.height < labelLaneHeight || span.style === Style.wait || span.style === Style.setup || span.style === Style.aborted || span.style === Style.host) return undefined;
    // Names are only made where a letter would fit.
    if (span.x1 - span.x0 < 2 * labelPadding + labelSize / 2) return undefined;
    if (span.style === Style.transfer) return fits(span, cleanText(instance.tensorNames.at(transfers.tensor[span.subject]!)));
    if (span.style === Style.job) return fits(span, `job ${span.subject}`) ?? fits(span, String(span.subject));
    return fits(span, cleanText(opText(span.subject)));
  };
  const named = spans.map((span) => label(span, (op) => instance.opNames.at(op)));
  const kinds = spans.map((span) => label(span, (op) => instance.classKinds[instance.classOf[op]!] ?? ""));
  const count = (labels: readonly (string | undefined)[]): number => labels.filter((text) => text !== undefined).length;
  return count(named) * 2 >= count(kinds) ? named : kinds;
}

/**
 * Some lines about a span, for its tooltip: what, where, when, how long, what it waited for.
 * @param place device and slot of the span's lane, which for an aborted run is not where its operator ended
 */
export function spanTooltip(trace: Trace, span: SpanMark, place: string, axis: TimeAxis): string {
  const { instance, ops, transfers, host } = trace;
  const { subject, style, startTicks, endTicks } = span;
  const time = (ticks: number): string => axis.format(ticks * instance.tickNs);
  const when = `${time(startTicks)} – ${time(endTicks)} (${time(endTicks - startTicks)})`;
  if (style === Style.job) return [`job ${subject}`, when].join("\n");
  if (style === Style.host) return [`deciding, ${counted(host!.placed[subject]!, "operator", formatCount)} placed`, when].join("\n");
  if (style === Style.transfer) {
    const tensor = transfers.tensor[subject]!;
    const memory = (id: number): string => cleanText(instance.memoryNames[id] ?? String(id));
    return [
      // Where sizes are times, when it was says it all.
      `${cleanText(instance.tensorNames.at(tensor))}${transfersAreTimes(instance) ? "" : `, ${formatBytes(instance.tensorBytes[tensor]!)}`}`,
      `${memory(transfers.from[subject]!)} → ${memory(transfers.to[subject]!)}, for ${cleanText(instance.opNames.at(transfers.forOp[subject]!))}`,
      when,
    ].join("\n");
  }
  const name = cleanText(instance.opNames.at(subject));
  const kind = cleanText(instance.classKinds[instance.classOf[subject]!] ?? "");
  if (style === Style.wait) return [`waiting for data of ${name}`, place, when].join("\n");
  if (style === Style.setup) return [`setup for ${name} (${kind})`, place, when].join("\n");
  const original = instance.duplicateOf?.[subject] ?? -1;
  const what = [`${name} (${kind})`, ...(original >= 0 ? [`duplicate of ${cleanText(instance.opNames.at(original))}`] : [])];
  const where = instance.jobCount > 1 ? `${place}, job ${instance.jobOf[subject]!}` : place;
  if (style === Style.aborted) return [...what, where, when, "aborted: the device was lost"].join("\n");
  const waited = ops.startTicks[subject]! - ops.readyTicks[subject]!;
  const data = ops.dataTicks[subject]! - ops.readyTicks[subject]!;
  return [
    ...what, where, when,
    ...(waited > 0 ? [`ready ${time(ops.readyTicks[subject]!)}, started ${time(waited)} later${data > 0 ? `, of that ${time(data)} for data` : ""}`] : []),
  ].join("\n");
}
