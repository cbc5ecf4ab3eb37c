import { formatNs, formatPercent } from "../base/units.ts";
import { settingText } from "../predict/runtime-setting.ts";
import { errorOf, type ValidatedRun, type Verdict } from "./judge.ts";
import { speedLines, type ValidatedSpeed } from "./validated-speed.ts";

/** A model, or one setting of it, that could not be run. */
export interface FailedRun {
  readonly model: string;
  /** Absent where no setting of the model could be tried. */
  readonly setting?: ValidatedRun["setting"];
  readonly why: string;
}

/**
 * Measured and predicted times side by side, and what they amount to, for people; with a closing line break.
 * @param speed of the machine meanwhile, where that was asked for
 */
export function formatValidation(device: string, runs: readonly ValidatedRun[], verdict: Verdict | undefined, failures: readonly FailedRun[], speed?: ValidatedSpeed): string {
  const lines = [`predicted and measured on ${device}`];
  if (verdict !== undefined) {
    const rows = runs.map((run, i) => [
      run.model === runs[i - 1]?.model ? "" : run.model, settingText(run.setting), formatNs(run.measuredNs), formatPercent(run.apart), formatNs(run.predictedNs), signed(errorOf(run)),
      run.measuredNs < run.lowNs || run.measuredNs > run.highNs ? "outside" : "",
    ]);
    lines.push("", ...table(["model", "setting", "measured", "A/A", "predicted", "error", "interval"], rows), "");
    const best = verdict.models.filter(({ regret }) => regret === 0).length;
    lines.push(
      `error: median ${formatPercent(verdict.median)}, mean ${formatPercent(verdict.mean)}, 9 of 10 below ${formatPercent(verdict.p90)}; on average ${signed(verdict.bias)}`,
      `two measurements of the same: ${formatPercent(verdict.apart)} apart at the median (A/A)`,
      ...(speed === undefined ? [] : speedLines(speed)),
      `interval: ${formatPercent(verdict.covered)} of the measured times lie in theirs`,
      ...(Number.isNaN(verdict.tau) ? [] : [`ranks: Kendall τ ${verdict.tau.toFixed(3)} over all runs`]),
    );
    if (runs.length > verdict.models.length) {
      lines.push(`settings: the fastest was predicted for ${best} of ${verdict.models.length} models`);
      const choices = verdict.models.map(({ model, tau, chosen, best: fastest, regret }) => [model, Number.isNaN(tau) ? "–" : tau.toFixed(2), settingText(chosen), settingText(fastest), formatPercent(regret)]);
      lines.push("", ...table(["model", "τ", "Heddle's choice", "really fastest", "regret"], choices, [0, 2, 3]));
    }
  }
  if (failures.length > 0) lines.push("", "not run:", ...failures.map(({ model, setting, why }) => `  ${model}${setting === undefined ? "" : ` (${settingText(setting)})`}: ${why}`));
  return `${lines.join("\n")}\n`;
}

function signed(share: number): string {
  return `${share >= 0 ? "+" : "−"}${formatPercent(Math.abs(share))}`;
}

/** @param left columns that are aligned to the left */
function table(head: readonly string[], rows: readonly (readonly string[])[], left: readonly number[] = [0, 1, 6]): string[] {
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) => `  ${row.map((text, column) => (left.includes(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join("  ").trimEnd()}`);
}
