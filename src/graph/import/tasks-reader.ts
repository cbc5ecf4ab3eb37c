import { F64Column, U32Column } from "../../base/columns.ts";
import { suggestion } from "../../base/registry.ts";
import { longestNs } from "../../base/units.ts";
import type { IssueList } from "./issue-list.ts";
import { JsonReader, Keys } from "./json-reader.ts";
import { NameTable } from "./name-table.ts";

/** What the first member of a tasks file says. */
export const tasksFormat = "heddle-tasks/1";

const brace = 0x7b;
const braceEnd = 0x7d;
const bracket = 0x5b;
const bracketEnd = 0x5d;
const topKeys = ["format", "processors", "tasks", "edges"];
const taskKeys = new Keys("name", "ns", "deadlineNs");
const edgeKeys = new Keys("from", "to", "ns");

/** The columns of a tasks file as they are read. Tasks and edges refer to names by their number in `names`. */
export class TasksReader {
  readonly names = new NameTable();
  processors: string[] = [];
  readonly taskName = new U32Column();
  readonly taskAt = new U32Column();
  /** All durations, row after row, and the end of each row. */
  readonly ns: F64Column;
  readonly rowEnd = new U32Column();
  /** Deadlines in ns, by task, of those that have one. */
  readonly deadlineNs = new Map<number, number>();
  readonly edgeFrom: U32Column;
  readonly edgeTo: U32Column;
  readonly edgeNs: F64Column;
  readonly edgeAt: U32Column;
  readonly #json: JsonReader;
  readonly #issues: IssueList;

  constructor(bytes: Uint8Array, issues: IssueList) {
    this.#json = new JsonReader(bytes, issues);
    this.#issues = issues;
    // Roughly what the file can hold, so that long columns are seldom copied to grow.
    const edges = 64 + Math.ceil(bytes.length / 48);
    this.ns = new F64Column(64 + Math.ceil(bytes.length / 6));
    this.edgeFrom = new U32Column(edges);
    this.edgeTo = new U32Column(edges);
    this.edgeNs = new F64Column(edges);
    this.edgeAt = new U32Column(edges);
  }

  read(): void {
    const json = this.#json;
    if (json.peek() < 0) this.#issues.fail("empty-file", "the file is empty", undefined, `a task graph starts with {"format": "${tasksFormat}", …}`);
    if (!json.enter(brace)) json.syntax('"{"');
    const seen = new Set<string>();
    for (let first = true; json.more(braceEnd, first); first = false) {
      const at = json.at;
      json.key();
      const key = json.lastText;
      if (seen.has(key)) this.#issues.add("duplicate-key", `"${key}" is given twice`, at);
      seen.add(key);
      if (key === "format") this.#readFormat();
      else if (key === "processors") this.#readProcessors();
      else if (key === "tasks") this.#readTasks();
      else if (key === "edges") this.#readEdges();
      else this.#unknownKey(key, at, topKeys);
    }
    if (json.peek() >= 0) json.syntax("the end of the file");
    for (const key of ["format", "processors", "tasks"]) if (!seen.has(key)) this.#issues.add("missing-key", `"${key}" is missing`, 0);
    if (seen.has("processors") && this.processors.length === 0) this.#issues.add("no-processors", "there are no processors", 0);
    if (seen.has("tasks") && this.taskName.length === 0) this.#issues.add("no-tasks", "there are no tasks", 0);
  }

  /** Where the value of `key` of the object at offset `at` starts. */
  positionOf(key: string, at: number): number {
    const json = this.#json;
    json.at = at + 1;
    for (let first = true; json.more(braceEnd, first); first = false) {
      json.key();
      const wanted = json.is(key);
      json.peek();
      if (wanted) break;
      json.skip();
    }
    return json.at;
  }

  #readFormat(): void {
    this.#json.peek();
    const at = this.#json.at;
    const format = this.#readString("a format");
    if (format !== tasksFormat) this.#issues.add("bad-format", `the format is "${format}", not "${tasksFormat}"`, at);
  }

  #readString(what: string): string {
    if (!this.#json.string()) this.#json.syntax(`${what} in double quotes`);
    return this.#json.lastText;
  }

  #readProcessors(): void {
    const json = this.#json;
    if (!json.enter(bracket)) json.syntax('"["');
    const seen = new Set<string>();
    for (let first = true; json.more(bracketEnd, first); first = false) {
      const at = json.at;
      const name = this.#readString("a processor's name");
      if (seen.has(name)) this.#issues.add("duplicate-name", `two processors are named "${name}"`, at);
      seen.add(name);
      this.processors.push(name);
    }
  }

  #readTasks(): void {
    const json = this.#json;
    if (!json.enter(bracket)) json.syntax('"["');
    for (let first = true; json.more(bracketEnd, first); first = false) {
      this.taskAt.push(json.at);
      this.#readTask(json.at);
    }
  }

  #readTask(at: number): void {
    const json = this.#json;
    if (!json.enter(brace)) json.syntax('a task: {"name": …, "ns": […]}');
    let name = -1;
    let rows = 0;
    for (let first = true; json.more(braceEnd, first); first = false) {
      const keyAt = json.at;
      const key = json.keyOf(taskKeys);
      if (key === 0 && name < 0) name = this.#readName();
      else if (key === 1 && rows++ === 0) this.#readRow();
      else if (key === 2 && !this.deadlineNs.has(this.taskName.length)) this.deadlineNs.set(this.taskName.length, this.#readDeadline());
      else this.#otherKey(keyAt, key, taskKeys);
    }
    if (name < 0) this.#issues.add("missing-key", 'the task has no "name"', at);
    if (rows === 0) this.#issues.add("missing-key", 'the task has no "ns"', at, "one duration in ns a processor, null where it cannot run");
    this.taskName.push(Math.max(name, 0));
    this.rowEnd.push(this.ns.length);
  }

  #readName(): number {
    const json = this.#json;
    if (!json.string()) json.syntax("a task's name in double quotes");
    return this.names.intern(json.text, json.textFrom, json.textTo, json.textHash);
  }

  #readRow(): void {
    const json = this.#json;
    if (!json.enter(bracket)) json.syntax('"["');
    const { ns } = this;
    for (let first = true; json.more(bracketEnd, first); first = false) {
      const value = json.numberOrNull();
      ns.push(value <= longestNs && value >= 0 ? value : value === Infinity ? Infinity : this.#badTime(value));
      json.wholeNumbers(ns);
    }
  }

  #readDeadline(): number {
    const value = this.#json.numberOrNull();
    return value >= 0 && value <= longestNs ? value : this.#badTime(value, "leave deadlineNs out where there is none");
  }

  #readEdges(): void {
    const json = this.#json;
    if (!json.enter(bracket)) json.syntax('"["');
    for (let first = true; json.more(bracketEnd, first); first = false) {
      this.#readEdge(json.at);
    }
  }

  #readEdge(at: number): void {
    const json = this.#json;
    if (!json.enter(brace)) json.syntax('an edge: {"from": …, "to": …, "ns": …}');
    let from = -1;
    let to = -1;
    let ns = -1;
    for (let first = true; json.more(braceEnd, first); first = false) {
      const keyAt = json.at;
      const key = json.keyOf(edgeKeys);
      if (key === 0 && from < 0) from = this.#readName();
      else if (key === 1 && to < 0) to = this.#readName();
      else if (key === 2 && ns < 0) {
        ns = json.numberOrNull();
        if (!(ns >= 0 && ns <= longestNs)) ns = this.#badTime(ns);
      } else this.#otherKey(keyAt, key, edgeKeys);
    }
    if (from < 0 || to < 0 || ns < 0) {
      const missing = from < 0 ? "from" : to < 0 ? "to" : "ns";
      this.#issues.add("missing-key", `the edge has no "${missing}"`, at, missing === "ns" ? 'write "ns": 0 for a pure ordering' : undefined);
      return;
    }
    this.edgeFrom.push(from);
    this.edgeTo.push(to);
    this.edgeNs.push(ns);
    this.edgeAt.push(at);
  }

  /** Notes a time that is not one, and returns 0 in its place. */
  #badTime(value: number, nullHint = "an edge needs a time: 0 for a pure ordering"): number {
    const json = this.#json;
    if (Number.isNaN(value)) json.syntax("a time in ns");
    // The number is already read: it ends where the reader is.
    let at = json.at - 1;
    while (at > 0 && /[\w.+-]/.test(String.fromCharCode(json.bytes[at - 1]!))) at--;
    const shown = json.excerpt(at);
    if (value > longestNs && value < Infinity) this.#issues.tooLong(`${shown} ns`, at);
    else this.#issues.add("bad-time", `${shown} is not a time`, at, shown === "null" ? nullHint : "times are finite and not negative, in ns");
    return 0;
  }

  /** A key that is unknown, or known and given again. */
  #otherKey(at: number, key: number, { words }: Keys): void {
    if (key < 0) return this.#unknownKey(this.#json.lastText, at, words);
    this.#issues.add("duplicate-key", `"${words[key]}" is given twice`, at);
    this.#json.skip();
  }

  #unknownKey(key: string, at: number, known: readonly string[]): void {
    this.#issues.add("unknown-key", `"${key}" is not a key here`, at, suggestion(key, known));
    this.#json.skip();
  }
}
