import { longestNs } from "../../base/units.ts";
import type { IssueList } from "./issue-list.ts";
import { JsonReader } from "./json-reader.ts";

/** A task as Estee's files have it. */
export interface EsteeTask {
  readonly seconds: number;
  readonly cpus: number;
  /** Size of each output in MiB. */
  readonly mebibytes: readonly number[];
  readonly inputs: readonly EsteeInput[];
}

/** An output of another task that a task reads, and where the file says so. */
export interface EsteeInput {
  readonly task: number;
  readonly output: number;
  readonly at: number;
}

/** Reads the list of tasks. Members that are not known are passed over. @throws {InputError} where it is not JSON, or a value is not what it should be. */
export function readTasks(text: Uint8Array, issues: IssueList): EsteeTask[] {
  const reader = new JsonReader(text, issues);
  const tasks = list(reader, () => readTask(reader, issues));
  if (reader.peek() >= 0) reader.syntax("the end of the tasks");
  if (tasks.length === 0) issues.add("no-tasks", "the graph has no tasks", 0);
  issues.throwIfAny();
  return tasks;
}

function readTask(reader: JsonReader, issues: IssueList): EsteeTask {
  reader.peek();
  const at = reader.at;
  let seconds = NaN;
  let cpus = 1;
  let mebibytes: number[] = [];
  let inputs: EsteeInput[] = [];
  members(reader, "a task", () => {
    if (reader.is("d")) seconds = amount(reader, issues, "a duration in seconds", longestNs / 1e9);
    else if (reader.is("cpus")) cpus = whole(reader, issues, "a number of cores");
    else if (reader.is("outputs")) mebibytes = list(reader, () => readOutput(reader, issues));
    else if (reader.is("inputs")) inputs = list(reader, () => readInput(reader, issues));
    else reader.skip();
  });
  if (Number.isNaN(seconds)) issues.add("no-duration", "a task has no duration", at, 'give it "d", in seconds');
  return { seconds, cpus, mebibytes, inputs };
}

function readOutput(reader: JsonReader, issues: IssueList): number {
  let size = 0;
  members(reader, "an output", () => {
    if (reader.is("s")) size = amount(reader, issues, "a size in MiB");
    else reader.skip();
  });
  return size;
}

function readInput(reader: JsonReader, issues: IssueList): EsteeInput {
  reader.peek();
  const at = reader.at;
  const [task = 0, output = 0, ...rest] = list(reader, () => whole(reader, issues, "a position, from 0"));
  if (rest.length > 0) issues.add("bad-input", "an input is a task and one of its outputs, and no more", at, "[task, output]");
  return { task, output, at };
}

function members(reader: JsonReader, what: string, read: () => void): void {
  if (!reader.enter(0x7b)) reader.syntax(what);
  for (let first = true; reader.more(0x7d, first); first = false) {
    reader.key();
    read();
  }
}

function list<T>(reader: JsonReader, read: () => T): T[] {
  const items: T[] = [];
  if (!reader.enter(0x5b)) reader.syntax("a list");
  for (let first = true; reader.more(0x5d, first); first = false) items.push(read());
  return items;
}

/** A number from 0. */
function amount(reader: JsonReader, issues: IssueList, what: string, most = Number.MAX_VALUE): number {
  reader.peek();
  const at = reader.at;
  const value = reader.numberOrNull();
  if (Number.isNaN(value)) reader.syntax(what);
  if (value >= 0 && value <= most) return value;
  if (value > most && value < Infinity) issues.tooLong(`${reader.excerpt(at)} s`, at);
  else issues.add("bad-value", `${reader.excerpt(at)} is not ${what}`, at);
  return 0;
}

function whole(reader: JsonReader, issues: IssueList, what: string): number {
  reader.peek();
  const at = reader.at;
  const value = amount(reader, issues, what);
  if (!Number.isInteger(value)) issues.add("bad-value", `${reader.excerpt(at)} is not ${what}`, at, "a whole number");
  return value;
}
