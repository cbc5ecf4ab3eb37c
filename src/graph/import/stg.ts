import { counted, longestNs } from "../../base/units.ts";
import type { Workload } from "../workload.ts";
import { IssueList, toBytes } from "./issue-list.ts";
import { processorNames, UniformTasks } from "./uniform-tasks.ts";

/**
 * Reads a graph of the Standard Task Graph Set: the number of tasks n, then for each task 0 … n + 1 its number, its
 * processing time, how many predecessors it has, and those. In the variant with communication each predecessor is
 * followed by the transfer time. Lines that start with `#` are comments. Tasks 0 and n + 1 are the dummy source and
 * sink; they stay, as tasks of no time. A unit of time is a nanosecond.
 * @source Tobita & Kasahara, "A standard task graph set for fair evaluation of multiprocessor scheduling algorithms",
 * Journal of Scheduling 5 (2002); the format: https://www.kasahara.cs.waseda.ac.jp/schedule/format_e.html
 * @throws {InputError} with every problem found, each with its line and column.
 */
export function importStg(input: string | Uint8Array, { file, processors }: { file: string; processors: number }): Workload {
  processorNames(processors);
  const bytes = toBytes(input);
  const issues: IssueList = new IssueList(file, bytes);
  if (bytes.includes(0)) issues.fail("not-text", "the file is not text", bytes.indexOf(0), "an STG file is a table of numbers");
  const tokens = tokenize(bytes);
  if (tokens.length === 0) issues.fail("empty-file", "the file holds no task graph", undefined, "the first line is the number of tasks");
  for (const { text, at } of tokens) if (!/^\d+(\.\d+)?$/.test(text)) {
    if (/^-\d+(\.\d+)?$/.test(text)) issues.add("bad-number", `${text} is negative`, at);
    else issues.add("bad-number", `"${text}" is not a number`, at, "comments start with #");
  } else if (!(Number(text) <= longestNs)) issues.tooLong(`${text} ns`, at);
  issues.throwIfAny();

  const values = tokens.map(({ text }) => Number(text));
  const pairs = !fits(values, 1) && fits(values, 2);
  const tasks = new UniformTasks(file);
  const dummies = 2;
  const count = values[0]! + dummies;
  const pending: { from: number; to: number; ns: number; token: number }[] = [];
  let next = 1;
  for (let id = 0; id < count; id++) {
    if (next >= tokens.length) issues.fail("bad-count", `the file ends before task ${id}; it announces ${counted(values[0]!, "task")} and the dummies 0 and ${count - 1}`, bytes.length, "is it truncated?");
    if (values[next] !== id) issues.fail("bad-task", `task ${id} is expected, but there is ${tokens[next]!.text}`, tokens[next]!.at, "each line: number, time, how many predecessors, predecessors");
    const [ns, predecessors] = [values[next + 1], values[next + 2]];
    const width = pairs ? 2 : 1;
    if (ns === undefined || predecessors === undefined || next + 3 + predecessors * width > tokens.length) {
      issues.fail("bad-task", `the line of task ${id} is not complete`, tokens[next]!.at, "each line: number, time, how many predecessors, predecessors");
    }
    tasks.task(`T${id}`, ns);
    next += 3;
    for (let i = 0; i < predecessors; i++, next += width) pending.push({ from: values[next]!, to: id, ns: pairs ? values[next + 1]! : 0, token: next });
  }
  if (next < tokens.length) issues.add("bad-count", `the file announces ${counted(values[0]!, "task")}, but goes on after task ${count - 1}`, tokens[next]!.at);
  for (const { from, to, ns, token } of pending) {
    const { at, text } = tokens[token]!;
    if (Number.isInteger(from) && from < count) tasks.edge(from, to, ns, at);
    else issues.add("unknown-task", `task ${to} waits for task ${text}, which does not exist`, at, `tasks are 0 to ${count - 1}`);
  }
  return tasks.build(processors, issues);
}

/** True when the numbers are exactly the announced tasks in order, with `width` numbers a predecessor. */
function fits(values: readonly number[], width: 1 | 2): boolean {
  let at = 1;
  for (let id = 0; id < values[0]! + 2; id++) {
    if (values[at] !== id) return false;
    at += 3 + width * (values[at + 2] ?? NaN);
  }
  return at === values.length;
}

function tokenize(bytes: Uint8Array): { text: string; at: number }[] {
  const tokens: { text: string; at: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!;
    if (byte === 0x23) {
      const lineEnd = bytes.indexOf(0x0a, at);
      at = lineEnd < 0 ? bytes.length : lineEnd;
    } else if (byte <= 0x20) {
      at++;
    } else {
      const from = at;
      while (at < bytes.length && bytes[at]! > 0x20) at++;
      tokens.push({ text: new TextDecoder().decode(bytes.subarray(from, Math.min(at, from + 60))), at: from });
    }
  }
  return tokens;
}
