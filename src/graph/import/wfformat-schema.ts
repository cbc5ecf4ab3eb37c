import { z } from "zod";
import { InputError, type Issue } from "../../base/errors.ts";
import { longestNs } from "../../base/units.ts";

/** What a replay needs of a workflow, whichever version of the format it came in. */
export interface Workflow {
  readonly name: string;
  readonly tasks: readonly WorkflowTask[];
  /** Size of each file that has one. */
  readonly fileBytes: ReadonlyMap<string, number>;
  readonly machines: readonly { readonly name: string; readonly cores: number }[];
}

export interface WorkflowTask {
  readonly id: string;
  readonly seconds: number;
  readonly cores: number;
  /** Ids of tasks that come before. */
  readonly parents: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const size = z.number().nonnegative();
/** Longer ones are not exact in ns. */
const seconds = z.number().nonnegative().max(Math.floor(longestNs / 1e9));
const names = z.array(z.string()).default([]);
const machine = z.object({ nodeName: z.string(), cpu: z.object({ coreCount: z.number().int().positive().optional(), count: z.number().int().positive().optional() }).optional() });

const version15 = z.object({
  name: z.string(),
  workflow: z.object({
    specification: z.object({
      tasks: z.array(z.object({ id: z.string(), parents: names, children: names, inputFiles: names, outputFiles: names })).min(1),
      files: z.array(z.object({ id: z.string(), sizeInBytes: size })).default([]),
    }),
    execution: z.object({
      tasks: z.array(z.object({ id: z.string(), runtimeInSeconds: seconds, coreCount: z.number().positive().optional() })),
      machines: z.array(machine).default([]),
    }),
  }),
});

const version14 = z.object({
  name: z.string(),
  workflow: z.object({
    tasks: z.array(z.object({
      name: z.string(), id: z.string().optional(), runtimeInSeconds: seconds, cores: z.number().positive().optional(), parents: names, children: names,
      files: z.array(z.object({ name: z.string(), link: z.enum(["input", "output"]), sizeInBytes: size })).default([]),
    })).min(1),
    machines: z.array(machine).default([]),
  }),
});

/** @throws {InputError} where the document is not a workflow, with the paths of what is wrong. */
export function readWorkflow(document: unknown, file: string): Workflow {
  const version = z.object({ schemaVersion: z.string() }).safeParse(document);
  if (!version.success) throw new InputError({ code: "bad-format", message: 'this is no WfFormat document: it has no "schemaVersion"', file });
  const read = version.data.schemaVersion === "1.5" ? from15 : version.data.schemaVersion === "1.4" ? from14 : undefined;
  if (!read) throw new InputError({ code: "bad-format", message: `WfFormat ${version.data.schemaVersion} is not supported`, file, path: ["schemaVersion"], hint: "1.5 or 1.4" });
  return read(document, file);
}

function from15(document: unknown, file: string): Workflow {
  const { name, workflow: { specification, execution } } = parse(version15, document, file);
  const measured = new Map(execution.tasks.map((task) => [task.id, task]));
  checkIds(specification.tasks.map(({ id }) => id), file);
  const missing = specification.tasks.filter(({ id }) => !measured.has(id));
  if (missing.length > 0) {
    throw new InputError(missing.slice(0, 20).map(({ id }) => ({ code: "no-runtime", message: `task "${id}" has no run time in workflow.execution.tasks`, file })));
  }
  const parentsOf = withChildren(specification.tasks, file);
  const tasks = specification.tasks.map(({ id, inputFiles, outputFiles }) => {
    const { runtimeInSeconds, coreCount = 1 } = measured.get(id)!;
    return { id, seconds: runtimeInSeconds, cores: coreCount, parents: parentsOf(id), inputs: inputFiles, outputs: outputFiles };
  });
  return { name, tasks, fileBytes: new Map(specification.files.map((entry) => [entry.id, entry.sizeInBytes])), machines: machinesOf(execution.machines) };
}

function from14(document: unknown, file: string): Workflow {
  const { name, workflow } = parse(version14, document, file);
  const specified = workflow.tasks.map((task) => ({ ...task, id: task.name }));
  checkIds(specified.map(({ id }) => id), file);
  const parentsOf = withChildren(specified, file);
  const fileBytes = new Map<string, number>();
  const tasks = specified.map((task) => {
    for (const entry of task.files) fileBytes.set(entry.name, entry.sizeInBytes);
    const linked = (link: string) => task.files.filter((entry) => entry.link === link).map((entry) => entry.name);
    return { id: task.id, seconds: task.runtimeInSeconds, cores: task.cores ?? 1, parents: parentsOf(task.id), inputs: linked("input"), outputs: linked("output") };
  });
  return { name, tasks, fileBytes, machines: machinesOf(workflow.machines) };
}

/** Parents of each task, from both ends: some writers give only children. @throws {InputError} for children that are no tasks. */
function withChildren(tasks: readonly { id: string; parents: readonly string[]; children: readonly string[] }[], file: string): (id: string) => readonly string[] {
  const parents = new Map(tasks.map((task) => [task.id, new Set(task.parents)]));
  const issues: Issue[] = [];
  for (const task of tasks) {
    for (const child of task.children) {
      const known = parents.get(child);
      if (known) known.add(task.id);
      else issues.push({ code: "unknown-task", message: `task "${task.id}" has a child "${child}" that does not exist`, file });
    }
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, 20));
  return (id) => [...parents.get(id)!];
}

function machinesOf(machines: readonly z.infer<typeof machine>[]): Workflow["machines"] {
  const byName = new Map(machines.map(({ nodeName, cpu }) => [nodeName, { name: nodeName, cores: cpu?.coreCount ?? cpu?.count ?? 1 }]));
  return [...byName.values()];
}

function checkIds(ids: readonly string[], file: string): void {
  const seen = new Set<string>();
  const issues: Issue[] = [];
  for (const id of ids) {
    if (seen.has(id)) issues.push({ code: "duplicate-name", message: `two tasks have the id "${id}"`, file });
    seen.add(id);
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, 20));
}

function parse<T>(schema: z.ZodType<T>, document: unknown, file: string): T {
  const result = schema.safeParse(document, { error: describe });
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 20).map((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    return { code: "bad-value", message: `${path.join(".") || "the document"} ${issue.message}`, file, path };
  });
  throw new InputError(issues);
}

/** What is wrong, as a phrase after the path. */
function describe(raw: z.core.$ZodRawIssue): string {
  const input: unknown = raw.input;
  if (input === undefined) return "is missing";
  const given = input === null ? "null" : Array.isArray(input) ? "a list" : typeof input === "object" ? "an object" : JSON.stringify(input).slice(0, 60);
  if (raw.code === "invalid_type") return `must be ${{ array: "a list", object: "an object", int: "a whole number" }[raw.expected as string] ?? `a ${raw.expected}`}, not ${given}`;
  if (raw.code === "too_small") return raw.origin === "array" ? "must have at least one item" : `must be ${raw.inclusive === false ? "more than" : "at least"} ${raw.minimum}, not ${given}`;
  if (raw.code === "too_big") return `must be at most ${raw.maximum}, not ${given}`;
  return `must not be ${given}`;
}
