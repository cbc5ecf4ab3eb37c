import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkOptions } from "../base/check-options.ts";
import { InputError, thrownText, type Issue } from "../base/errors.ts";
import { suggestion, type Registry } from "../base/registry.ts";
import type { LoopPolicyDefinition, SchedulerDefinition, SyncDefinition, ThreadPolicyDefinition } from "../plugin.ts";
import { replay } from "../schedulers/replay.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
import type { Scenario } from "./scenario.ts";
import type { PolicyUse } from "./schema.ts";
import { describeIssue } from "./schema-issues.ts";
import { quote, type Path } from "./source-tree.ts";
import { zodOptions } from "./zod-options.ts";

/** Everything that a scenario chooses by `use`. */
export type AnyPolicyDefinition = SchedulerDefinition | SyncDefinition | ThreadPolicyDefinition | LoopPolicyDefinition;

/** A policy that was found, and its checked options: `definition.create(options)` makes a fresh one for each run. */
export interface ChosenPolicy<D> {
  readonly definition: D;
  readonly options: unknown;
  /** Set by {@link loadPolicy}; absent for a definition made in the program. */
  readonly origin?: PolicyOrigin;
}

/** Where a policy came from, as plain data, so that another thread can load it too. */
export interface PolicyOrigin {
  /** What `import` takes; absent for a built-in policy. */
  readonly module?: string;
  /** The built-in policy's name, or the export of the module. */
  readonly name: string;
  /** As they were given, before the check that fills in defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The trace whose placement is among the options of `replay`, as it was named. */
  readonly trace?: string;
}

interface FoundPolicy<D> extends Omit<PolicyOrigin, "options" | "trace"> {
  readonly definition: D;
}

/**
 * Finds a policy by its name in the registry, by file (`./mine.mjs`, `./mine.mjs#export`; relative to the file that
 * names it) or by package, and checks its shape and the options beside `use`. Without `#export` the default export is
 * taken, else the only one that is a policy. Loading a file runs it.
 * The trace that `replay` may name is read here, and handed on as a placement.
 * @param path of the section in the scenario, for positions
 * @param own what the scenario runs with: named again without options, it keeps its own
 * @throws {InputError} when there is no such policy, the module cannot be loaded, or the options do not fit.
 */
export async function loadPolicy<D extends AnyPolicyDefinition>(scenario: Scenario, path: Path, use: PolicyUse, registry: Registry<D>, readFile: ReadFile = readOrdinaryFile, own?: ChosenPolicy<D>): Promise<ChosenPolicy<D>> {
  const useAt = scenario.position([...path, "use"]);
  const { use: named, ...options } = use;
  try {
    const builtIn = registry.tryGet(named);
    const { definition, ...source }: FoundPolicy<D> = builtIn === undefined ? await importPolicy<D>(named, scenario, path, registry) : { definition: builtIn, name: named };
    if (definition === own?.definition && Object.keys(options).length === 0) return own;
    const given = definition === replay ? await withPlacement(options, scenario, path, readFile) : options;
    return { definition, options: await checkedOptions(definition, given, registry.kind, scenario, path), origin: { ...source, options: given, ...(given !== options && { trace: options["trace"] as string }) } };
  } catch (error) {
    if (!(error instanceof InputError) && registry.tryGet(named) !== undefined) throw error;
    // Not only `import` runs a stranger's code: so do getters, and the check of options.
    const known = error instanceof InputError ? error : notLoaded(named, error);
    throw new InputError(known.issues.map((issue) => (issue.file === undefined ? { ...issue, ...useAt, path: [...path, "use"] } : issue)));
  }
}

/** Options of `replay` with the placement of the trace that they name. */
async function withPlacement(options: Readonly<Record<string, unknown>>, scenario: Scenario, path: Path, readFile: ReadFile): Promise<Readonly<Record<string, unknown>>> {
  const { trace, ...rest } = options;
  if (typeof trace !== "string" || rest["placement"] !== undefined) return options;
  const at = [...path, "trace"];
  try {
    const file = scenario.path(trace, at);
    const [{ loadTrace }, { recordedPlacement }] = await Promise.all([import("../trace/saved-trace.ts"), import("./recorded-placement.ts")]);
    const recorded = loadTrace(new TextDecoder().decode(await readFile(file)), { file });
    if (recorded.instance.duplicateOf !== undefined) throw new InputError({ code: "duplicates", message: `the recorded run ran operators several times, and replay runs each once`, hint: `repeat it with its own scheduler, ${recorded.scheduler}` });
    return { ...rest, placement: recordedPlacement(recorded) };
  } catch (error) {
    throw scenario.blame(error, at);
  }
}

/** True when a policy is not built in, and its module is there: to load it is to run a stranger's code. */
export function isForeignPolicy<D extends AnyPolicyDefinition>(scenario: Scenario, path: Path, use: PolicyUse, registry: Registry<D>): boolean {
  if (registry.tryGet(use.use) !== undefined) return false;
  try {
    return locate(use.use.split("#", 1)[0]!, policyFolder(scenario, path)) !== undefined;
  } catch {
    return false;
  }
}

/** What a policy's file name is relative to. */
function policyFolder(scenario: Scenario, path: Path): string {
  return resolve(dirname(scenario.path("x", [...path, "use"])));
}

async function importPolicy<D extends AnyPolicyDefinition>(named: string, scenario: Scenario, path: Path, registry: Registry<D>): Promise<FoundPolicy<D>> {
  const hash = named.indexOf("#");
  const module = hash < 0 ? named : named.slice(0, hash);
  const wanted = hash < 0 ? undefined : named.slice(hash + 1);
  const specifier = locate(module, policyFolder(scenario, path));
  if (specifier === undefined) throw new InputError({ code: `unknown-${registry.kind.replaceAll(" ", "-")}`, message: `there is no ${registry.kind} ${quote(named)}`, hint: existsSync(resolve(policyFolder(scenario, path), module)) ? `a file is named with its folder: ./${named}` : registry.hint(named) });
  let exported: Record<string, unknown>;
  try {
    exported = (await import(specifier)) as Record<string, unknown>;
  } catch (error) {
    throw notLoaded(module, error);
  }
  if (wanted !== undefined) {
    if (!Object.hasOwn(exported, wanted)) throw new InputError({ code: "unknown-export", message: `${module} has no export ${quote(wanted)}`, hint: suggestion(wanted, Object.keys(exported)) });
    return { definition: checkShape<D>(exported[wanted], named, registry.kind), module: specifier, name: wanted };
  }
  if (exported["default"] !== undefined) return { definition: checkShape<D>(exported["default"], named, registry.kind), module: specifier, name: "default" };
  const policies = Object.keys(exported).filter((key) => missingParts(exported[key]).length === 0);
  if (policies.length === 1) return { definition: exported[policies[0]!] as D, module: specifier, name: policies[0]! };
  throw policies.length === 0
    ? new InputError({ code: "bad-policy", message: `${module} has no export that is a ${registry.kind}`, hint: shapeHint })
    : new InputError({ code: "unknown-export", message: `${module} has several policies`, hint: `choose one: ${policies.map((key) => `${module}#${key}`).join(", ")}` });
}

/** What `import` takes, or undefined when there is no such package. @throws {InputError} when there is no such file. */
function locate(module: string, folder: string): string | undefined {
  if (/^\.{1,2}[\\/]|^[\\/]|^[A-Za-z]:[\\/]/.test(module)) {
    const file = resolve(folder, module);
    if (!existsSync(file)) throw new InputError({ code: "missing-file", message: `there is no file ${module}` });
    return pathToFileURL(file).href;
  }
  if (!/^(@[\w.-]+\/)?[\w.-]+(\/[\w./-]+)?$/.test(module)) return undefined;
  const require = createRequire(join(folder, "scenario.yaml"));
  const name = module.split("/").slice(0, module.startsWith("@") ? 2 : 1).join("/");
  if (!(require.resolve.paths(name) ?? []).some((place) => existsSync(join(place, name)))) return undefined;
  try {
    return pathToFileURL(require.resolve(module)).href;
  } catch {
    // A package for `import` only: it is found from here when it is installed beside Heddle.
    return module;
  }
}

const shapeHint = "a policy is {name, summary, create(options)}; see defineScheduler and defineSync of heddle/plugin";

function missingParts(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return ["name", "summary", "create"];
  const { name, summary, create } = value as Record<string, unknown>;
  return [typeof name === "string" && name !== "" ? "" : "name", typeof summary === "string" ? "" : "summary", typeof create === "function" ? "" : "create"].filter((part) => part !== "");
}

function checkShape<D>(value: unknown, named: string, kind: string): D {
  const missing = missingParts(value);
  if (missing.length === 0) return value as D;
  throw new InputError({ code: "bad-policy", message: `${named} is not a ${kind}: ${typeof value === "object" && value !== null ? `it lacks ${missing.join(", ")}` : `it is ${quote(value)}`}`, hint: shapeHint });
}

async function checkedOptions(definition: AnyPolicyDefinition, given: Readonly<Record<string, unknown>>, kind: string, scenario: Scenario, path: Path): Promise<unknown> {
  const zodSchema = zodOptions(definition);
  if (zodSchema !== undefined) {
    const parsed = await zodSchema.safeParseAsync(given, { error: describeIssue });
    if (!parsed.success) throw new InputError(scenario.schemaIssues(parsed.error.issues, path));
    return parsed.data;
  }
  const checked = await checkOptions(definition, given);
  if (checked.issues === undefined) return checked.options;
  throw new InputError(checked.issues.map(({ code, message, path: below }): Issue => {
    const at = [...path, ...below];
    return { code, message: `${code === "unknown-key" ? "the " : ""}${kind} ${message}`, ...scenario.position(at, code === "unknown-key" ? "key" : "value"), path: at };
  }));
}

function notLoaded(module: string, error: unknown): InputError {
  const inFile = error instanceof SyntaxError && !error.message.includes("does not provide an export");
  return new InputError({ code: "policy-not-loaded", message: `cannot load ${module}: ${firstLine(error)}`, ...(inFile ? { hint: `node --check ${module} shows the line` } : (error as { code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION" ? { hint: "a policy is a JavaScript module: its file ends in .mjs or .js" } : {}) });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${thrownText(error)}` : thrownText(error);
  return text.split("\n", 1)[0]!.slice(0, 200);
}
