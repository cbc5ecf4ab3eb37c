import { InputError, type Issue } from "../base/errors.ts";
import { nearest, suggestion } from "../base/registry.ts";
import { dtypeBytes, type DType } from "../graph/graph.ts";
import { categoryOf, opKinds } from "../graph/op-kinds.ts";
import { extentsOf } from "../graph/op-of-shape.ts";
import { nsOfUnit, parseColumnMap, type ColumnMap, type ValueSource } from "./column-map.ts";
import { csvRows, type CsvCell } from "./csv-rows.ts";
import { isFigure } from "./fit/points.ts";
import { kernelKey, parseSamples, type Kernel, type Sample } from "./sample.ts";

/** More problems than these are not listed. */
const mostIssues = 20;

/**
 * Samples from anybody's table: CSV with a header line, and a mapping of its columns as {@link parseColumnMap} takes it.
 * Each row is one measurement; rows of the same kernel are rounds.
 * @param file name for the messages
 * @throws {InputError} with line and column: times that are not above 0 or no numbers, a unit other than the stated one
 * beside a time, extents that are no numbers, element types that are none, rows with cells missing; for kinds that are
 * almost of the catalogue, or lack extents that it needs; and as {@link parseColumnMap}.
 * @example
 * samplesFromCsv("M,N,K,latency\n64,64,64,0.02\n", "kind='matmul',m=M,n=N,k=K,time=latency:ms")[0].ns; // [20000]
 */
export function samplesFromCsv(text: string, mapping: string, file?: string): readonly Sample[] {
  const [header, ...rows] = csvRows(text, file);
  if (header === undefined) throw new InputError({ code: "empty-file", message: "the table is empty", ...(file !== undefined && { file }) });
  const names = header.map((cell) => cell.text);
  if (rows.length === 0) throw new InputError({ code: "empty-file", message: "the table has a header and no rows", ...(file !== undefined && { file }) });
  const map = parseColumnMap(mapping, names);
  const reader = new RowReader(map, names, file);
  const rounds = new Map<string, number>();
  const samples: Sample[] = [];
  for (const row of rows) {
    const read = reader.read(row);
    if (reader.issues.length >= mostIssues) break;
    if (read === undefined) continue;
    const key = kernelKey(read.kernel);
    const round = rounds.get(key) ?? 0;
    rounds.set(key, round + 1);
    samples.push({ ...read.kernel, round, ns: [read.ns] });
  }
  if (reader.issues.length > 0) throw new InputError(reader.issues);
  return samples;
}

/**
 * Samples from a file of either form: `heddle-samples/1`, which says by itself what it holds, or a table with a mapping.
 * @throws {InputError} as {@link parseSamples} and {@link samplesFromCsv}, and for a table without a mapping.
 */
export function samplesFromText(text: string, options: { readonly file?: string; readonly map?: string } = {}): readonly Sample[] {
  if (text.trimStart().startsWith("{")) return parseSamples(text, options.file).samples;
  if (options.map === undefined) throw new InputError({ code: "missing-map", message: "what the columns mean is not said", ...(options.file !== undefined && { file: options.file }), hint: "for example --map \"kind='matmul',m=M,n=N,k=K,time=latency:ms\"" });
  return samplesFromCsv(text, options.map, options.file);
}

class RowReader {
  readonly issues: Issue[] = [];
  readonly #map: ColumnMap;
  readonly #names: readonly string[];
  readonly #file: string | undefined;
  /** By its name in the table: what kind it is; undefined after telling that it is none. */
  readonly #kinds = new Map<string, string | undefined>();

  constructor(map: ColumnMap, names: readonly string[], file: string | undefined) {
    this.#map = map;
    this.#names = names;
    this.#file = file;
  }

  /** One measurement, or undefined after noting why there is none. */
  read(row: readonly CsvCell[]): { readonly kernel: Kernel; readonly ns: number } | undefined {
    const before = this.issues.length;
    if (row.length !== this.#names.length) {
      this.#note(row[0]!, "bad-csv", `the row has ${row.length} cells, and the header ${this.#names.length}`);
      return undefined;
    }
    const { kind: kindSource, dtype, threads, variant, extents } = this.#map;
    const ns = this.#time(row[this.#map.time.column]!);
    const kind = this.#kind(row, kindSource);
    const type = dtype === undefined ? "f32" : this.#text(row, dtype);
    if (!Object.hasOwn(dtypeBytes, type)) this.#note(cellOf(row, dtype), "bad-dtype", `"${type}" is no element type`, suggestion(type, Object.keys(dtypeBytes)));
    const shape = Object.fromEntries(Object.entries(extents).map(([name, source]) => [name, this.#number(row, source, name)]));
    const count = threads === undefined ? undefined : this.#number(row, threads, "threads");
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) this.#note(cellOf(row, threads), "bad-number", `${count} threads are not possible`);
    if (kind === undefined || this.issues.length > before) return undefined;
    const way = variant === undefined ? "" : this.#text(row, variant);
    return { kernel: { kind, shape, dtype: type as DType, ...(count !== undefined && { threads: count }), ...(way !== "" && { variant: way }) }, ns };
  }

  /** A problem of a kind is told once, not in every row. */
  #kind(row: readonly CsvCell[], source: ValueSource): string | undefined {
    const named = this.#text(row, source);
    if (!this.#kinds.has(named)) {
      const cell = "column" in source ? row[source.column] : undefined;
      const kind = Object.hasOwn(this.#map.kinds, named) ? this.#map.kinds[named]! : named;
      this.#kinds.set(named, this.#isKind(cell, kind, named) ? kind : undefined);
    }
    return this.#kinds.get(named);
  }

  #isKind(cell: CsvCell | undefined, kind: string, named: string): boolean {
    if (isFigure(kind)) return true;
    const extents = Object.keys(this.#map.extents);
    // What is renamed to itself is meant so.
    const near = categoryOf(kind) === undefined && this.#map.kinds[kind] !== kind ? nearest(kind, opKinds.map((known) => known.kind)) : [];
    if (near.length > 0) {
      this.#note(cell, "unknown-kind", `the operator catalogue has no kind "${kind}"`, `did you mean ${near.join(" or ")}?${"constant" in this.#map.kind ? "" : ` kind.${named}=${near[0]!} says so.`} A kind of your own: add kind.${kind}=${kind} to --map`);
      return false;
    }
    const missing = (extentsOf(kind) ?? []).filter((extent) => !extents.includes(extent));
    // What it works and moves may be said in the place of extents.
    if (missing.length === 0 || extents.includes("flops") || extents.includes("bytes")) return true;
    const [first] = missing;
    this.#note(cell, "missing-extent", `${kind} needs ${listed(missing)}`, `add to --map where ${missing.length > 1 ? "each" : first} is: ${first}=COLUMN, or ${first}=512 for all rows`);
    return false;
  }

  #time(cell: CsvCell): number {
    const { unit, unitNs } = this.#map.time;
    const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµμ]*)$/i.exec(cell.text);
    if (match === null) {
      this.#note(cell, "bad-time", cell.text === "" ? "the time is missing" : `the time "${cell.text}" is no number`);
      return NaN;
    }
    if (match[2] !== "" && nsOfUnit(match[2]!) !== unitNs) this.#note(cell, "mixed-units", `the time is ${cell.text}, and the column is in ${unit}`);
    const value = Number(match[1]);
    if (!(value > 0 && value * unitNs < Infinity)) this.#note(cell, "bad-time", `the time is ${cell.text}; times are more than 0${value > 0 ? ", and finite" : ""}`);
    return value * unitNs;
  }

  #text(row: readonly CsvCell[], source: ValueSource): string {
    if ("constant" in source) return source.constant;
    return row[source.column]!.text;
  }

  #number(row: readonly CsvCell[], source: ValueSource, what: string): number {
    const text = this.#text(row, source);
    const value = text === "" ? NaN : Number(text);
    if (!(Number.isFinite(value) && value >= 0)) this.#note(cellOf(row, source), "bad-number", `${what} is ${text === "" ? "missing" : `"${text}"`}; a number from 0 is wanted`);
    return value;
  }

  #note(cell: CsvCell | undefined, code: string, message: string, hint?: string): void {
    if (this.issues.length < mostIssues) this.issues.push({ code, message, ...(this.#file !== undefined && { file: this.#file }), ...(cell && { line: cell.line, column: cell.column }), ...(hint !== undefined && { hint }) });
  }
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}

function cellOf(row: readonly CsvCell[], source: ValueSource | undefined): CsvCell | undefined {
  return source && "column" in source ? row[source.column] : row[0];
}
