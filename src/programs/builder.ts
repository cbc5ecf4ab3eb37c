import { InputError } from "../base/errors.ts";
import type { LoopPolicyMaker, ThreadSpec } from "../core/threads/thread-spec.ts";
import { buildThreadSpec, type BuildOptions } from "./build-thread-spec.ts";
import { threadSectionsSchema, type ThreadSectionsInput } from "./schema.ts";

/** One instruction, as it stands in a scenario. */
export type Instruction = string | { readonly [key: string]: unknown };
/** A number, a quantity ("10us"), an expression ("$i + 1"), or a distribution ({ exponential: "10us" }). */
export type Value = number | string | { readonly [kind: string]: unknown };
/** Name of an object, with an index where there are several: "forks[$i]". */
export type ObjectName = string;
type Block = (program: ProgramBuilder) => unknown;
interface Outcome {
  readonly into?: string;
  readonly then?: Block;
  readonly else?: Block;
}

/**
 * Writes a program for threads, instruction by instruction. It holds the same data as a scenario does, so that both are
 * read and checked in one way.
 * @example
 * const worker = new ProgramBuilder("worker").repeat(1000, (p) => p.compute("10us").lock("m").compute("5us").unlock("m"));
 * const spec = threadSpec({ programs: [worker], threads: { worker: 2 }, locks: { m: "ticket" }, cores: 2, threadCosts: "none" });
 * console.log(spec.groups[0].count, spec.objects[0].name); // 2 m
 */
export class ProgramBuilder {
  readonly name: string;
  readonly instructions: Instruction[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Any instruction, as it stands in a scenario: `{ transfer: { file: "disk", bytes: "1MiB" } }`. */
  add(...instructions: readonly Instruction[]): this {
    this.instructions.push(...instructions);
    return this;
  }

  #block(write: Block): Instruction[] {
    const inner = new ProgramBuilder(this.name);
    write(inner);
    return inner.instructions;
  }

  #outcome({ into, then, else: otherwise }: Outcome): Record<string, unknown> {
    return { ...(into !== undefined && { into }), ...(then && { then: this.#block(then) }), ...(otherwise && { else: this.#block(otherwise) }) };
  }

  // ── control ──
  /** Sets variables, in order. */
  let(values: Readonly<Record<string, Value>>): this {
    return this.add({ let: values });
  }
  /** @param as variable that counts, from 0 */
  repeat(times: number | string, body: Block, as?: string): this {
    return this.add({ repeat: times, ...(as !== undefined && { as }), do: this.#block(body) });
  }
  forever(body: Block): this {
    return this.repeat("forever", body);
  }
  while(condition: Value, body: Block): this {
    return this.add({ while: condition, do: this.#block(body) });
  }
  if(condition: Value, then: Block, otherwise?: Block): this {
    return this.add({ if: condition, then: this.#block(then), ...(otherwise && { else: this.#block(otherwise) }) });
  }
  break(): this {
    return this.add("break");
  }
  continue(): this {
    return this.add("continue");
  }
  /** Leaves a called program. */
  return(): this {
    return this.add("return");
  }
  /** The thread ends. */
  end(): this {
    return this.add("end");
  }
  /** Does here what another program says. */
  call(program: string, parameters?: Readonly<Record<string, Value>>): this {
    return this.add({ call: { program, ...(parameters && { with: parameters }) } });
  }

  // ── time ──
  /** @param memory how it touches memory: bytes, workingSet, in, pattern, write … */
  compute(work: Value, memory: Readonly<Record<string, Value | boolean>> = {}): this {
    return this.add({ compute: { work, ...memory } });
  }
  sleep(time: Value): this {
    return this.add({ sleep: { time } });
  }
  yield(): this {
    return this.add("yield");
  }
  nextPeriod(): this {
    return this.add("nextPeriod");
  }

  // ── locks ──
  lock(of: ObjectName, mode: "exclusive" | "shared" = "exclusive"): this {
    return this.add({ lock: { of, mode } });
  }
  unlock(of: ObjectName): this {
    return this.add({ unlock: of });
  }
  tryLock(of: ObjectName, then: Block, otherwise?: Block): this {
    return this.add({ tryLock: { of, ...this.#outcome({ then, ...(otherwise && { else: otherwise }) }) } });
  }
  /** Waits for a condition, giving up the lock meanwhile. */
  wait(condition: ObjectName, lock: ObjectName): this {
    return this.add({ wait: { on: condition, with: lock } });
  }
  signal(condition: ObjectName): this {
    return this.add({ signal: condition });
  }
  broadcast(condition: ObjectName): this {
    return this.add({ broadcast: condition });
  }

  // ── counting and meeting ──
  acquire(of: ObjectName, amount: Value = 1): this {
    return this.add({ acquire: { of, amount } });
  }
  release(of: ObjectName, amount: Value = 1): this {
    return this.add({ release: { of, amount } });
  }
  barrier(at: ObjectName): this {
    return this.add({ barrier: at });
  }
  set(flag: ObjectName): this {
    return this.add({ set: flag });
  }
  clear(flag: ObjectName): this {
    return this.add({ clear: flag });
  }
  await(flag: ObjectName): this {
    return this.add({ await: flag });
  }

  // ── queues, deques, channels ──
  push(to: ObjectName, value: Value = 0): this {
    return this.add({ push: { to, value } });
  }
  pop(from: ObjectName, outcome: Outcome = {}): this {
    return this.add({ pop: { from, ...this.#outcome(outcome) } });
  }
  tryPop(from: ObjectName, outcome: Outcome): this {
    return this.add({ tryPop: { from, ...this.#outcome(outcome) } });
  }
  close(queue: ObjectName): this {
    return this.add({ close: queue });
  }
  pushBottom(to: ObjectName, value: Value = 0): this {
    return this.add({ pushBottom: { to, value } });
  }
  popBottom(from: ObjectName, outcome: Outcome): this {
    return this.add({ popBottom: { from, ...this.#outcome(outcome) } });
  }
  steal(from: ObjectName, outcome: Outcome): this {
    return this.add({ steal: { from, ...this.#outcome(outcome) } });
  }
  send(to: ObjectName, value: Value = 0, bytes: Value = 0): this {
    return this.add({ send: { to, value, bytes } });
  }
  receive(from: ObjectName, into?: string): this {
    return this.add({ receive: { from, ...(into !== undefined && { into }) } });
  }

  // ── shared data ──
  read(data: ObjectName): this {
    return this.add({ read: data });
  }
  write(data: ObjectName): this {
    return this.add({ write: data });
  }

  // ── threads ──
  /** @param given what the new thread finds in `$argument`; @param into variable for its number */
  spawn(group: string, given: Value = 0, into?: string): this {
    return this.add({ spawn: { group, with: given, ...(into !== undefined && { into }) } });
  }
  join(thread: Value): this {
    return this.add({ join: { thread } });
  }
  setPriority(to: Value): this {
    return this.add({ setPriority: { to } });
  }

  // ── what is measured ──
  mark(counter: string): this {
    return this.add({ mark: counter });
  }
  begin(span: string): this {
    return this.add({ begin: span });
  }
  finish(span: string): this {
    return this.add({ finish: span });
  }
  measure(span: string, body: Block): this {
    return this.add({ measure: { name: span, do: this.#block(body) } });
  }

  // ── parallel loops ──
  /** All workers of a team come here, and share the iterations. */
  parallel(loop: ObjectName, options: { readonly iterations: Value; readonly each: Value; readonly worker?: Value; readonly workers?: Value; readonly join?: "wait" | "go-on" }): this {
    return this.add({ parallel: { loop, ...options } });
  }
}

/** What {@link threadSpec} takes: the sections of a scenario, with programs also as a list of builders. */
export interface ThreadSpecInput extends Omit<ThreadSectionsInput, "programs"> {
  readonly programs: readonly ProgramBuilder[] | Readonly<Record<string, readonly unknown[]>>;
}

/** How to put a specification together; everything is optional. */
export interface ThreadSpecOptions extends Omit<BuildOptions, "findLoopPolicy" | "locate" | "measuredCosts"> {
  /** Makers of the loop policies that `loops` names. Default: the built-in ones, with the options that stand there. */
  readonly loopPolicies?: Readonly<Record<string, LoopPolicyMaker>>;
}

/**
 * Puts threads together without a scenario file: the sections as they stand in a scenario, and programs by
 * {@link ProgramBuilder} or as lists of instructions.
 * @throws {InputError} with everything that is wrong.
 * @example
 * const worker = new ProgramBuilder("worker").repeat(3, (p) => p.lock("m").compute("5us").unlock("m"));
 * const spec = threadSpec({ programs: [worker], threads: { worker: { count: 2 } }, locks: { m: "mcs" }, cores: 2 });
 */
export function threadSpec(input: ThreadSpecInput, options: ThreadSpecOptions = {}): ThreadSpec {
  const { loopPolicies, ...build } = options;
  const programs = Array.isArray(input.programs) ? Object.fromEntries((input.programs as readonly ProgramBuilder[]).map(({ name, instructions }) => [name, instructions])) : input.programs;
  const parsed = threadSectionsSchema.safeParse({ ...input, programs });
  if (!parsed.success) throw new InputError(parsed.error.issues.map(({ message, path }) => ({ code: "bad-value", message: path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message, path: path as (string | number)[] })));
  return buildThreadSpec(parsed.data, { ...build, ...(loopPolicies && { findLoopPolicy: ({ use }) => loopPolicies[use] }) }).spec;
}
