import { formatPercent } from "../base/units.ts";
import { clip, textTable } from "../trace/table-text.ts";
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
  const rows = sensitivity.map(({ assumption, effects }) => [assumption, ...effects.flatMap((effect) => [effect.formerChange === undefined ? "failed" : signed(effect.formerChange), winnerText(effect)])]);
  const flips = sensitivity.flatMap(({ assumption, effects }) => effects.filter(({ flips }) => flips).map((effect) => flipText(assumption, effect, winner, tested)));
  const failed = sensitivity.flatMap(({ assumption, effects }) => effects.filter((effect) => effect.winner === undefined).map((effect) => `  ${changeText(assumption, effect)}: ${clip(effect.failure!)}`));
  return [
    `How far the answer depends on the assumptions: what each does to the ${label} of the winner, ${winner}, and who wins then`,
    ...textTable(columns, rows), "",
    ...(flips.length > 0 ? ["The winner changes:", ...flips] : [`${winner} stays the winner ${failed.length > 0 ? "wherever anyone has a result" : "throughout"}.`]),
    ...(failed.length > 0 ? ["Nobody has a result:", ...failed] : []),
  ];
}

function winnerText({ winner = "–", flips, margin }: SensitivityEffect): string {
  return flips && margin !== undefined ? `${winner} by ${formatPercent(margin)}` : winner;
}

function flipText(assumption: string, effect: SensitivityEffect, former: string, tested: boolean): string {
  const { winner, margin, significant, failure } = effect;
  if (margin === undefined) return `  ${changeText(assumption, effect)}: ${winner!} wins, as ${former} fails: ${clip(failure!)}`;
  const evidence = !tested ? "" : significant ? ", a significant difference" : ", which may be luck";
  return `  ${changeText(assumption, effect)}: ${winner!} wins by ${formatPercent(margin)}${evidence}`;
}

function changeText(assumption: string, { change }: SensitivityEffect): string {
  return `${assumption} ${sign(change)} ${Math.round(100 * Math.abs(change))} %`;
}

function sign(value: number): string {
  return value < 0 ? "−" : "+";
}

function signed(share: number): string {
  const text = formatPercent(Math.abs(share));
  return text === formatPercent(0) ? text : `${share < 0 ? "−" : "+"}${text}`;
}
