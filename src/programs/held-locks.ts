import type { ReadProgram, Surroundings } from "./compile-program.ts";
import type { Statement } from "./forms.ts";
import type { Issues, Place } from "./place.ts";
import { innerBlocks } from "./scope.ts";

/** Statements that are looked at, in loops and calls again and again; beyond, nothing is proven. */
const stepLimit = 200_000;

/**
 * Which locks a thread may hold at each instruction, over all ways through its program. Giving back what it cannot hold
 * is wrong however it runs.
 */
export class HeldLocks {
  readonly #surroundings: Surroundings;
  readonly #issues: Issues;
  readonly #calls: string[] = [];
  #steps = 0;
  /** What may be held where the loops around are left. */
  #left = new Set<string>();
  /** Locks that are taken where they may be held already, though they can be held once only. */
  readonly #taken = new Set<string>();

  constructor(surroundings: Surroundings, issues: Issues) {
    this.#surroundings = surroundings;
    this.#issues = issues;
  }

  check(program: ReadProgram): void {
    this.#after(program.block, new Set());
  }

  /** What may be held after the block. */
  #after(block: readonly Statement[], held: ReadonlySet<string>): ReadonlySet<string> {
    for (const statement of block) {
      if (++this.#steps > stepLimit) break;
      held = this.#afterStatement(statement, held);
    }
    return held;
  }

  #afterStatement(statement: Statement, held: ReadonlySet<string>): ReadonlySet<string> {
    switch (statement.form) {
      case "lock": {
        const { name } = statement.fields.of;
        if (held.has(name) && this.#isSingle(name)) this.#taken.add(name);
        return union(held, [name]);
      }
      case "unlock": {
        const { name, at } = statement.fields.of;
        if (!held.has(name)) this.#tell(`${name} cannot be held here`, name, at);
        return this.#isSingle(name) ? new Set([...held].filter((other) => other !== name)) : held;
      }
      case "wait": {
        const { name, at } = statement.fields.with;
        if (!held.has(name)) this.#tell(`${name} cannot be held here, and wait gives it up`, name, at);
        return held;
      }
      case "tryLock": {
        const got = this.#after(statement.fields.then ?? [], union(held, [statement.fields.of.name]));
        return union(got, this.#after(statement.fields.else ?? [], held));
      }
      case "repeat": case "while":
        return this.#afterLoop(statement.fields.do, held);
      case "break": case "continue": case "return":
        this.#left = new Set([...this.#left, ...held]);
        return held;
      case "call": {
        const { name } = statement.fields.program;
        const program = this.#surroundings.programs.get(name);
        if (program === undefined || this.#calls.includes(name)) return held;
        this.#calls.push(name);
        const after = union(this.#after(program.block, held), this.#left);
        this.#calls.pop();
        return after;
      }
      default:
        return innerBlocks(statement).reduce((all, inner) => union(all, this.#after(inner, held)), statement.form === "measure" ? new Set<string>() : held);
    }
  }

  #tell(message: string, name: string, at: Place): void {
    if (this.#steps <= stepLimit) this.#issues.add("not-held", message, at, this.#taken.has(name) ? "it is held once, however often it is taken; with recursive: true, each time counts" : `lock it first: lock: ${name}`);
  }

  /** Until nothing is added: what one round leaves held, the next begins with. */
  #afterLoop(body: readonly Statement[], held: ReadonlySet<string>): ReadonlySet<string> {
    for (;;) {
      const next = union(union(held, this.#after(body, held)), this.#left);
      if (next.size === held.size) return next;
      held = next;
    }
  }

  /** There is one of it and it is held once: after it was given back it is not held. */
  #isSingle(name: string): boolean {
    const lock = this.#surroundings.objects.named(name);
    return lock?.group.kind === "mutex" && lock.group.count === 1 && !lock.wraps && !lock.group.recursive;
  }
}

function union(a: ReadonlySet<string>, b: Iterable<string>): ReadonlySet<string> {
  return new Set([...a, ...b]);
}
