import { InputError, type Issue, type Warning } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import type { Workload } from "../workload.ts";
import { processorMachine } from "../../machine/processors.ts";
import { GraphBuilder } from "../builder.ts";
import { IssueList, toBytes } from "./issue-list.ts";
import { JsonReader } from "./json-reader.ts";
import { processorNames } from "./uniform-tasks.ts";
import { readWorkflow, type Workflow } from "./wfformat-schema.ts";

/**
 * Reads a workflow in the JSON format of WfCommons, version 1.5 (and 1.4, where tasks carry their run times and files
 * themselves). A file is a tensor of its size, one for all tasks that read it; files that no task makes are inputs. A
 * parent that shares no file with its child still comes first.
 *
 * The machines are those of the file, each with a slot a core, and a task takes its measured time on any of them; with
 * `processors` they are that many equal ones of one slot. Files move at 1 GB/s between any two machines, since the
 * format says nothing of the network; a warning says so.
 * @source https://wfcommons.org and its schema, https://github.com/wfcommons/WfFormat
 * @throws {InputError} with every problem found; line and column where it is not JSON, the path in the document elsewhere.
 */
export function importWfformat(input: string | Uint8Array, { file, processors }: { file: string; processors?: number }): Workload {
  const equal = processors === undefined ? undefined : processorNames(processors);
  const workflow = readWorkflow(parseJson(input, file), file);
  const { tasks, machines } = workflow;
  const warnings: Warning[] = [];
  const names = equal ?? (machines.length > 0 ? machines.map((machine) => machine.name) : ["P1"]);
  if (!equal && machines.length === 0) warnings.push({ code: "no-machines", message: `${file} names no machines; one processor is used`, });
  const wide = tasks.filter((task) => task.cores > 1).length;
  if (wide > 0) warnings.push({ code: "wide-tasks", message: `${wide} tasks used several cores when they were measured; each takes one slot here` });

  const graph = buildGraph(workflow, file, warnings);
  const ns = new Float64Array(tasks.length * names.length);
  for (const [id, task] of tasks.entries()) ns.fill(Math.round(task.seconds * 1e9), id * names.length, (id + 1) * names.length);
  const machine = processorMachine(names, equal ? {} : { slots: names.map((_, id) => machines[id]?.cores ?? 1) });
  if (graph.tensorCount > 0) warnings.push({ code: "assumed-network", message: "the format says nothing of the network; files move at 1 GB/s between any two machines" });
  return { graph, costs: { deviceCount: names.length, ns }, machine, tickNs: 1, warnings };
}

function buildGraph({ name, tasks, fileBytes }: Workflow, file: string, warnings: Warning[]) {
  const builder = new GraphBuilder(name);
  const idOf = new Map(tasks.map((task, id) => [task.id, id]));
  for (const task of tasks) builder.op({ kind: "task", shape: task.cores > 1 ? { cores: task.cores } : {} }, task.id);

  const tensorOf = new Map<string, number>();
  const producerOf = new Map<string, number>();
  let remade = 0;
  for (const [id, task] of tasks.entries()) {
    for (const output of task.outputs) {
      if (producerOf.has(output)) remade++;
      else {
        producerOf.set(output, id);
        tensorOf.set(output, builder.output(id, fileBytes.get(output) ?? 0, output));
      }
    }
  }
  if (remade > 0) warnings.push({ code: "remade-files", message: `${remade} files are written by a second task; their first writer counts` });

  const issues: Issue[] = [];
  for (const [id, task] of tasks.entries()) {
    const suppliers = new Set<number>();
    for (const input of task.inputs) {
      let tensor = tensorOf.get(input);
      if (tensor === undefined) tensorOf.set(input, (tensor = builder.source("input", fileBytes.get(input) ?? 0, input)));
      const producer = producerOf.get(input) ?? -1;
      // A task that updates a file in place does not wait for itself.
      if (producer === id) continue;
      builder.feed(tensor, id);
      suppliers.add(producer);
    }
    for (const parent of task.parents) {
      const from = idOf.get(parent);
      if (from === undefined) {
        const near = nearest(parent, [...idOf.keys()].slice(0, 10_000));
        issues.push({ code: "unknown-task", message: `task "${task.id}" has a parent "${parent}" that does not exist`, file, ...(near.length > 0 && { hint: `did you mean ${near.join(" or ")}?` }) });
      } else if (!suppliers.has(from)) builder.edge(from, id, 0);
    }
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, 20));
  const unsized = [...tensorOf.keys()].filter((name) => !fileBytes.has(name));
  if (unsized.length > 0) warnings.push({ code: "missing-size", message: `${unsized.length} of ${tensorOf.size} files have no size (the first is "${unsized[0]!}"): they move in no time` });
  try {
    return builder.build();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(error.issues.map((issue) => ({ ...issue, file })));
    throw error;
  }
}

/** JSON as objects; errors get a position. */
function parseJson(input: string | Uint8Array, file: string): unknown {
  const bytes = toBytes(input);
  const issues = new IssueList(file, bytes);
  const reader = new JsonReader(bytes, issues);
  if (reader.peek() < 0) issues.fail("empty-file", "the file is empty");
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    reader.skip();
    reader.syntax("the end of the file");
  }
}
