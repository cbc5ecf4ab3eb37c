import { groupBy } from "../../base/csr.ts";
import type { Warning } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import type { Workload } from "../workload.ts";
import { processorMachine } from "../../machine/processors.ts";
import { GraphBuilder } from "../builder.ts";
import { describeCycle, findCycle } from "../topology.ts";
import { IssueList, toBytes } from "./issue-list.ts";
import { TasksReader } from "./tasks-reader.ts";
import { chooseTick } from "./tick.ts";

export { tasksFormat } from "./tasks-reader.ts";
export { tickForTasks } from "./tick.ts";

/**
 * Reads a task graph in the format `heddle-tasks/1`:
 * `{"format": "heddle-tasks/1", "processors": ["P1", …], "tasks": [{"name": "T1", "ns": [14, null, 9]}, …],
 * "edges": [{"from": "T1", "to": "T2", "ns": 18}, …]}`, with one duration a processor (null = cannot run there), and
 * the transfer time of an edge between any two different processors. A task may have a `deadlineNs`, counted from the
 * arrival of its job. Keys may come in any order.
 *
 * The bytes are read once, straight into columns: a million tasks never become a million objects.
 * @throws {InputError} with every problem found (up to 20), each with its line and column.
 */
export function importTasks(input: string | Uint8Array, { file }: { file: string }): Workload {
  const bytes = toBytes(input);
  const issues = new IssueList(file, bytes);
  const reader = new TasksReader(bytes, issues);
  reader.read();
  const { processors, names, taskName, ns, edgeNs } = reader;
  checkRows(reader, issues);
  // Without tasks every edge would be an unknown name.
  if (taskName.length === 0) issues.throwIfAny();
  const taskOf = tasksByName(reader, issues);
  const from = resolve(reader, taskOf, "from", issues);
  const to = resolve(reader, taskOf, "to", issues);
  issues.throwIfAny();
  checkDuplicateEdges(reader, from, to, issues);
  const cycle = findCycle(taskName.length, from, to);
  if (cycle) issues.add("cycle", describeCycle(cycle, (task) => names.text(taskName.get(task))), reader.edgeAt.get(cycle.edge), "this edge is on it");
  issues.throwIfAny();

  const builder = new GraphBuilder(file, { ops: taskName.length, tensors: from.length });
  const task = builder.class({ kind: "task" });
  for (let id = 0; id < taskName.length; id++) builder.opOfClass(task, names.text(taskName.get(id)));
  for (let edge = 0; edge < from.length; edge++) builder.edge(from[edge]!, to[edge]!, edgeNs.get(edge));
  for (const [id, deadlineNs] of reader.deadlineNs) builder.deadline(id, deadlineNs);
  const durations = ns.take();
  const { tickNs, exact } = chooseTick(durations, edgeNs.view(), [...reader.deadlineNs.values()]);
  const warnings = exact ? [] : [inexactTimes(tickNs)];
  return { graph: builder.build(), costs: { deviceCount: processors.length, ns: durations }, machine: processorMachine(processors), tickNs, warnings };
}

/** The warning that no tick makes all times exact. */
export function inexactTimes(tickNs: number): Warning {
  return { code: "inexact-times", message: `some times are not a whole number of ticks of ${tickNs} ns and are rounded` };
}

/** Every row has one duration a processor, and some processor can run the task. */
function checkRows(reader: TasksReader, issues: IssueList): void {
  const width = reader.processors.length;
  if (width === 0) return;
  const ns = reader.ns.view();
  let start = 0;
  for (let task = 0; task < reader.rowEnd.length && !issues.full; task++) {
    const end = reader.rowEnd.get(task);
    const name = () => reader.names.text(reader.taskName.get(task));
    const at = reader.taskAt.get(task);
    if (end - start !== width) {
      issues.add("bad-row", `task "${name()}" has ${end - start} durations for ${width} processors`, at, "one a processor, in their order; null where it cannot run");
    } else {
      let runnable = false;
      for (let i = start; i < end && !runnable; i++) runnable = ns[i]! < Infinity;
      if (!runnable) issues.add("cannot-run", `no processor can run task "${name()}": all its durations are null`, at);
    }
    start = end;
  }
}

/** The task of each name, -1 for names that only edges use. */
function tasksByName(reader: TasksReader, issues: IssueList): Int32Array {
  const taskOf = new Int32Array(reader.names.size).fill(-1);
  for (let task = 0; task < reader.taskName.length; task++) {
    const name = reader.taskName.get(task);
    if (taskOf[name]! >= 0) issues.add("duplicate-name", `two tasks are named "${reader.names.text(name)}"`, reader.taskAt.get(task));
    taskOf[name] = task;
  }
  return taskOf;
}

/** The tasks at one end of the edges, in place of their names. */
function resolve(reader: TasksReader, taskOf: Int32Array, end: "from" | "to", issues: IssueList): Uint32Array {
  const names = (end === "from" ? reader.edgeFrom : reader.edgeTo).take();
  for (let edge = 0; edge < names.length; edge++) {
    const task = taskOf[names[edge]!]!;
    if (task < 0 && !issues.full) {
      const name = reader.names.text(names[edge]!);
      const known = Array.from(reader.taskName.view().subarray(0, 10_000), (id) => reader.names.text(id));
      const near = nearest(name, known);
      issues.add("unknown-task", `there is no task "${name}"`, reader.positionOf(end, reader.edgeAt.get(edge)), near.length > 0 ? `did you mean ${near.join(" or ")}?` : undefined);
    }
    names[edge] = Math.max(task, 0);
  }
  return names;
}

/** No two edges join the same two tasks. */
function checkDuplicateEdges(reader: TasksReader, from: Uint32Array, to: Uint32Array, issues: IssueList): void {
  const order = groupBy(reader.taskName.length, to).item;
  const seenFor = new Int32Array(reader.taskName.length).fill(-1);
  const repeated: number[] = [];
  for (const edge of order) {
    if (seenFor[from[edge]!] === to[edge]) repeated.push(edge);
    seenFor[from[edge]!] = to[edge]!;
  }
  const name = (task: number) => reader.names.text(reader.taskName.get(task));
  for (const edge of repeated.sort((a, b) => a - b)) {
    if (issues.full) break;
    issues.add("duplicate-edge", `there is an edge from "${name(from[edge]!)}" to "${name(to[edge]!)}" already`, reader.edgeAt.get(edge), "give each pair of tasks one edge");
  }
}
