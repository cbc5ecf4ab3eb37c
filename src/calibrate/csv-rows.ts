import { InputError } from "../base/errors.ts";

/** A cell of a table, and where it stands. */
export interface CsvCell {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Of its first character, from 1. */
  readonly column: number;
}

/**
 * Rows of a table with commas, semicolons or tabs (whichever the first line has most of), cells in quotes where they
 * contain these. Lines end as on any system; those whose cells are all empty are left out, spaces around cells too.
 * @throws {InputError} for a quote that is never closed, and for text that is not UTF-8.
 */
export function csvRows(text: string, file?: string): readonly (readonly CsvCell[])[] {
  if (text.slice(0, 1000).includes("\0")) throw new InputError({ code: "bad-encoding", message: "the table is no text in UTF-8", ...(file !== undefined && { file }), hint: "spreadsheets can save it as CSV in UTF-8" });
  const source = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const separator = separatorOf(source);
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at <= source.length) {
    const start = { line, column: at - lineStart + 1 };
    let cell = "";
    while (source[at] === " ") at++;
    if (source[at] === '"') {
      const opened = { line, column: at - lineStart + 1 };
      at++;
      while (source[at] !== '"' || source[at + 1] === '"') {
        if (at >= source.length) throw new InputError({ code: "bad-csv", message: "this quote is never closed", ...opened, ...(file !== undefined && { file }) });
        if (source[at] === '"') at++;
        if (source[at] === "\n") {
          line++;
          lineStart = at + 1;
        }
        cell += source[at++];
      }
      at++;
    }
    const from = at;
    while (at < source.length && source[at] !== separator && source[at] !== "\n") at++;
    cell += source.slice(from, at);
    row.push({ text: cell.trim(), ...start });
    if (at >= source.length || source[at] === "\n") {
      if (row.some((one) => one.text !== "")) rows.push(row);
      row = [];
      line++;
      lineStart = at + 1;
    }
    at++;
  }
  return rows;
}

function separatorOf(text: string): string {
  const first = text.slice(0, Math.max(0, text.indexOf("\n")) || text.length).replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((separator) => ({ separator, count: first.split(separator).length }));
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).separator;
}
