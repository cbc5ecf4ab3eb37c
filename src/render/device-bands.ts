import { counted } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import { DeviceSpeeds, type SpeedSpan } from "../trace/device-speeds.ts";
import { hairlinePx, type TimeScale } from "./lane-ink.ts";
import type { BandMark, GroupMark } from "./marks.ts";
import { cleanText, textWidth } from "./text.ts";
import type { TimeAxis } from "./time-axis.ts";

/** Height of the strip above a device that runs slower or faster at times, and the space between the two, in pixels. */
const stripHeight = 12;
const stripGap = 2;
/** Bands drawn at most, so that the file stays small. */
const maxBands = 300;

/** The fractions that have a character of their own. */
const fractions: ReadonlyMap<number, string> = new Map([[0.5, "½"], [0.25, "¼"], [0.75, "¾"]]);

/** Bands of one device that share a mark, in order of time: one, or several too narrow to be told apart. */
type Cluster = SpeedSpan[];

/** When each device was absent, slowed or sped up. */
export class DeviceBands {
  readonly #trace: Trace;
  /** By device: what is not as usual and begins before the end of the picture, in order of time. */
  readonly #unusual: readonly (readonly SpeedSpan[])[];

  /** @param endTicks the end of the picture */
  constructor(trace: Trace, endTicks: number) {
    this.#trace = trace;
    this.#unusual = new DeviceSpeeds(trace.instance).spans.map((spans) => spans
      .filter(({ from, speed }) => speed !== 1 && from < endTicks)
      .map(({ from, to, speed }) => ({ from, to: Math.min(to, endTicks), speed })));
  }

  /** Space that the device needs above its lanes, in pixels: for its strip, where it has one. */
  above(device: number): number {
    return this.#unusual[device]!.some(({ speed }) => speed > 0) ? stripHeight + stripGap : 0;
  }

  /** Devices from number `from` on that change. */
  changedFrom(from: number): number {
    return this.#unusual.slice(from).filter((spans) => spans.length > 0).length;
  }

  /** The bands of the devices from 0 that have a group each. Narrow neighbours share one. */
  place(groups: readonly GroupMark[], scale: TimeScale, axis: TimeAxis): BandMark[] {
    const { instance } = this.#trace;
    const shown = this.#unusual.slice(0, groups.length);
    let minPx = 1;
    let clusters = shown.map((spans) => cluster(spans, minPx / scale.pxPerTick));
    const count = (): number => clusters.reduce((sum, own) => sum + own.length, 0);
    while (count() > maxBands && minPx < scale.x1 - scale.x0) {
      minPx *= 2;
      clusters = shown.map((spans) => cluster(spans, minPx / scale.pxPerTick));
    }
    return clusters.flatMap((own, d) => own.map((spans) => placeBand(spans, groups[d]!, cleanText(instance.deviceNames[d] ?? `device ${d}`), scale, (ticks) => axis.format(ticks * instance.tickNs))));
  }
}

/** Joins spans shorter than `minTicks` with no more between them. */
function cluster(spans: readonly SpeedSpan[], minTicks: number): Cluster[] {
  const clusters: Cluster[] = [];
  const isNarrow = (from: number, to: number): boolean => to - from < minTicks;
  for (const span of spans) {
    const last = clusters.at(-1)?.at(-1);
    if (last && isNarrow(last.from, last.to) && isNarrow(span.from, span.to) && isNarrow(last.to, span.from)) clusters.at(-1)!.push(span);
    else clusters.push([span]);
  }
  return clusters;
}

function placeBand(spans: Cluster, group: GroupMark, device: string, scale: TimeScale, time: (ticks: number) => string): BandMark {
  const from = spans[0]!.from;
  const to = spans.at(-1)!.to;
  const slowest = spans.reduce((least, { speed }) => Math.min(least, speed), Infinity);
  const fastest = spans.reduce((most, { speed }) => Math.max(most, speed), 0);
  const x1 = Math.min(scale.x1, Math.max(scale.x0 + to * scale.pxPerTick, scale.x0 + from * scale.pxPerTick + hairlinePx));
  const x0 = Math.min(scale.x0 + from * scale.pxPerTick, x1 - hairlinePx);
  const kind = fastest === 0 ? "absent" : slowest < 1 ? "slowed" : "sped-up";
  const range = slowest === fastest ? factor(slowest) : `${factor(slowest)} … ${factor(fastest)}`;
  const label = kind === "absent" ? "absent" : range;
  const what = kind === "absent" ? "absent" : `at ${range} its speed`;
  const [y, height] = kind === "absent" ? [group.y, group.height] : [group.y - stripGap - stripHeight, stripHeight];
  return {
    kind, x0, x1, y, height, ...(textWidth(label, 10) + 6 <= x1 - x0 && { label }),
    tooltip: `${device} ${what}${spans.length > 1 ? `, ${counted(spans.length, "time")}` : ""}\n${time(from)} – ${time(to)} (${time(to - from)})`,
  };
}

/** "½×", "0.37×". */
function factor(speed: number): string {
  return `${fractions.get(speed) ?? Number(speed.toPrecision(2))}×`;
}
