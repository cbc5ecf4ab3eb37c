import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { csvRows } from "./csv-rows.ts";
import type { MeasuredStage } from "./interference.ts";

/** Times in ns by stage, then by processor, one for each row. */
export type StageTable = ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;

/** Columns that are no processors. */
const notes = ["stage", "device", "run"];
/** A table that is wrong from top to bottom is told up to about this number of issues. */
const issueLimit = 20;

/**
 * Reads a table of stage times (as {@link csvRows} has them): a header, a row for each stage and run. Column `stage` names the stage;
 * `device` and `run` are passed over; every other column is a processor. A processor whose times are all 0 was not
 * measured.
 * @param options.unitNs nanoseconds of the unit of the times; default 1e6: milliseconds
 * @throws {InputError} for a header without `stage`, rows of another length or without a stage, and times that are no positive numbers.
 * @example
 * readStageTable("stage,cpu,gpu\n1,4.0,2.0\n1,4.5,2.5\n", { file: "alone.csv" }).get("1"); // { cpu: [4e6, 4.5e6], gpu: [2e6, 2.5e6] }
 */
export function readStageTable(text: string, { file, unitNs = 1e6 }: { readonly file: string; readonly unitNs?: number }): StageTable {
  const [header = [], ...rows] = csvRows(text, file);
  const columns = header.map((cell) => cell.text);
  const stageColumn = columns.indexOf("stage");
  if (stageColumn < 0) throw new InputError({ code: "missing-column", message: "the table has no column stage", file, line: 1, hint: "a header such as stage,little,big,gpu" });
  const again = columns.find((name, i) => columns.indexOf(name) !== i);
  if (again !== undefined) throw new InputError({ code: "duplicate-name", message: `two columns are named ${JSON.stringify(again)}`, file, line: 1 });
  const processors = columns.map((name, column) => ({ name, column })).filter(({ name, column }) => !notes.includes(name) && rows.some((row) => Number(row[column]?.text) !== 0));
  const issues: Issue[] = [];
  const table = new Map<string, Record<string, number[]>>();
  for (const row of rows) {
    if (issues.length >= issueLimit) break;
    const { line, text: stage } = row[stageColumn] ?? row[0]!;
    if (row.length !== columns.length) {
      issues.push({ code: "bad-row", message: `the row has ${row.length} cells, and the header ${columns.length}`, file, line });
      continue;
    }
    if (stage === "") {
      issues.push({ code: "bad-row", message: "the row does not say of which stage it is", file, line });
      continue;
    }
    if (!table.has(stage)) table.set(stage, Object.fromEntries(processors.map(({ name }) => [name, []])));
    for (const { name, column } of processors) {
      const cell = row[column]!.text;
      const value = Number(cell);
      if (cell !== "" && value > 0 && value < Infinity) table.get(stage)![name]!.push(value * unitNs);
      else issues.push({ code: "bad-time", message: `stage ${stage} took ${cell === "" ? "nothing" : cell} on ${name}: a time is a number above 0`, file, line });
    }
  }
  if (issues.length === 0 && table.size === 0) issues.push({ code: "too-few-points", message: "the table has no rows", file });
  if (issues.length > 0) throw new InputError(issues);
  return table;
}

/**
 * Joins the times alone with those under load, stage by stage.
 * @throws {InputError} where one table has a stage or a processor that the other has not.
 */
export function pairStages(alone: StageTable, loaded: StageTable, files: { readonly alone: string; readonly loaded: string }): MeasuredStage[] {
  const issues: Issue[] = [];
  const only = (one: StageTable, other: StageTable, file: string): void => {
    for (const [stage, times] of one) {
      const there = other.get(stage);
      if (there === undefined) issues.push({ code: "missing-stage", message: `${file} has no stage ${stage}`, file, hint: suggestion(stage, [...other.keys()]) });
      else for (const processor of Object.keys(times)) if (!Object.hasOwn(there, processor)) issues.push({ code: "missing-column", message: `${file} has no times on ${processor}`, file });
    }
  };
  only(alone, loaded, files.loaded);
  only(loaded, alone, files.alone);
  if (issues.length > 0) throw new InputError(issues.filter(({ message }, i) => issues.findIndex((issue) => issue.message === message) === i));
  return [...alone].map(([name, times]) => ({ name, alone: times, loaded: loaded.get(name)! }));
}
