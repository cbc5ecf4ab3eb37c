import type { Decisions } from "../core/decision-log.ts";
import { columnText, parseColumn, type Column, type ColumnType } from "./column-text.ts";

/** The columns of a decision log in a trace file, by their names there. */
const columns: Readonly<Record<string, { readonly type: ColumnType; get(decisions: Decisions): Column }>> = {
  op: { type: "u32", get: ({ op }) => op },
  atTicks: { type: "f64", get: ({ atTicks }) => atTicks },
  planned: { type: "u8", get: ({ planned }) => planned },
  candidates: { type: "u32", get: ({ candidates }) => candidates },
  first: { type: "u32", get: ({ first }) => first },
  device: { type: "u32", get: ({ alternatives }) => alternatives.device },
  waitTicks: { type: "f64", get: ({ alternatives }) => alternatives.waitTicks },
  dataTicks: { type: "f64", get: ({ alternatives }) => alternatives.dataTicks },
  runTicks: { type: "f64", get: ({ alternatives }) => alternatives.runTicks },
};

/** A decision log as JSON, in chunks: its columns as base64. */
export function* decisionsJson(decisions: Decisions): Iterable<string> {
  let separator = "{\n";
  for (const [name, { get }] of Object.entries(columns)) {
    yield `${separator}"${name}":"`;
    yield* columnText(get(decisions));
    yield `"`;
    separator = ",\n";
  }
  yield "}";
}

/** Reads what {@link decisionsJson} wrote, and checks every value. `fail` throws. */
export function restoreDecisions(saved: unknown, opCount: number, deviceCount: number, fail: (message: string) => never): Decisions {
  if (typeof saved !== "object" || saved === null) fail("decisions is not an object");
  const read = <A extends Column>(name: string): A => {
    const text = Object.hasOwn(saved as object, name) ? (saved as Record<string, unknown>)[name] : undefined;
    if (typeof text !== "string") fail(`decisions.${name} is ${text === undefined ? "missing" : "not a text"}`);
    const { type } = columns[name]!;
    return (parseColumn(text as string, type) ?? fail(`decisions.${name} is not base64 of whole ${type} values`)) as A;
  };
  const [op, atTicks, planned, candidates, first] = [read<Uint32Array>("op"), read<Float64Array>("atTicks"), read<Uint8Array>("planned"), read<Uint32Array>("candidates"), read<Uint32Array>("first")];
  const alternatives = { device: read<Uint32Array>("device"), waitTicks: read<Float64Array>("waitTicks"), dataTicks: read<Float64Array>("dataTicks"), runTicks: read<Float64Array>("runTicks") };
  const within = (name: string, column: Column, length: number, below: number, infinite = false): void => {
    if (column.length !== length) fail(`decisions.${name} has ${column.length} entries where ${length} belong`);
    for (let i = 0; i < length; i++) if (!(column[i]! >= 0 && (column[i]! < below || (infinite && column[i] === Infinity)))) fail(`decisions.${name} holds ${column[i]} at entry ${i}, which is out of range`);
  };
  const count = op.length;
  within("op", op, count, opCount);
  within("atTicks", atTicks, count, Infinity);
  within("planned", planned, count, 2);
  within("candidates", candidates, count, deviceCount + 1);
  within("first", first, count + 1, Infinity);
  for (let i = 0; i < count; i++) if (first[i + 1]! < first[i]!) fail(`decisions.first goes down at entry ${i + 1}`);
  if (first[0] !== 0 || first[count] !== alternatives.device.length) fail(`decisions.first does not run from 0 to ${alternatives.device.length}`);
  within("device", alternatives.device, alternatives.device.length, deviceCount);
  for (const name of ["waitTicks", "dataTicks", "runTicks"] as const) within(name, alternatives[name], alternatives.device.length, Infinity, true);
  return { length: count, op, atTicks, planned, candidates, first, alternatives };
}
