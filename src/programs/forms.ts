import type { ObjectKind } from "../core/threads/thread-spec.ts";
import type { Expression, Measure, Reference } from "./expression.ts";
import type { Path, Place } from "./place.ts";

/**
 * The instructions of the language: one table from which the reader, the JSON Schema and the types of the compiler
 * come. The `main` field may stand alone after the name (`lock: m`); the others stand in a map after the name, or
 * beside it.
 */

/** What a field holds. */
export type FieldType =
  | { readonly type: "object"; readonly kinds: readonly ObjectKind[] }
  /** A number that is computed when the instruction runs, or drawn. */
  | { readonly type: "value"; readonly measure: Measure }
  /** A whole number, or `forever`. */
  | { readonly type: "times" }
  /** A number known before the run. */
  | { readonly type: "constant"; readonly measure: Measure }
  | { readonly type: "choice"; readonly choices: readonly string[] }
  /** true or false. */
  | { readonly type: "switch" }
  /** A variable that is set. */
  | { readonly type: "variable" }
  /** Values by variable. */
  | { readonly type: "values" }
  | { readonly type: "block" }
  /** A name: of a group of threads, a program, a device, or one that is made by being written. */
  | { readonly type: "name" };
export interface Field {
  readonly kind: FieldType;
  readonly optional: boolean;
  readonly summary: string;
}

const field = <K extends FieldType, O extends boolean>(kind: K, optional: O, summary: string) => ({ kind, optional, summary });
const object = <K extends ObjectKind>(kinds: readonly K[], summary: string) => field({ type: "object", kinds } as const, false, summary);
const value = (measure: Measure, summary: string) => field({ type: "value", measure } as const, false, summary);
const valueOr = (measure: Measure, summary: string) => field({ type: "value", measure } as const, true, summary);
const constant = (measure: Measure, summary: string) => field({ type: "constant", measure } as const, true, summary);
const variable = (summary: string) => field({ type: "variable" } as const, false, summary);
const variableOr = (summary: string) => field({ type: "variable" } as const, true, summary);
const block = (summary: string) => field({ type: "block" } as const, false, summary);
const blockOr = (summary: string) => field({ type: "block" } as const, true, summary);
const values = (summary: string) => field({ type: "values" } as const, false, summary);
const valuesOr = (summary: string) => field({ type: "values" } as const, true, summary);
const choiceOr = <C extends string>(choices: readonly C[], summary: string) => field({ type: "choice", choices } as const, true, summary);
const name = (summary: string) => field({ type: "name" } as const, false, summary);

/** What happens where the instruction got what it wanted, and where not. */
const outcome = (got: string, not: string) => ({ then: blockOr(got), else: blockOr(not) });

export const patterns = ["stream", "random", "chase", "blocked"] as const;

export const forms = {
  // ── control ──
  let: { summary: "Sets variables", main: "values", fields: { values: values("Variable: value, in the order written") } },
  repeat: { summary: "Does a block several times", main: "times", fields: { times: field({ type: "times" } as const, false, "How often, or forever"), as: variableOr("Variable that counts, from 0"), do: block("What is repeated") } },
  while: { summary: "Does a block as long as a condition holds", main: "condition", fields: { condition: value("any", "Looked at before each time"), do: block("What is repeated") } },
  if: { summary: "Chooses between two blocks", main: "condition", fields: { condition: value("any", "Holds where it is not 0"), then: block("Where it holds"), else: blockOr("Where it does not") } },
  break: { summary: "Leaves the innermost loop", fields: {} },
  continue: { summary: "Goes on with the next round of the innermost loop", fields: {} },
  return: { summary: "Leaves a called program; elsewhere, the thread ends", fields: {} },
  end: { summary: "The thread ends", fields: {} },
  call: { summary: "Does what another program says, here", main: "program", fields: { program: name("Name of the program"), with: valuesOr("Its parameters") } },

  // ── time ──
  compute: {
    summary: "Works on its core", main: "work",
    fields: {
      work: value("time", "How long, alone on a core of speed 1"),
      bytes: constant("bytes", "What it reads and writes in memory"), workingSet: constant("bytes", "Distinct bytes among them: decides which cache serves it. Default: bytes, or all of the data where that is less"),
      in: field({ type: "object", kinds: ["data"] } as const, true, "Shared data that it touches. Default: memory of its thread's own"),
      pattern: choiceOr(patterns, "stream: from end to end, again and again; random: anywhere; chase: anywhere, each load after the one before; blocked: a matrix product by blocks. Default stream"),
      write: constant("number", "Share of the bytes that is written, 0 to 1. Default 0"),
      load: constant("bytes", "Size of one load or store. Default 8B"), stride: constant("bytes", "Of stream: from one load to the next. Default: no gap"),
      skew: constant("number", "Of random and chase: how uneven, from 0 (even) to less than 1. Default 0"),
      matrix: constant("number", "Of blocked: rows of the square matrices"), block: constant("number", "Of blocked: rows of a block. Default: those of the matrix, which is no blocking"), element: constant("bytes", "Of blocked: size of an element. Default 4B"),
      home: field({ type: "name" } as const, true, "Of memory of its own: first-touch, interleave, or the number of a NUMA node. Default first-touch"),
      huge: field({ type: "switch" } as const, true, "Of memory of its own: in huge pages. Default false"),
    },
  },
  sleep: { summary: "Waits without a core", main: "time", fields: { time: value("time", "How long") } },
  yield: { summary: "Lets others have the core", fields: {} },
  nextPeriod: { summary: "Ends this job of a periodic thread; waits for its next release", fields: {} },

  // ── locks ──
  lock: { summary: "Takes a lock, waiting for it", main: "of", fields: { of: object(["mutex", "rw-lock"], "The lock"), mode: choiceOr(["exclusive", "shared"], "Default exclusive; shared for reader-writer locks") } },
  unlock: { summary: "Gives a lock back", main: "of", fields: { of: object(["mutex", "rw-lock"], "The lock") } },
  tryLock: { summary: "Takes a lock if it is free", main: "of", fields: { of: object(["mutex"], "The lock"), ...outcome("With the lock", "Without it") } },
  wait: { summary: "Gives a lock up, waits to be signalled, takes the lock again", main: "on", fields: { on: object(["condition"], "The condition"), with: object(["mutex"], "The lock that is held") } },
  signal: { summary: "Wakes one that waits for a condition", main: "of", fields: { of: object(["condition"], "The condition") } },
  broadcast: { summary: "Wakes all that wait for a condition", main: "of", fields: { of: object(["condition"], "The condition") } },

  // ── counting and meeting ──
  acquire: { summary: "Takes from a semaphore, waiting for it", main: "of", fields: { of: object(["semaphore"], "The semaphore"), amount: valueOr("number", "Default 1") } },
  release: { summary: "Gives to a semaphore", main: "of", fields: { of: object(["semaphore"], "The semaphore"), amount: valueOr("number", "Default 1") } },
  barrier: { summary: "Waits until all have come", main: "at", fields: { at: object(["barrier"], "The barrier") } },
  set: { summary: "Raises a flag", main: "flag", fields: { flag: object(["flag"], "The flag") } },
  clear: { summary: "Lowers a flag", main: "flag", fields: { flag: object(["flag"], "The flag") } },
  await: { summary: "Waits until a flag is raised", main: "flag", fields: { flag: object(["flag"], "The flag") } },

  // ── queues, deques, channels ──
  push: { summary: "Puts a value into a queue, waiting while it is full", main: "to", fields: { to: object(["queue"], "The queue"), value: valueOr("any", "Default 0") } },
  pop: { summary: "Takes the oldest value of a queue, waiting while it is empty", main: "from", fields: { from: object(["queue"], "The queue"), into: variableOr("Variable for it"), ...outcome("With a value", "Where the queue is closed and empty") } },
  tryPop: { summary: "Takes the oldest value of a queue, if there is one", main: "from", fields: { from: object(["queue"], "The queue"), into: variableOr("Variable for it"), ...outcome("With a value", "Where the queue is empty") } },
  length: { summary: "Asks how many values are in a queue", main: "of", fields: { of: object(["queue"], "The queue"), into: variable("Variable for it"), ...outcome("Where the queue is open", "Where it is closed") } },
  close: { summary: "Nothing will be pushed any more", main: "queue", fields: { queue: object(["queue"], "The queue") } },
  pushBottom: { summary: "The owner puts a value into its deque", main: "to", fields: { to: object(["deque"], "The deque"), value: valueOr("any", "Default 0") } },
  popBottom: { summary: "The owner takes the newest value of its deque", main: "from", fields: { from: object(["deque"], "The deque"), into: variableOr("Variable for it"), ...outcome("With a value", "Where it is empty") } },
  steal: { summary: "A thief takes the oldest value of a deque", main: "from", fields: { from: object(["deque"], "The deque"), into: variableOr("Variable for it"), ...outcome("With a value", "Where it is empty") } },
  send: { summary: "Puts a message into a channel, waiting while it is full", main: "to", fields: { to: object(["channel"], "The channel"), value: valueOr("any", "What it says. Default 0"), bytes: valueOr("bytes", "Its size. Default 0") } },
  receive: { summary: "Takes the oldest message of a channel, waiting for it", main: "from", fields: { from: object(["channel"], "The channel"), into: variableOr("Variable for what it says") } },

  // ── shared data ──
  read: { summary: "Reads shared data", main: "data", fields: { data: object(["data"], "The data") } },
  write: { summary: "Writes shared data", main: "data", fields: { data: object(["data"], "The data") } },

  // ── threads ──
  spawn: { summary: "Starts one more thread of a group", main: "group", fields: { group: name("Name of the group"), with: valueOr("any", "What its program finds in $argument. Default 0"), into: variableOr("Variable for its number, for join") } },
  join: { summary: "Waits until a thread has ended", main: "thread", fields: { thread: value("number", "Its number, from spawn") } },
  setPriority: { summary: "Changes its own priority", main: "to", fields: { to: value("number", "Higher runs first") } },

  // ── what is measured ──
  mark: { summary: "Counts, and is progress", main: "counter", fields: { counter: name("Name of the counter") } },
  begin: { summary: "A span begins", main: "span", fields: { span: name("Name of the span") } },
  finish: { summary: "A span has ended, once more", main: "span", fields: { span: name("Name of the span") } },
  measure: { summary: "Measures how long a block takes", main: "name", fields: { name: name("Name of the span"), do: block("What is measured") } },

  // ── memory ──
  allocate: { summary: "Takes memory from a heap", main: "from", fields: { from: object(["heap"], "The heap"), bytes: value("bytes", "How much"), into: variable("Variable for the address") } },
  free: { summary: "Gives memory back to a heap", main: "address", fields: { address: value("number", "The address"), to: object(["heap"], "The heap") } },

  // ── parallel loops ──
  parallel: {
    summary: "Runs a loop together with the other workers: each of them comes here", main: "loop",
    fields: {
      loop: object(["loop"], "The loop"), iterations: value("number", "How many"), each: valueOr("time", "Mean time of one"), operator: valueOr("number", "Instead of each: the operator whose work the iterations are"),
      worker: valueOr("number", "Which worker this is, from 0. Default $i"), workers: constant("number", "How many there are. Default $count"),
      join: choiceOr(["wait", "go-on"], "At the end: wait for all the others, or go on. Default wait"),
    },
  },
  startLoop: { summary: "A loop begins; its workers run it by runLoop", main: "loop", fields: { loop: object(["loop"], "The loop"), iterations: value("number", "How many"), each: valueOr("time", "Mean time of one"), operator: valueOr("number", "Instead of each: the operator whose work the iterations are; it begins here"), workers: value("number", "How many take part") } },
  runLoop: { summary: "Takes chunks of a loop that has begun, until none is left", main: "loop", fields: { loop: object(["loop"], "The loop"), worker: valueOr("number", "Which worker this is, from 0. Default $i") } },

  // ── the operator graph ──
  nextReady: { summary: "Asks for an operator that became ready by a complete of this thread", main: "into", fields: { into: variable("Variable for the operator"), ...outcome("With one", "Where there is none") } },
  runOp: { summary: "Computes an operator, or a share of it, on this core", main: "op", fields: { op: value("number", "The operator"), share: valueOr("number", "Share of its work. Default 1") } },
  complete: { summary: "An operator has ended; others may become ready", main: "op", fields: { op: value("number", "The operator") } },
  launch: { summary: "Hands an operator to a device, and goes on", main: "op", fields: { op: value("number", "The operator"), on: field({ type: "name" } as const, true, "Name of the device. Default: of those without these threads' cores, the one that runs it soonest") } },
  awaitOp: { summary: "Waits until an operator has ended", main: "op", fields: { op: value("number", "The operator") } },

  // ── files ──
  transfer: { summary: "Reads or writes a file, without a core", main: "file", fields: { file: object(["file"], "The file"), bytes: value("bytes", "How much") } },
} as const;

export type FormName = keyof typeof forms;
type FieldsOf<F extends FormName> = (typeof forms)[F]["fields"];

/** A value: an expression, or one that is drawn. */
export type ReadValue = { readonly at: Place } & ({ readonly expression: Expression } | { readonly distribution: ReadDistribution });

/** A distribution with its parameters, by name. */
export interface ReadDistribution {
  readonly kind: "uniform" | "exponential" | "lognormal" | "normal" | "erlang" | "choice";
  readonly parameters: Readonly<Record<string, ReadValue | readonly ReadValue[]>>;
  /** Default: named by program and position. */
  readonly source?: string;
}

/** What the reader makes of each type of field. */
interface ReadAs {
  object: Reference & { readonly at: Place };
  value: ReadValue;
  times: ReadValue | "forever";
  constant: ReadValue;
  choice: string;
  switch: boolean;
  variable: { readonly variable: string; readonly at: Place };
  values: readonly { readonly variable: string; readonly value: ReadValue }[];
  block: readonly Statement[];
  name: { readonly name: string; readonly at: Place };
}
type Read<F> = F extends { readonly kind: { readonly type: infer T extends keyof ReadAs } } ? ReadAs[T] : never;
type RequiredKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: false } ? K : never }[keyof F];

/** The fields of a statement, as they were read. */
export type ReadFields<N extends FormName> = { readonly [K in RequiredKeys<FieldsOf<N>>]: Read<FieldsOf<N>[K]> } & { readonly [K in Exclude<keyof FieldsOf<N>, RequiredKeys<FieldsOf<N>>>]?: Read<FieldsOf<N>[K]> };

/** One instruction as it was written. */
export type Statement = { readonly [N in FormName]: { readonly form: N; readonly path: Path; readonly fields: ReadFields<N> } }[FormName];

/** Names of all instructions. */
export const formNames = Object.keys(forms) as FormName[];

/** The same table without the types of its rows. */
export interface Form {
  readonly summary: string;
  readonly main?: string;
  readonly fields: Readonly<Record<string, Field>>;
}
export const formOf = (form: FormName): Form => forms[form];
