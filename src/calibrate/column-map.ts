import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";

/** Nanoseconds of the units that times may be in. */
export const timeUnits: Readonly<Record<string, number>> = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9 };

/** Nanoseconds of a unit; `undefined` for what is none. The sign for micro and the Greek letter look the same. */
export function nsOfUnit(unit: string): number | undefined {
  const known = unit.replace("\u03bc", "\u00b5");
  return Object.hasOwn(timeUnits, known) ? timeUnits[known] : undefined;
}

/** Where a value comes from: a column of the table, or the same text for all rows. */
export type ValueSource = { readonly column: number } | { readonly constant: string };

/** How the columns of a table are read. */
export interface ColumnMap {
  readonly kind: ValueSource;
  readonly time: { readonly column: number; readonly unit: string; readonly unitNs: number };
  /** Default f32. */
  readonly dtype?: ValueSource;
  readonly threads?: ValueSource;
  readonly variant?: ValueSource;
  /** By extent. */
  readonly extents: Readonly<Record<string, ValueSource>>;
  /** What the kinds of the table are called in the operator catalogue. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** The roles that are no extents. */
const roles = ["kind", "time", "dtype", "threads", "variant"];

/**
 * Reads a mapping: items `name=value`, separated by commas. Names are `time` (a column and its unit: `time=Latency:ms`),
 * `kind`, `dtype`, `threads`, `variant`, and extents of the operator catalogue (`m=rows`). A value is the name of a column, or what holds
 * for all rows: a number, or a text in single quotes (`kind='matmul'`). `kind.linear=matmul` says that what the table
 * calls linear is a matmul.
 * @param header names of the table's columns
 * @throws {InputError} for items that are not of this form, columns that are not there or there twice, and where time or kind is missing.
 * @example
 * parseColumnMap("kind=op,kind.linear=matmul,m=M,n=N,k=K,time=latency:ms", ["op", "M", "N", "K", "latency"]);
 */
export function parseColumnMap(text: string, header: readonly string[]): ColumnMap {
  const fail = (code: string, message: string, hint?: string): InputError => new InputError({ code, message: `--map: ${message}`, ...(hint !== undefined && { hint }) });
  const columnOf = (name: string, role: string): number => {
    const column = header.indexOf(name);
    if (column !== header.lastIndexOf(name)) throw fail("duplicate-name", `the table has several columns "${name}", and one is wanted for ${role}`, "give them names of their own");
    if (column >= 0) return column;
    throw fail("missing-column", `the table has no column "${name}" for ${role}`, suggestion(name, header));
  };
  const sources = new Map<string, ValueSource>();
  const kinds: Record<string, string> = {};
  let time: ColumnMap["time"] | undefined;
  for (const item of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const equals = item.indexOf("=");
    const name = item.slice(0, equals).trim();
    const value = item.slice(equals + 1).trim();
    if (equals < 1 || value === "") throw fail("bad-map", `"${item}" is not of the form name=column`, "for example --map \"kind='matmul',m=M,n=N,k=K,time=latency:ms\"");
    if (sources.has(name) || (name === "time" && time !== undefined)) throw fail("bad-map", `${name} is given twice`);
    if (name.startsWith("kind.")) kinds[name.slice("kind.".length)] = value;
    else if (name === "time") {
      const colon = value.lastIndexOf(":");
      const unit = value.slice(colon + 1);
      if (colon < 1) throw fail("missing-unit", `the unit of the times in ${value} is not stated`, `time=${value}:ms, or another of ${Object.keys(timeUnits).join(", ")}`);
      const unitNs = nsOfUnit(unit);
      if (unitNs === undefined) throw fail("bad-unit", `"${unit}" is no unit of time`, `one of ${Object.keys(timeUnits).join(", ")}`);
      const column = columnOf(value.slice(0, colon), "time");
      const told = unitInName(header[column]!);
      if (told !== undefined && timeUnits[told] !== unitNs) throw fail("mixed-units", `the column is called "${header[column]!}", and the map says ${unit}`, `time=${header[column]!}:${told}`);
      time = { column, unit, unitNs };
    } else if (/^'.*'$/.test(value)) sources.set(name, { constant: value.slice(1, -1) });
    else if (!header.includes(value) && value !== "" && Number.isFinite(Number(value))) sources.set(name, { constant: value });
    else sources.set(name, { column: columnOf(value, name) });
  }
  if (time === undefined) throw fail("missing-column", "nothing says which column has the times", "time=COLUMN:UNIT");
  const kind = sources.get("kind");
  if (kind === undefined) throw fail("missing-column", "nothing says which kind of operator the rows are of", "kind=COLUMN, or for example kind='matmul'");
  const extents = Object.fromEntries([...sources].filter(([name]) => !roles.includes(name)));
  if (Object.keys(extents).length === 0) throw fail("missing-column", "nothing says which columns have the extents", "for example m=M,n=N,k=K for a matmul");
  const rest = Object.fromEntries(["dtype", "threads", "variant"].flatMap((role) => (sources.has(role) ? [[role, sources.get(role)!]] : [])));
  return { kind, time, extents, kinds, ...rest };
}

/** The unit that a column's name ends with: "latency (ms)", "time_usec", "latencyMs", "ms". */
function unitInName(name: string): string | undefined {
  const ending = (/(?:^|[\s_([.-])((?:n|u|[\u00b5\u03bc]|m)s(?:ecs?)?|(?:nano|micro|milli)seconds?)[\])]?$/i.exec(name) ?? /[\s_([.-](s(?:ecs?|econds?)?)[\])]?$/i.exec(name) ?? /[a-z]([NUM]s)$/.exec(name))?.[1]?.toLowerCase();
  if (ending === undefined) return undefined;
  return ending.startsWith("s") ? "s" : ending.startsWith("mic") || /^[u\u00b5\u03bc]/.test(ending) ? "us" : `${ending[0]!}s`;
}
