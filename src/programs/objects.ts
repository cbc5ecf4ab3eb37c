import { suggestion } from "../base/registry.ts";
import type { ObjectGroup, ObjectKind, Position } from "../core/threads/thread-spec.ts";
import type { Issues, Place } from "./place.ts";

/** A group of objects that programs name. */
export interface NamedObject {
  readonly number: number;
  readonly group: ObjectGroup;
  /** Any number may be an index: it is taken modulo the count. For locks whose granularity is a knob. */
  readonly wraps: boolean;
  /** Of a queue: the lock around each operation, and the conditions on which threads wait. */
  readonly guarded?: { readonly lock: NamedObject; readonly notEmpty: NamedObject; readonly notFull: NamedObject | undefined; readonly capacity: number };
}

type Unplaced<G> = G extends unknown ? Omit<G, "position"> : never;
/** An object group without its position. */
export type ObjectInit = Unplaced<ObjectGroup>;

const words: Readonly<Record<ObjectKind, string>> = {
  mutex: "a lock", "rw-lock": "a reader-writer lock", semaphore: "a semaphore", condition: "a condition", barrier: "a barrier", queue: "a queue", deque: "a deque", channel: "a channel",
  flag: "a flag", data: "shared data", loop: "a loop", heap: "a heap", file: "a file",
};
/** The section in which objects of a kind are declared. */
export const sectionOf: Readonly<Record<ObjectKind, string>> = {
  mutex: "locks", "rw-lock": "locks", semaphore: "semaphores", condition: "conditions", barrier: "barriers", queue: "queues", deque: "deques", channel: "channels",
  flag: "flags", data: "data", loop: "loops", heap: "heaps", file: "files",
};

/** "a lock", "a reader-writer lock" … */
export function kindInWords(kind: ObjectKind): string {
  return words[kind];
}

/** All objects that programs may name, by name. Names are those of all sections together. */
export class ObjectTable {
  readonly #byName = new Map<string, NamedObject>();
  readonly #all: NamedObject[] = [];
  readonly #issues: Issues;

  constructor(issues: Issues) {
    this.#issues = issues;
  }

  get groups(): ObjectGroup[] {
    return this.#all.map(({ group }) => group);
  }

  /** Adds a group; undefined where there is one of this name already. */
  add(init: ObjectInit, place: Place, more: Pick<NamedObject, "guarded"> & { readonly wraps?: boolean } = {}): NamedObject | undefined {
    if (this.#byName.has(init.name)) {
      this.#issues.add("duplicate-name", `${JSON.stringify(init.name)} is ${kindInWords(this.#byName.get(init.name)!.group.kind)} already`, place, "names are those of all sections together", "key");
      return undefined;
    }
    const position: Position = this.#issues.position(place);
    const named: NamedObject = { number: this.#all.length, group: { ...init, position } as ObjectGroup, wraps: more.wraps ?? false, ...(more.guarded && { guarded: more.guarded }) };
    this.#all.push(named);
    this.#byName.set(init.name, named);
    return named;
  }

  /** A group that the language needs and nobody declared; the same one each time. */
  hidden(init: ObjectInit, place: Place): NamedObject {
    return this.#byName.get(init.name) ?? this.add(init, place)!;
  }

  /** Changes what was only known after the programs had been read. */
  replace(number: number, group: ObjectGroup): void {
    const changed = { ...this.#all[number]!, group };
    this.#all[number] = changed;
    this.#byName.set(group.name, changed);
  }

  named(name: string): NamedObject | undefined {
    return this.#byName.get(name);
  }

  /** The object of this name, where it is of one of the kinds that are wanted; else an issue. */
  find(name: string, kinds: readonly ObjectKind[], place: Place, why: string): NamedObject | undefined {
    const found = this.#byName.get(name);
    if (found && kinds.includes(found.group.kind)) return found;
    const wanted = kinds.map(kindInWords).join(" or ");
    if (found) this.#issues.add("wrong-kind", `${name} is ${kindInWords(found.group.kind)}, and ${why} takes ${wanted}`, place);
    else {
      const known = this.#all.filter(({ group }) => kinds.includes(group.kind) && !group.name.includes(" ")).map(({ group }) => group.name);
      const sections = [...new Set(kinds.map((kind) => sectionOf[kind]))].join(" or ");
      this.#issues.add(`unknown-${sectionOf[kinds[0]!].replace(/s$/, "")}`, `there is no ${wanted.replace(/\ba /g, "")} ${JSON.stringify(name.slice(0, 60))}`, place, known.length > 0 ? suggestion(name, known) : `declare it under ${sections}`);
    }
    return undefined;
  }
}
