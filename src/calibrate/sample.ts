import { InputError, type Issue } from "../base/errors.ts";
import { dtypeBytes, type DType, type Shape } from "../graph/graph.ts";

/** The format that this version reads and writes. */
export const sampleFormat = "heddle-samples/1";

/** One thing to measure: an operator of the catalogue with its extents, as some backend runs it. */
export interface Kernel {
  /** Kind of the operator catalogue ("matmul", "conv" …); figures that are no operator have names of their own with a dot in it ("memory.latency", "run.nodes"). */
  readonly kind: string;
  /** Extents by the names that the catalogue gives them, such as { batch: 1, m: 512, n: 64, k: 64 }; flops and bytes follow from them. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Threads that one operator may use. Absent where that has no meaning, as on a GPU. */
  readonly threads?: number;
  /** How it was run where there are several ways: "nchwc" (blocked layout), "bias", "relu" (fused activation) … Absent = the plain operator. Parts are joined by "+". */
  readonly variant?: string;
}

/** Times of one kernel, measured in one round. */
export interface Sample extends Kernel {
  /** The variant that was asked for ("" = the plain one), where the backend ran it as another. */
  readonly asked?: string;
  /** From 0. Rounds lie apart in time, and each has a process of its own. */
  readonly round: number;
  /** Every time that was measured, in nanoseconds and in the order of measuring; outliers are left in. Never empty. */
  readonly ns: readonly number[];
  /** Share of all cores' time that other programs had meanwhile, from 0 to 1; absent where the system does not say. */
  readonly load?: number;
  /** How many kernels the same process had measured before. Where it is given, a time that grows with it is told apart from that of the kernel. */
  readonly place?: number;
}

/** A kernel that could not be measured. */
export interface SampleFailure extends Kernel {
  readonly round: number;
  /** Why, in words: "did not end within 20 s". */
  readonly failure: string;
}

/** Where, when and with what something was measured; no names of machines or users. */
export interface SampleHeader {
  readonly format: typeof sampleFormat;
  /** What was measured: name of the processor or accelerator. */
  readonly device: string;
  /** Name of the backend: "ort", "tfjs", "wgsl", "cuda", "host". */
  readonly backend: string;
  /** Day on which the file was begun, as 2026-01-31. */
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number; readonly os: string };
  /** Versions of what the kernels ran on: { node: "20.20.2", "onnxruntime-node": "1.30.0" }. */
  readonly versions: Readonly<Record<string, string>>;
  /** What else a reader should know, such as how the times were taken. */
  readonly note?: string;
}

/** A sample file, read. */
export interface SampleFile {
  readonly header: SampleHeader;
  readonly samples: readonly Sample[];
  readonly failures: readonly SampleFailure[];
}

/** The kernel as one text: the same for the same kernel, whatever the order of its extents. */
export function kernelKey({ kind, shape, dtype, threads, variant }: Kernel): string {
  const extents = Object.keys(shape).sort().map((name) => `${name}=${shape[name]}`).join(",");
  return [kind, dtype, extents, threads ?? "", variant ?? ""].join("|");
}

/** One line of a sample file, with its line break. Times are kept to six digits: no clock knows more. */
export function sampleLine(line: SampleHeader | Sample | SampleFailure): string {
  return `${JSON.stringify(line, (key, value: unknown) => (typeof value === "number" && key !== "memoryBytes" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value))}\n`;
}

/** More problems than these are not listed. */
const mostIssues = 20;

/**
 * Reads a sample file (`heddle-samples/1`, JSON lines: the header, then a sample or a failure on each line). A last line
 * without its line break is left out where it is cut off: measuring was ended while it was written.
 * @param file name for the messages
 * @throws {InputError} with line and column, for what is not such a file: another format, a line that is not JSON, a
 * field that is missing or of the wrong type, times that are not positive numbers.
 * @example
 * const { header, samples } = parseSamples(text, "ort.jsonl");
 */
export function parseSamples(text: string, file?: string): SampleFile {
  const lines = text.replace(/^\ufeff/, "").split("\n");
  const cut = lines.pop()!;
  if (cut.trim() !== "" && isJson(cut)) lines.push(cut);
  const issues: Issue[] = [];
  const problem = (line: number, column: number, code: string, message: string, hint?: string): void => {
    issues.push({ code, message, line, column, ...(file !== undefined && { file }), ...(hint !== undefined && { hint }) });
  };
  let header: SampleHeader | undefined;
  const samples: Sample[] = [];
  const failures: SampleFailure[] = [];
  for (const [at, source] of lines.entries()) {
    if (issues.length >= mostIssues) break;
    if (source.trim() === "") continue;
    const line = at + 1;
    const value = parseLine(source, (column, message) => problem(line, column, "bad-json", message, header === undefined ? "a sample file is JSON lines: the header, then a sample on each" : undefined));
    if (value !== undefined) {
      const wrong = header === undefined ? headerProblem(value) : lineProblem(value);
      if (wrong !== undefined) problem(line, columnOf(source, wrong.key), wrong.code ?? "bad-sample", wrong.message, wrong.hint);
      else if (header === undefined) header = value as unknown as SampleHeader;
      else if (value["failure"] !== undefined) failures.push(value as unknown as SampleFailure);
      else samples.push(value as unknown as Sample);
    }
    // Without a header, every further line would be wrong as well.
    if (header === undefined) break;
  }
  if (issues.length > 0) throw new InputError(issues);
  if (header === undefined) throw new InputError({ code: "empty-file", message: "there are no samples: the file is empty", ...(file !== undefined && { file }) });
  return { header, samples, failures };
}

type Fields = Record<string, unknown>;
interface Problem {
  readonly key?: string;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parseLine(source: string, fail: (column: number, message: string) => void): Fields | undefined {
  try {
    const value: unknown = JSON.parse(source);
    if (isFields(value)) return value;
    fail(1, "the line is not an object: each line is {…}");
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    fail(position === undefined ? source.length : Number(position) + 1, "the line is not JSON");
  }
  return undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function columnOf(source: string, key: string | undefined): number {
  return key === undefined ? 1 : Math.max(0, source.indexOf(`"${key}"`)) + 1;
}

function headerProblem(value: Fields): Problem | undefined {
  const format = value["format"];
  if (format === undefined) return { message: "the first line is the header, and needs \"format\"", code: "no-header", hint: `{"format":"${sampleFormat}","device":…,"backend":…,"date":…,"machine":{…},"versions":{…}}` };
  if (format !== sampleFormat) return { key: "format", message: `the format is ${JSON.stringify(format)}; this version reads "${sampleFormat}"`, code: "format-version" };
  for (const key of ["device", "backend", "date"]) {
    if (typeof value[key] !== "string" || value[key] === "") return { key, message: `the header needs "${key}", a text` };
  }
  if (!isFields(value["machine"])) return { key: "machine", message: "the header needs \"machine\", an object with cpu, cores, memoryBytes and os" };
  if (!isFields(value["versions"]) || Object.values(value["versions"]).some((version) => typeof version !== "string")) return { key: "versions", message: "the header needs \"versions\", an object of texts" };
  return undefined;
}

function lineProblem(value: Fields): Problem | undefined {
  const { kind, shape, dtype, threads, variant, round, ns, load, place, failure } = value;
  if (typeof kind !== "string" || kind === "") return { key: "kind", message: "a sample needs \"kind\", a text" };
  if (!isFields(shape)) return { key: "shape", message: "a sample needs \"shape\", an object of extents" };
  for (const [name, extent] of Object.entries(shape)) {
    if (!(Number.isFinite(extent) && (extent as number) >= 0)) return { key: name, message: `extent ${name} is ${JSON.stringify(extent)}; it must be a number, 0 or more` };
  }
  if (typeof dtype !== "string" || !Object.hasOwn(dtypeBytes, dtype)) return { key: "dtype", message: `"dtype" is ${JSON.stringify(dtype) ?? "missing"}; it must be one of ${Object.keys(dtypeBytes).join(", ")}` };
  if (threads !== undefined && !(Number.isInteger(threads) && (threads as number) > 0)) return { key: "threads", message: `"threads" is ${JSON.stringify(threads)}; it must be a whole number from 1` };
  if (variant !== undefined && typeof variant !== "string") return { key: "variant", message: "\"variant\" must be a text" };
  if (value["asked"] !== undefined && typeof value["asked"] !== "string") return { key: "asked", message: "\"asked\" must be a text" };
  if (!(Number.isInteger(round) && (round as number) >= 0)) return { key: "round", message: "a sample needs \"round\", a whole number from 0" };
  if (load !== undefined && !(typeof load === "number" && load >= 0 && load <= 1)) return { key: "load", message: `"load" is ${JSON.stringify(load)}; it must be from 0 to 1` };
  if (place !== undefined && !(Number.isInteger(place) && (place as number) >= 0)) return { key: "place", message: `"place" is ${JSON.stringify(place)}; it must be a whole number from 0` };
  if (failure !== undefined) return typeof failure === "string" ? undefined : { key: "failure", message: "\"failure\" must be a text" };
  if (!Array.isArray(ns) || ns.length === 0) return { key: "ns", message: "a sample needs \"ns\", a list of one or more times" };
  const bad = ns.findIndex((time) => !(typeof time === "number" && Number.isFinite(time) && time > 0));
  return bad < 0 ? undefined : { key: "ns", message: `time ${bad + 1} is ${JSON.stringify(ns[bad])}; times are nanoseconds, more than 0`, code: "bad-time" };
}
