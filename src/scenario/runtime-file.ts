import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { knobSchema, type Knobs } from "./runtime-knobs.ts";
import { readSources } from "./read-sources.ts";
import type { ReadFile } from "./read-file.ts";
import { describeIssue, schemaIssues } from "./schema-issues.ts";
import { quote, toPlain, type Position, type SourceMap } from "./source-tree.ts";

/** The runtimes that come with Heddle: files of `scenarios/programs`. */
export const shippedRuntimes = [
  "onnxruntime-sequential", "onnxruntime-parallel", "tensorflow", "pytorch", "openmp", "numexpr", "dask", "pyro", "mpi",
  "static-pool", "dynamic-pool", "hybrid-pool",
] as const;

/** A runtime as its file describes it: what it can be told, and the sections of a scenario that it stands for. */
export interface RuntimeFile {
  readonly name: string;
  /** The first sentence of its description. */
  readonly summary: string;
  readonly description: string;
  readonly knobs: Knobs;
  /** What the real runtime is told in any case, to be this one. */
  readonly settings: readonly string[];
  /** Values computed from knobs, in this order. */
  readonly derived: readonly string[];
  readonly source: SourceMap;
}

const head = z.looseObject({
  name: z.string().min(1).max(200),
  description: z.string().min(1),
  settings: z.array(z.string()).optional(),
  knobs: z.record(z.string().regex(/^[A-Za-z_]\w*$/, { message: "letters, digits and _" }), knobSchema).optional(),
  derived: z.record(z.string().regex(/^[A-Za-z_]\w*$/, { message: "letters, digits and _" }), z.unknown()).optional(),
});

/** Keys of the file that are no part of a scenario. */
const ownKeys = ["name", "description", "settings", "knobs", "derived"];

/** The file of a runtime that comes with Heddle. */
export function runtimePath(name: string): string {
  return join(fileURLToPath(new URL("../../scenarios/programs/", import.meta.url)), `${name}.yaml`);
}

/** True where a runtime is meant by its name, and not as a file. */
export function isRuntimeName(use: string): boolean {
  return !/[/\\]|\.ya?ml$/i.test(use);
}

/**
 * Reads the file of a runtime.
 * @param use a name ({@link shippedRuntimes}), or a file
 * @param at where it was named, for messages
 * @throws {InputError} for an unknown name, and with everything that is wrong with the head of the file.
 */
export async function readRuntime(use: string, file: string, at: Position | undefined, readFile?: ReadFile): Promise<RuntimeFile> {
  if (isRuntimeName(use) && !(shippedRuntimes as readonly string[]).includes(use)) {
    throw new InputError({ code: "unknown-runtime", message: `there is no runtime ${quote(use)}`, ...at, hint: suggestion(use, shippedRuntimes) });
  }
  const source = await readSources(file, readFile);
  const parsed = head.safeParse(toPlain(source), { error: describeIssue });
  if (!parsed.success) throw new InputError(schemaIssues(parsed.error.issues, source));
  const { name, description, settings = [], knobs = {}, derived = {} } = parsed.data;
  const issues: Issue[] = [...Object.keys(knobs), ...Object.keys(derived)].filter((knob) => reserved.includes(knob)).map((knob) => ({ code: "bad-name", message: `$${knob} is given`, ...source.at, hint: "choose another name" }));
  if (issues.length > 0) throw new InputError(issues);
  return { name, summary: description.split(/(?<=\.)\s/)[0]!.trim().replace(/\.$/, ""), description, settings, knobs, derived: Object.keys(derived), source };
}

/** What the engine and the machine give. */
const reserved: readonly string[] = ["i", "thread", "count", "argument", "cores", "operators", "instances", "accelerators", "nodes"];

/** The sections of a scenario in a runtime's file. */
export function sectionsOf({ source }: RuntimeFile): SourceMap {
  return { ...source, entries: new Map([...source.entries].filter(([key]) => !ownKeys.includes(key))) };
}
