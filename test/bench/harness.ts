/** What a benchmark gets from `run.mjs`. */
export interface BenchContext {
  /** Operators, from `--size`; undefined = as the benchmark likes. */
  readonly sizes: readonly number[] | undefined;
  /** How often to repeat what takes long, from `--runs`. */
  readonly runs: number;
  /** A folder of its own that is removed afterwards. */
  readonly folder: string;
  /** Runs the benchmark's own `child` with these arguments in a process of its own, and returns what it returned. */
  inChild<Result>(...args: string[]): Result;
  /** Says on stderr what is going on. */
  progress(text: string): void;
}

/** What a benchmark returns. A number is shown with as many digits as its column says; undefined is left empty. */
export interface Table {
  readonly title: string;
  readonly columns: readonly (string | { readonly title: string; readonly digits: number })[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
  /** Lines below the table. */
  readonly notes?: readonly string[];
}

/** CPU milliseconds since `start`, user and system, of all threads. */
export function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** CPU milliseconds of a piece of work, what was left over before it collected first. */
export function timed(work: () => void): number {
  globalThis.gc?.();
  const start = process.cpuUsage();
  work();
  return cpuMs(start);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Times pieces of work in turn, A B A B …, after a warm-up of each; CPU milliseconds of each round. */
export function interleaved(works: readonly (() => void)[], rounds: number): number[][] {
  for (const work of works) work();
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) works.forEach((work, i) => times[i]!.push(timed(work)));
  return times;
}

/** Two pieces of work timed in turn: medians, the ratio b / a of them, and the smallest and largest ratio of a pair. */
export function pairedRatio(a: () => void, b: () => void, rounds = 7): { aMs: number; bMs: number; ratio: number; low: number; high: number } {
  const [as, bs] = interleaved([a, b], rounds) as [number[], number[]];
  const ratios = as.map((ms, i) => bs[i]! / ms).sort((x, y) => x - y);
  return { aMs: median(as), bMs: median(bs), ratio: median(bs) / median(as), low: ratios[0]!, high: ratios.at(-1)! };
}

/** "yes" or "no", beside an aim. */
export function met(reached: boolean): string {
  return reached ? "yes" : "no";
}

export function tableText({ title, columns, rows, notes = [] }: Table): string {
  const headers = columns.map((column) => (typeof column === "string" ? column : column.title));
  const digits = columns.map((column) => (typeof column === "string" ? 0 : column.digits));
  const cells = rows.map((row) => row.map((cell, i) => (typeof cell === "number" ? cell.toLocaleString("en", { minimumFractionDigits: digits[i]!, maximumFractionDigits: digits[i]! }) : (cell ?? ""))));
  const widths = headers.map((header, i) => Math.max(header.length, ...cells.map((row) => row[i]!.length)));
  const lines = [headers, ...cells].map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ").trimEnd());
  return [title, ...lines, ...notes].join("\n") + "\n";
}

/** The same for machines: one object a row, by column. */
export function tableJson({ title, columns, rows, notes }: Table): object {
  const headers = columns.map((column) => (typeof column === "string" ? column : column.title));
  return { title, rows: rows.map((row) => Object.fromEntries(headers.map((header, i) => [header, row[i]]))), ...(notes && { notes }) };
}
