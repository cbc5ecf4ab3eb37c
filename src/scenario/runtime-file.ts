import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { knobSchema, type Knobs } from "./runtime-knobs.ts";
import { yamlByteLimit } from "./parse-yaml.ts";
import { readSources } from "./read-sources.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
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

const variable = z.string().regex(/^[A-Za-z_]\w*$/, { message: "letters, digits and _" });

/** What the file of a runtime has beside sections of a scenario. */
export const runtimeHead = z.looseObject({
  name: z.string().min(1).max(200).describe("What it is called in results"),
  description: z.string().min(1).describe("What it does; the first sentence stands in lists"),
  settings: z.array(z.string()).optional().describe("Lines that the real runtime is told in any case, to be this one"),
  knobs: z.record(variable, knobSchema).optional().describe("What it can be told, by name"),
  derived: z.record(variable, z.unknown()).optional().describe("Values computed from knobs, by name, in this order"),
});

/** Keys of the file that are no part of a scenario. */
const ownKeys = ["name", "description", "settings", "knobs", "derived"];

/** As messages name the folder of those that come with Heddle, wherever that is installed: results are the same on every machine. */
const shippedFolder = "heddle/scenarios/programs";

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
  const source = await (isRuntimeName(use) ? readShipped(file, readFile) : readSources(file, readFile));
  const parsed = runtimeHead.safeParse(toPlain(source), { error: describeIssue });
  if (!parsed.success) throw new InputError(schemaIssues(parsed.error.issues, source));
  const { name, description, settings = [], knobs = {}, derived = {} } = parsed.data;
  const issues: Issue[] = [...Object.keys(knobs), ...Object.keys(derived)].filter((knob) => reserved.includes(knob)).map((knob) => ({ code: "bad-name", message: `$${knob} is given`, ...source.at, hint: "choose another name" }));
  if (issues.length > 0) throw new InputError(issues);
  return { name, summary: description.split(/(?<=\.)\s/)[0]!.trim().replace(/\.$/, ""), description, settings, knobs, derived: Object.keys(derived), source };
}

function readShipped(file: string, readFile: ReadFile = (path) => readOrdinaryFile(path, yamlByteLimit)): Promise<SourceMap> {
  return readSources(join(shippedFolder, basename(file)), (shown) => readFile(join(dirname(file), relative(shippedFolder, shown))));
}

/** What the engine and the machine give. */
const reserved: readonly string[] = ["i", "thread", "count", "argument", "cores", "operators", "instances", "accelerators", "nodes"];

/** The sections of a scenario in a runtime's file. */
export function sectionsOf({ source }: RuntimeFile): SourceMap {
  return { ...source, entries: new Map([...source.entries].filter(([key]) => !ownKeys.includes(key))) };
}
