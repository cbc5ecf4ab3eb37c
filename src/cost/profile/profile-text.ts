import type { ErrorFigures, Profile, ProfileEntry } from "./profile.ts";
import { modelName } from "./profile-model.ts";

/**
 * A profile as a person reads it: where it comes from, and for each kind of operator the model, what it was fitted on and
 * how far off it is.
 */
export function profileSummary({ device, provenance, entries }: Profile): string {
  const head = [
    `device      ${device.name}${device.models === undefined ? "" : ` (${device.models.join(", ")})`}`,
    `measured    ${provenance.date}${provenance.backend === undefined ? "" : ` with ${provenance.backend}`}`,
    `source      ${provenance.source}`,
    ...(provenance.load === undefined ? [] : [`load        other programs had ${percent(provenance.load)} of all cores meanwhile (median)`]),
    ...(provenance.note === undefined ? [] : [`note        ${provenance.note}`]),
  ];
  const titles = ["operator", "model", "points", "held out", "mean", "median", "p90", "roofline", "trees", "twice the data"];
  const rows = entries.map((entry) => [
    `${entry.kind} ${entry.dtype}${entry.variant === undefined ? "" : ` ${entry.variant}`}`, modelName(entry.model), String(entry.points),
    ...(entry.error === undefined ? ["0", "", "", ""] : [String(entry.error.heldOut), ...figures(entry.error)]),
    mean(entry.error?.baselines?.roofline), mean(entry.error?.baselines?.trees), gain(entry),
  ]);
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ").trimEnd();
  return `${head.join("\n")}\n\n${[titles, ...rows].map(line).join("\n")}\n\nErrors are |predicted − measured| / measured on the held-out shapes; roofline and trees: mean error of these alone, fitted to the same points.\n${entries.map(driftLine).join("")}${leftOutText(entries)}`;
}

/** Where points were left out of fits: how many. Empty where none was. */
export function leftOutText(entries: readonly Pick<ProfileEntry, "kind" | "dtype" | "variant" | "points" | "leftOut">[]): string {
  const list = entries.flatMap(({ kind, dtype, variant, points, leftOut = 0 }) => (leftOut === 0 ? [] : [`${kind} ${dtype}${variant === undefined ? "" : ` ${variant}`} ${leftOut} of ${points + leftOut}`]));
  return list.length === 0 ? "" : `points that no fit of the others explains, left out: ${list.join(", ")}\n`;
}

function driftLine({ kind, dtype, drift }: ProfileEntry): string {
  return drift === undefined ? "" : `${kind} ${dtype}: each kernel measured before added ${Math.round(drift)} ns to a time. Predictions are without that; errors are of predictions with it, as it was measured.\n`;
}

function figures({ mean: average, median, p90 }: ErrorFigures): readonly string[] {
  return [percent(average), percent(median), percent(p90)];
}

function mean(error: ErrorFigures | undefined): string {
  return error === undefined ? "" : percent(error.mean);
}

/** What twice the points would gain, from the last two steps of the learning curve. */
function gain({ learning = [] }: ProfileEntry): string {
  const gained = gainOfTwice(learning);
  return gained === undefined ? "" : gained < 0.0005 ? "0" : `−${percent(gained)}`;
}

/**
 * By how much the mean error would fall with twice the points, as a share of one (0.01 = from 5 % to 4 %), if the next
 * doubling gains half of what the last one did; `undefined` where the curve is too short to say.
 */
export function gainOfTwice(steps: NonNullable<ProfileEntry["learning"]>): number | undefined {
  const [before, last] = [steps.at(-2), steps.at(-1)];
  return before && last ? Math.max(0, (before.mean - last.mean) / 2) : undefined;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
