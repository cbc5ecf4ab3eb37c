import { formatPercent } from "../base/units.ts";
import type { KindStyles } from "./kinds.ts";
import { Style, type LegendEntry } from "./marks.ts";
import { fitText, textWidth } from "./text.ts";

const legendRowHeight = 18;
export const swatchWidth = 14;
const size = 11;
const gap = 14;

/** Marks in the order of the legend, with what they are called. */
const marks: readonly (readonly [LegendEntry["style"], string])[] = [
  ["critical", "critical path"], [Style.transfer, "transfer"], [Style.wait, "waiting for data"], [Style.setup, "setup"], [Style.aborted, "aborted"],
  [Style.sync, "synchronizing"], [Style.spin, "spinning"], [Style.switching, "switching"], [Style.waiting, "waiting, asleep"], [Style.ready, "without a core"], ["wake", "wake-up"],
  ["waiters", "threads that wait"], ["live", "memory live"], ["reserved", "memory reserved"],
  ["absent", "device absent"], ["slowed", "device slowed"], ["sped-up", "device sped up"], ["late", "missed deadline"], [Style.host, "deciding"],
];

/**
 * Kinds with their share of all operator time, threads with theirs, then on a row of their own the marks that are `drawn`; as many rows
 * as the width asks for. `y` is the middle of a row, from 0 for the first row's top.
 */
export function placeLegend(kinds: KindStyles["entries"], threads: KindStyles["entries"], drawn: ReadonlySet<LegendEntry["style"]>, x0: number, x1: number): { entries: LegendEntry[]; height: number } {
  const colors = (entries: KindStyles["entries"], of: string): { style: LegendEntry["style"]; label: string }[] =>
    entries.map(({ style, label, share }, i) => ({ style, label: `${fitText(label, size, 150)} ${formatPercent(share)}${i === 0 ? ` of ${of}` : ""}` }));
  const wanted = [...colors(kinds, "operator time"), ...colors(threads, "thread time")];
  const firstThread = threads.length > 0 ? kinds.length : -1;
  const firstMark = wanted.length;
  for (const [style, label] of marks) if (drawn.has(style)) wanted.push({ style, label });
  wanted.push({ style: "busy", label: "busy share of the time" });
  const entries: LegendEntry[] = [];
  let x = x0;
  let row = 0;
  for (const [i, { style, label }] of wanted.entries()) {
    const width = swatchWidth + 6 + textWidth(label, size);
    if (x > x0 && (x + width > x1 || i === firstThread || (i === firstMark && wanted.length > firstMark + 1))) {
      x = x0;
      row++;
    }
    entries.push({ style, label, x, y: row * legendRowHeight + legendRowHeight / 2 });
    x += width + gap;
  }
  return { entries, height: wanted.length > 0 ? (row + 1) * legendRowHeight : 0 };
}
