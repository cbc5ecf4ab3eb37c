import { counted, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import { clipMiddle, type TextColumn } from "../table-text.ts";
import { changeText, fit, instant, place, wrapLast } from "./explain-text.ts";
import type { OpExplanation, OpInput } from "./explain-op.ts";

/** {@link OpExplanation} for people, without colours: why there, and why then. */
export function formatOpExplanation(op: OpExplanation): string {
  return `${[...headLines(op), ...thenLines(op), ...thereLines(op), ...elsewhereLines(op)].flatMap(fit).join("\n")}\n`;
}

const named = (name: string): string => `"${clipMiddle(name, 48)}"`;

function headLines(op: OpExplanation): string[] {
  const { task, kind, device, startNs, endNs } = op;
  const what = `${named(task)} (${kind})`;
  if (device === undefined) return [`${what} was never placed`];
  if (startNs === undefined) return [`${what} was placed on ${device} and never began`];
  return [`${what} ran on ${device} from ${instant(startNs, apart(op))} ${endNs === undefined ? "and did not end" : `to ${instant(endNs, apart(op))}`}${op.onCriticalPath ? ", on the critical path" : ""}`];
}

/** How far apart points in time are that should look different: a tenth of the time it ran. */
function apart({ runNs, expectedNs }: OpExplanation): number {
  return (runNs ?? expectedNs ?? 0) / 10;
}

// ── why then ──

function thenLines(op: OpExplanation): string[] {
  const steps: [at: number, text: string][] = [];
  const { arrivalNs, readyNs, readyBy, lostRuns = [], placedNs, dataNs, startNs, endNs } = op;
  if (arrivalNs !== undefined && arrivalNs > 0) steps.push([arrivalNs, "its job arrived"]);
  if (readyNs !== undefined) {
    const by = readyBy === undefined ? "it needs no other operator" : `${named(readyBy.task)}${readyBy.device === undefined ? "" : ` on ${readyBy.device}`} had ended, the last of those it needs`;
    const late = readyBy === undefined ? 0 : readyNs - readyBy.endNs;
    steps.push([readyNs, `ready: ${by}${late > 0 ? `, and synchronization had shown it ${formatNs(late)} later` : ""}`]);
  }
  for (const lost of lostRuns) steps.push([lost.startNs, `began on ${lost.device}`], [lost.endNs, `${lost.device} was lost, and with it ${formatNs(lost.endNs - lost.startNs)} of its run`]);
  if (placedNs !== undefined) steps.push([placedNs, placedText(op)]);
  if (dataNs !== undefined && op.inputs.length > 0) steps.push([dataNs, `inputs there: ${inputText(op.inputs[0]!)}${op.inputsMoved > 1 ? `, the last of ${op.inputsMoved} that moved` : ""}`]);
  if (startNs !== undefined) steps.push([startNs, `began: ${beganText(op)}`]);
  if (endNs !== undefined) steps.push([endNs, `ended: ${endedText(op)}`]);
  // A stable sort: at one moment a cause stays before what it caused. What was planned was placed long before it was ready.
  const rows = steps.sort(([a], [b]) => a - b).map(([at, text]) => [instant(at, apart(op)), text]);
  return ["", "Why then:", ...table([{ header: "at", align: "right" }, { header: "" }], rows).slice(1)];
}

function table(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  return wrapLast(columns, rows, "  ");
}

function placedText({ readyNs, placedNs, scheduler, decision, lostRuns, device }: OpExplanation): string {
  if (lostRuns !== undefined) return `placed anew, on ${device}`;
  if (readyNs === undefined || placedNs! < readyNs || decision?.planned === true) return `placed by ${scheduler}, before it was ready`;
  if (placedNs === readyNs) return `placed by ${scheduler} as it became ready`;
  return `placed by ${scheduler}, which had held it for ${formatNs(placedNs! - readyNs)}`;
}

function inputText({ tensor, from, to, startNs, endNs, stretchNs, sharedWith }: OpInput): string {
  const took = endNs === undefined ? "" : ` in ${formatNs(endNs - startNs)}${stretchNs === undefined ? "" : `, ${formatNs(stretchNs)} longer than alone`}`;
  return `${named(tensor)} moved ${place(from)} → ${place(to)}${took}${sharedWith === undefined ? "" : `, first for ${named(sharedWith)}`}`;
}

function beganText({ dataNs, startNs, ahead, aheadCount, absentNs, readyNs, placedNs, device }: OpExplanation): string {
  const could = dataNs ?? Math.max(readyNs ?? 0, placedNs ?? 0);
  const waited = startNs! - could;
  if (!(waited > 0)) return "at once";
  if (aheadCount === 0 && absentNs !== undefined) return `after ${formatNs(waited)}, in ${absentNs < waited ? formatNs(absentNs) : "all"} of which ${device} was not there`;
  if (aheadCount === 0) return `after ${formatNs(waited)} in which ${device} held it back, though nothing else ran there`;
  const shown = ahead.map(({ task }) => named(task)).join(", ");
  return `after ${formatNs(waited)} behind ${counted(aheadCount, "operator")} on ${device}: ${shown}${aheadCount > ahead.length ? " …" : ""}`;
}

function endedText({ runNs, expectedNs, setupNs }: OpExplanation): string {
  const setup = setupNs === undefined ? "" : `loaded its configuration in ${formatNs(setupNs)}, `;
  if (runNs === undefined) return setup;
  const ratio = expectedNs !== undefined && expectedNs > 0 ? runNs / expectedNs : 1;
  const off = Math.abs(ratio - 1) < 5e-4 ? ", as expected" : `, ${formatPercent(Math.abs(ratio - 1))} ${ratio > 1 ? "longer" : "less"} than expected (${formatNs(expectedNs!)})`;
  return `${setup}ran ${formatNs(runNs)}${off}`;
}

// ── why there ──

function thereLines(op: OpExplanation): string[] {
  const { decision, devices, device, scheduler, endNs } = op;
  if (devices.length === 0) return [];
  const right = (header: string): TextColumn => ({ header, align: "right" });
  const mark = (chosen: boolean): string => (chosen ? "chosen" : "");
  if (decision === undefined) {
    return ["", "Why there: its placement was not recorded (heddle run … --decisions --trace FILE does). Expected time alone:",
      ...table([{ header: "device", maxWidth: 28 }, right("runs"), { header: "" }], devices.map(({ device, runNs, chosen }) => [device, formatNs(runNs), mark(chosen)]))];
  }
  const { candidates, planned, unplannedInputs, atNs } = decision;
  const only = candidates > devices.length ? `, the best ${devices.length} of which are shown` : "";
  const head = candidates === 1 ? "no other device can run it" : `${formatCount(candidates)} devices could run it${only}. Predicted at ${instant(atNs, apart(op))}${planned ? `, before it was ready, with its inputs ${unplannedInputs === undefined ? "" : `(but for those of ${counted(unplannedInputs, "operator")}, placed later) `}when and where they were planned` : ""}:`;
  const rows = devices.map(({ device, waitNs, dataNs, runNs, predictedEndNs, chosen }) => [
    device, formatNs(waitNs ?? 0), dataNs === undefined ? "no route" : formatNs(dataNs), formatNs(runNs), predictedEndNs === undefined ? "–" : instant(predictedEndNs, apart(op)), mark(chosen),
  ]);
  return ["", `Why there: ${head}`, ...table([{ header: "device", maxWidth: 28 }, right("free in"), right("inputs in"), right("runs"), right("ends at"), { header: "" }], rows), ...verdict(decision, devices, device, scheduler, endNs)];
}

function verdict(decision: NonNullable<OpExplanation["decision"]>, devices: OpExplanation["devices"], device: string | undefined, scheduler: string, endNs: number | undefined): string[] {
  const { predictedEndNs, rank, planned } = decision;
  if (predictedEndNs === undefined || rank === undefined) return [];
  const best = devices[0]!;
  const lines: string[] = [];
  if (decision.candidates > 1) {
    const loses = predictedEndNs - (best.predictedEndNs ?? predictedEndNs);
    lines.push(rank === 1 ? `  ${device} was predicted to end it first.` : `  ${best.device} was predicted to end it ${formatNs(loses)} ${planned ? "sooner, as far as that follows from how much was placed there before, and not when." : `sooner: ${scheduler} decides by something else than the end of this operator alone.`}`);
  }
  if (endNs !== undefined && !planned) {
    const off = endNs - predictedEndNs;
    lines.push(Math.abs(off) < 1 ? "  It ended when predicted." : `  It ended ${formatNs(Math.abs(off))} ${off > 0 ? "later" : "sooner"} than predicted.`);
  }
  return lines;
}

function elsewhereLines({ elsewhere }: OpExplanation): string[] {
  if (elsewhere === undefined) return [];
  const right = (header: string): TextColumn => ({ header, align: "right" });
  const rows = elsewhere.devices.map(({ device, makespanNs, gain }) => [device, formatNs(makespanNs), changeText(gain)]);
  return ["", `What if it had run elsewhere, all else in its place and order (${formatNs(elsewhere.makespanNs)} as it was):`, ...table([{ header: "device", maxWidth: 28 }, right("makespan"), right("change")], rows)];
}
