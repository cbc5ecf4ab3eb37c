import type { Trace } from "../core/trace.ts";
import { layoutTimeline } from "./layout.ts";
import type { TimelineOptions } from "./marks.ts";

/**
 * Draws a run as an SVG file: devices and their slots as lanes, operators coloured by kind, transfers, waits for data,
 * setups, the critical path, the makespan and the lower bounds; and where there are some, aborted runs, devices that were
 * absent, slowed or sped up, missed deadlines, and when the host thread was deciding. Equal traces and options give equal bytes.
 * @throws {InputError} when the width or the number of lanes is out of range
 * @example
 * const svg = await renderTimeline(trace, { title: "ResNet-50 on a workstation", lowerBounds: [{ label: "area", ticks: 4200 }] });
 */
export async function renderTimeline(trace: Trace, options: TimelineOptions = {}): Promise<string> {
  const layout = layoutTimeline(trace, options);
  const [{ drawTimeline }, { openSvg }] = await Promise.all([import("./draw-timeline.ts"), import("./dom.ts")]);
  const document = openSvg();
  drawTimeline(document.root, layout, options.colorScheme ?? "auto");
  return document.serialize();
}
