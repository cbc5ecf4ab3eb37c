import { formatNs, formatPercent } from "../../base/units.ts";
import { textTable, type TextColumn } from "../table-text.ts";

/** Lines of an explanation are no longer than this. */
const width = 100;

/** A gain as a change of the makespan: "−12.0 %", "+3.1 %", "0". */
export function changeText(gain: number): string {
  if (Math.abs(gain) < leastGain) return "0";
  return `${gain > 0 ? "−" : "+"}${formatPercent(Math.abs(gain))}`;
}

/** Gains below this are none. */
export const leastGain = 5e-4;

/**
 * A point in time with as many digits as tell it from another one `apartNs` away: "48.7123 ms".
 * @example
 * instant(48_712_300, 2_510); // "48.712 ms"
 */
export function instant(ns: number, apartNs: number): string {
  const text = formatNs(ns);
  const [number, unit] = text.split(" ") as [string, string | undefined];
  const scale = ns / Number(number);
  if (unit === undefined || (unit === "ns" && Number.isInteger(ns)) || !(apartNs > 0) || !(scale > 0) || !Number.isFinite(scale)) return text;
  const unitNs = 10 ** Math.round(Math.log10(scale));
  const digits = Math.min(9, Math.ceil(Math.log10(unitNs / apartNs)));
  return digits > (number.split(".")[1] ?? "").length ? `${(ns / unitNs).toFixed(digits)} ${unit}` : text;
}

/** A memory by the name of its device, where it is called after it. */
export function place(memory: string): string {
  return memory.replace(/\.memory$/, "");
}

/** A text table whose last column goes on in further lines where it is too wide. `indent` stands before each line. */
export function wrapLast(columns: readonly TextColumn[], rows: readonly (readonly string[])[], indent: string): string[] {
  const heads = columns.slice(0, -1).map((column, i) => Math.max([...column.header].length, ...rows.map((row) => Math.min([...row[i]!].length, column.maxWidth ?? Infinity))));
  const room = width - indent.length - heads.reduce((sum, head) => sum + head + 2, 0);
  const blank = columns.slice(0, -1).map(() => "");
  const wrapped = rows.flatMap((row) => wrap(row.at(-1)!, room).map((text, i) => [...(i === 0 ? row.slice(0, -1) : blank), text]));
  return textTable(columns, wrapped).map((line) => `${indent}${line}`.trimEnd());
}

/** A line that may be too long, as lines that are not; its indent stays. */
export function fit(line: string): string[] {
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length);
  return wrap(text, width - indent.length).map((part) => indent + part);
}

/** Breaks a text at spaces; lines after the first are indented by two. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && [...line].length + 1 + [...word].length > room) {
      lines.push(line);
      line = " ";
    }
    line += (line === "" ? "" : " ") + word;
  }
  return [...lines, line];
}
