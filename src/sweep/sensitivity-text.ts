import { formatPercent } from "../base/units.ts";
import { textTable } from "../trace/table-text.ts";
import type { Sensitivity, SensitivityEffect } from "./comparison.ts";

/**
 * What each assumption does to the winner, as a table, and which ones change who wins.
 * @param winner who wins as it is
 * @param label what by: "makespan"
 * @param tested differences may be luck
 */
export function formatSensitivity(sensitivity: readonly Sensitivity[], winner: string, label: string, tested: boolean): string[] {
  const changes = sensitivity[0]?.effects.map(({ change }) => change) ?? [];
  const columns = [{ header: "if … is off by", maxWidth: 40 }, ...changes.flatMap((change) => [{ header: `${sign(change)} ${Math.round(100 * Math.abs(change))} %`, align: "right" as const }, { header: "winner", maxWidth: 40 }])];
  const rows = sensitivity.map(({ assumption, effects }) => [assumption, ...effects.flatMap((effect) => [signed(effect.formerChange), effect.flips ? `${effect.winner} by ${formatPercent(effect.margin)}` : effect.winner])]);
  const flips = sensitivity.flatMap(({ assumption, effects }) => effects.filter(({ flips }) => flips).map((effect) => flipText(assumption, effect, tested)));
  return [
    `How far the answer depends on the assumptions: what each does to the ${label} of the winner, ${winner}, and who wins then`,
    ...textTable(columns, rows), "",
    flips.length === 0 ? `${winner} stays the winner throughout.` : `The winner changes:`, ...flips,
  ];
}

function flipText(assumption: string, { change, winner, margin, significant }: SensitivityEffect, tested: boolean): string {
  const evidence = !tested ? "" : significant ? ", a significant difference" : ", which may be luck";
  return `  ${assumption} ${sign(change)} ${Math.round(100 * Math.abs(change))} %: ${winner} wins by ${formatPercent(margin)}${evidence}`;
}

function sign(value: number): string {
  return value < 0 ? "−" : "+";
}

function signed(share: number): string {
  const text = formatPercent(Math.abs(share));
  return text === formatPercent(0) ? text : `${share < 0 ? "−" : "+"}${text}`;
}
