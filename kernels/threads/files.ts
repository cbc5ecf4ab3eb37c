import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../src/base/errors.ts";
import type { ComparedCase } from "./cases/compare.ts";
import type { CaseResult } from "./cases/measure.ts";
import { neededItems } from "./cases/simulate.ts";
import type { ThreadCase } from "./cases/thread-case.ts";
import type { MeasuredOn, RawSamples, ThreadCosts } from "./micro/costs.ts";

/** The file `heddle-thread-cases/1`: what cases took. */
export interface MeasuredCases {
  readonly format: "heddle-thread-cases/1";
  /** Day of the measurement, as 2026-01-31. */
  readonly date: string;
  readonly machine: MeasuredOn;
  readonly results: readonly CaseResult[];
}

/**
 * Reads a profile of costs.
 * @throws {InputError} where it is none, or lacks an item without which nothing can be simulated
 */
export function readCosts(file: string): ThreadCosts {
  const fail = failure("bad-profile", file, "node kernels/threads/run.mjs costs --json FILE writes a profile");
  const profile = readJson(file, fail) as Partial<ThreadCosts> | null;
  if (profile?.format !== "heddle-thread-costs/1") throw fail("the file is no profile of thread costs");
  const missing = neededItems.filter((name) => typeof profile.costs?.[name]?.value !== "number");
  if (missing.length > 0) throw fail(`the profile has no ${missing.join(", ")}`);
  return profile as ThreadCosts;
}

/**
 * Reads cases that were measured before, without what was simulated then.
 * @param known all cases there are, on so many cores: the results are of these
 * @throws {InputError} where the file holds no cases, or some that are now other programs
 */
export function readCases(file: string, known: (cores: number) => readonly ThreadCase[]): MeasuredCases {
  const fail = failure("bad-cases", file, "node kernels/threads/run.mjs --json FILE writes the cases that it measures");
  const { format, date, machine, results } = (readJson(file, fail) ?? {}) as Partial<MeasuredCases>;
  if (format !== "heddle-thread-cases/1" || typeof machine?.cores !== "number" || !Array.isArray(results) || !results.every(isResult)) throw fail("the file holds no measured cases");
  const cases = new Map(known(machine.cores).map((one) => [one.name, one]));
  const changed = results.filter(({ case: one }) => !isDeepStrictEqual(one, cases.get(one.name)));
  if (changed.length > 0) throw fail(`${changed.length} of its cases are not the programs that they are now, such as "${changed[0]!.case.name}": measure again`);
  return { format, date: date ?? "", machine, results: results.map(asMeasured) };
}

/** Without what an earlier comparison said of it. */
function asMeasured(compared: ComparedCase): MeasuredCases["results"][number] {
  return Object.fromEntries(Object.entries(compared).filter(([key]) => key !== "simulatedNs" && key !== "error")) as unknown as MeasuredCases["results"][number];
}

function isResult(value: unknown): value is ComparedCase {
  const { case: one, nsPerOperation: ns, throughput } = (value ?? {}) as Partial<ComparedCase>;
  return typeof one?.name === "string" && (ns === undefined || [ns?.value, ns?.low, ns?.high, throughput].every((figure) => typeof figure === "number"));
}

/**
 * Reads samples from several files.
 * @throws {InputError} where a file cannot be read, or a line of it is not JSON
 */
export function readSamples(files: string): RawSamples[] {
  return files.split(",").flatMap((file) => {
    const fail = failure("bad-samples", file, "node kernels/threads/run.mjs costs --raw FILE writes samples");
    return readText(file, fail).split("\n").filter((line) => line !== "").map((line) => parsed(line, "a line", fail) as RawSamples);
  });
}

/** Writes JSON, and the folders that it lies in. */
export function writeJson(file: string, value: object): void {
  writeText(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Writes a text, and the folders that it lies in. */
export function writeText(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError({ code: "cannot-write", message: `cannot write ${file}: ${(error as Error).message}` });
  }
}

type Failure = (message: string) => InputError;

function failure(code: string, file: string, hint: string): Failure {
  return (message) => new InputError({ code, message, file, hint });
}

function readJson(file: string, fail: Failure): unknown {
  return parsed(readText(file, fail), "the file", fail);
}

function readText(file: string, fail: Failure): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fail(`cannot be read: ${(error as Error).message}`);
  }
}

function parsed(text: string, what: string, fail: Failure): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail(`${what} is not JSON`);
  }
}
