import type { ByProcessor } from "../pipeline/pipeline.ts";
import { fitInterference, type FittedStage } from "./interference.ts";
import { pairStages, readStageTable } from "./stage-table.ts";

/** A table as it was read. */
export interface TableFile {
  readonly file: string;
  readonly text: string;
}

/** What becomes of two tables of stage times. */
export interface InterferenceResult {
  readonly stages: readonly FittedStage[];
  /** A scenario with the fitted pipeline, to run or to include. */
  readonly yaml: string;
  /** For people: a line a stage. */
  readonly summary: string;
}

/**
 * Fits the interference between the stages of a pipeline from two tables (see `readStageTable`), and writes it down as
 * a scenario.
 * @param options.bytesPerNs what the shared memory gives, from the data sheet; predictions do not depend on it. Default 1
 * @param options.unitNs of the times in the tables; default 1e6: milliseconds
 * @throws {InputError} for tables that are wrong or do not belong together.
 */
export function interferenceScenario(alone: TableFile, loaded: TableFile, { bytesPerNs = 1, unitNs }: { readonly bytesPerNs?: number; readonly unitNs?: number } = {}): InterferenceResult {
  const unit = unitNs === undefined ? {} : { unitNs };
  const measured = pairStages(readStageTable(alone.text, { file: alone.file, ...unit }), readStageTable(loaded.text, { file: loaded.file, ...unit }), { alone: alone.file, loaded: loaded.file });
  const stages = fitInterference(measured, bytesPerNs);
  const runs = Math.min(...measured.flatMap((stage) => [stage.alone, stage.loaded]).flatMap((times) => Object.values(times).map(({ length }) => length)));
  const yaml = [
    `# Fitted from ${oneLine(alone.file)} (alone) and ${oneLine(loaded.file)} (all others busy), ${runs} ${runs === 1 ? "run" : "runs"} of each; medians.`,
    "workload:", "  pipeline:", `    bandwidth: ${figure(bytesPerNs)}GB/s`, "    stages:",
    ...stages.flatMap(({ name, aloneNs, awakeNs, demand }) => [
      `      ${JSON.stringify(name)}:`, `        time: ${times(aloneNs)}`,
      ...(awakeNs && Object.keys(awakeNs).length > 0 ? [`        awake: ${times(awakeNs)}`] : []),
      ...(demand && Object.keys(demand).length > 0 ? [`        demand: ${map(demand, (value) => `${figure(value)}GB/s`)}`] : []),
    ]),
    "  instances: 100", "  inFlight: 16", "",
  ].join("\n");
  return { stages, yaml, summary: summaryOf(stages) };
}

/** A name of a file may hold anything; a comment is a line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function times(values: ByProcessor): string {
  return map(values, (ns) => `${figure(ns / 1e6)}ms`);
}

function map(values: ByProcessor, text: (value: number) => string): string {
  return `{${Object.entries(values).map(([name, value]) => `${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}: ${text(value)}`).join(", ")}}`;
}

/** Six significant digits. */
function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** "3  slowed: little 2.08×, gpu 6.68× (4.00× explained)  quicker: cpu 1.1×". */
function summaryOf(stages: readonly FittedStage[]): string {
  const width = Math.max(5, ...stages.map(({ name }) => name.length));
  const lines = stages.map(({ name, slowdown, explained, awakeNs = {}, aloneNs }) => {
    const slowed = Object.entries(slowdown).map(([processor, factor]) => {
      const fitted = explained[processor]!;
      return `${processor} ${factor.toFixed(2)}×${fitted < factor * 0.99 ? ` (${fitted.toFixed(2)}× explained)` : ""}`;
    });
    const quicker = Object.entries(awakeNs).map(([processor, ns]) => `${processor} ${(aloneNs[processor]! / ns).toFixed(2)}×`);
    return `${name.padEnd(width)}  ${[slowed.length > 0 ? `slowed: ${slowed.join(", ")}` : "", quicker.length > 0 ? `quicker: ${quicker.join(", ")}` : ""].filter((part) => part !== "").join("; ") || "as alone"}`;
  });
  return `${"stage".padEnd(width)}  with all others busy\n${lines.join("\n")}\n`;
}
