import { F64Column, U32Column } from "../../base/columns.ts";
import type { Warning } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import type { Workload } from "../workload.ts";
import { processorMachine } from "../../machine/processors.ts";
import { GraphBuilder } from "../builder.ts";
import { describeCycle, findCycle } from "../topology.ts";
import { readTasks, type EsteeTask } from "./estee-tasks.ts";
import { IssueList, toBytes } from "./issue-list.ts";
import { JsonReader } from "./json-reader.ts";
import { processorNames } from "./uniform-tasks.ts";

/** Options of {@link importEstee}. */
export interface EsteeOptions {
  readonly file: string;
  /** Which graph of the file: its name, or its key ("0", "1" …) where several have one name. Default: the only one. */
  readonly graph?: string | number;
  /** Equal processors of one slot. */
  readonly processors: number;
}

/**
 * Reads one graph of a data set of the Estee simulator: `{"graph_name": {"0": NAME, …}, "graph": {"0": TASKS, …}}`, where
 * TASKS is a string that holds JSON again, `[{"d": seconds, "cpus": n, "outputs": [{"s": MiB}, …], "inputs": [[task,
 * output], …]}, …]`. Tasks are named by their position, T0, T1 …; an output is a tensor, one for all tasks that read it.
 *
 * A task takes its duration on any processor, in whole ns; data moves at 1 GB/s between any two, since the format
 * says nothing of the network, and a warning says so. The estimates that the files carry beside the truth are not read.
 * @param input unpacked: the data sets are published with gzip
 * @source Beránek, Böhm & Cima, "Analysis of workflow schedulers in simulated distributed environments", Journal of
 *   Supercomputing 78 (2022); the simulator: https://github.com/spirali/estee
 * @throws {InputError} with every problem found (up to 20), each with its line and column.
 */
export function importEstee(input: string | Uint8Array, { file, graph, processors }: EsteeOptions): Workload {
  const names = processorNames(processors);
  const bytes = toBytes(input);
  const issues = new IssueList(file, bytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) issues.fail("packed-file", "the file is packed with gzip", undefined, "unpack it first");
  const chosen = choose(readDataSet(bytes, issues), graph, issues);
  const inner = new NestedIssues(file, bytes, chosen.textAt);
  const tasks = readTasks(chosen.text, inner);
  const workload = build(chosen.name, tasks, inner);

  const { builder, warnings } = workload;
  const ns = new Float64Array(tasks.length * processors);
  for (const [id, task] of tasks.entries()) ns.fill(Math.round(task.seconds * 1e9), id * processors, (id + 1) * processors);
  return { graph: builder.build(), costs: { deviceCount: processors, ns }, machine: processorMachine(names), tickNs: 1, warnings };
}

function build(name: string, tasks: readonly EsteeTask[], issues: IssueList): { builder: GraphBuilder; warnings: Warning[] } {
  const from = new U32Column();
  const to = new U32Column();
  const at = new F64Column();
  for (const [id, task] of tasks.entries()) {
    for (const input of task.inputs) {
      const producer = tasks[input.task];
      if (producer === undefined) issues.add("unknown-task", `task ${id} reads an output of task ${input.task}, which does not exist`, input.at, `tasks are 0 to ${tasks.length - 1}`);
      else if (!(input.output in producer.mebibytes)) {
        issues.add("unknown-output", `task ${id} reads output ${input.output} of task ${input.task}, which has ${producer.mebibytes.length} outputs`, input.at, "outputs count from 0");
      } else {
        from.push(input.task);
        to.push(id);
        at.push(input.at);
      }
    }
  }
  issues.throwIfAny();
  const cycle = findCycle(tasks.length, from.view(), to.view());
  if (cycle) issues.fail("cycle", describeCycle(cycle, (task) => `T${task}`), at.get(cycle.edge), "this input is on it");

  const builder = new GraphBuilder(name);
  const tensors = tasks.map((task, id) => {
    builder.op({ kind: "task", shape: task.cpus > 1 ? { cores: task.cpus } : {} }, `T${id}`);
    return task.mebibytes.map((size) => builder.output(id, Math.round(size * 2 ** 20)));
  });
  for (const [id, task] of tasks.entries()) for (const input of task.inputs) builder.feed(tensors[input.task]![input.output]!, id);
  const warnings: Warning[] = [];
  const wide = tasks.filter((task) => task.cpus > 1).length;
  if (wide > 0) warnings.push({ code: "wide-tasks", message: `${wide} tasks ask for several cores; each takes one slot here` });
  if (from.length > 0) warnings.push({ code: "assumed-network", message: "the format says nothing of the network; outputs move at 1 GB/s between any two processors" });
  return { builder, warnings };
}

/** A graph of the data set, its tasks still as text. */
interface Entry {
  readonly key: string;
  name: string;
  text: Uint8Array;
  /** Offset of the text's first byte in the file. */
  textAt: number;
}

/** The graphs of the file in its order; tasks are read only of the one that is chosen. */
function readDataSet(bytes: Uint8Array, issues: IssueList): Entry[] {
  const reader = new JsonReader(bytes, issues);
  if (reader.peek() < 0) issues.fail("empty-file", "the file is empty");
  const entries = new Map<string, Entry>();
  const entryOf = (key: string): Entry => {
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, (entry = { key, name: key, text: new Uint8Array(0), textAt: -1 }));
    return entry;
  };
  const readStrings = (take: (entry: Entry, textAt: number) => void): void => {
    if (!reader.enter(0x7b)) reader.syntax("an object of strings");
    for (let first = true; reader.more(0x7d, first); first = false) {
      reader.key();
      const entry = entryOf(reader.lastText);
      reader.peek();
      const textAt = reader.at + 1;
      if (!reader.string()) reader.syntax("a string");
      take(entry, textAt);
    }
  };
  if (!reader.enter(0x7b)) reader.syntax("an object");
  for (let first = true; reader.more(0x7d, first); first = false) {
    reader.key();
    if (reader.is("graph_name")) readStrings((entry) => (entry.name = reader.lastText));
    else if (reader.is("graph")) {
      readStrings((entry, textAt) => {
        entry.text = reader.text.subarray(reader.textFrom, reader.textTo);
        entry.textAt = textAt;
      });
    } else reader.skip();
  }
  if (reader.peek() >= 0) reader.syntax("the end of the file");
  const graphs = [...entries.values()].filter((entry) => entry.textAt >= 0);
  if (graphs.length === 0) issues.fail("bad-format", 'this is no data set of Estee: it has no "graph" with members', undefined, '{"graph_name": {"0": …}, "graph": {"0": …}}');
  return graphs;
}

function choose(entries: readonly Entry[], wanted: string | number | undefined, issues: IssueList): Entry {
  const list = (some: readonly Entry[]): string => some.slice(0, 12).map(({ key, name }) => `${key} (${name})`).join(", ") + (some.length > 12 ? " …" : "");
  if (wanted === undefined) {
    if (entries.length === 1) return entries[0]!;
    return issues.fail("no-graph", `the file holds ${entries.length} graphs`, undefined, `choose one: ${list(entries)}`);
  }
  const byKey = entries.find(({ key }) => key === String(wanted));
  if (byKey) return byKey;
  const named = entries.filter(({ name }) => name === wanted);
  if (named.length === 1) return named[0]!;
  if (named.length > 1) return issues.fail("ambiguous-graph", `${named.length} graphs are named "${wanted}"`, undefined, `choose by key: ${list(named)}`);
  const near = nearest(String(wanted), entries.map(({ name }) => name));
  return issues.fail("unknown-graph", `there is no graph "${wanted}"`, undefined, near.length > 0 ? `did you mean ${near.join(" or ")}?` : `choose one: ${list(entries)}`);
}

/** Problems in the text of a JSON string, at their place in the file around it. */
class NestedIssues extends IssueList {
  readonly #bytes: Uint8Array;
  readonly #textAt: number;

  constructor(file: string, bytes: Uint8Array, textAt: number) {
    super(file, bytes);
    this.#bytes = bytes;
    this.#textAt = textAt;
  }

  override add(code: string, message: string, offset?: number, hint?: string): void {
    super.add(code, message, offset === undefined ? undefined : this.#outer(offset), hint);
  }

  /** Walks the string's escapes: two bytes each, six for one by its number, which may stand for several bytes. */
  #outer(offset: number): number {
    const bytes = this.#bytes;
    let at = this.#textAt;
    for (let read = 0; read < offset && at < bytes.length; ) {
      const escaped = bytes[at] === 0x5c;
      const numbered = escaped && bytes[at + 1] === 0x75;
      const code = numbered ? parseInt(String.fromCharCode(...bytes.subarray(at + 2, at + 6)), 16) : 0;
      // Each half of a surrogate pair stands for two of its four bytes.
      read += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
      at += numbered ? 6 : escaped ? 2 : 1;
    }
    return at;
  }
}
