import type { Trace } from "../core/trace.ts";
import type { TimelineOptions } from "../render/marks.ts";
import { renderTimeline } from "../render/timeline.ts";
import { boundOf } from "../scenario/analyze-run.ts";
import { withProof } from "../scenario/proven-bound.ts";
import { criticalPath } from "../trace/critical-path.ts";

/** The timeline of a run with its critical path and its bounds. */
export function timelineOf(trace: Trace, options: TimelineOptions = {}): Promise<string> {
  const bound = withProof(boundOf(trace.instance, trace.seed, { cores: trace.threads?.cores }), trace);
  return renderTimeline(trace, {
    title: trace.instance.name, criticalPath: criticalPath(trace),
    lowerBounds: [
      { label: "critical-path bound", ticks: bound.criticalPathTicks }, { label: "area bound", ticks: bound.areaTicks },
      // Where it proves no more than these, it would hide their labels.
      { label: bound.source === "exact" ? "proven bound" : "mixed bound", ticks: bound.source === "mixed" || bound.source === "exact" ? bound.ticks : 0 },
    ].filter(({ ticks }) => ticks > 0 && ticks < Infinity),
    ...options,
  });
}
