import type { Issue } from "../../base/errors.ts";

interface Note {
  readonly warning: (count: number, first: string) => Issue;
  readonly first: string;
  count: number;
}

/** Warnings beyond these are only counted. */
const maxNotes = 100;

/** Warnings gathered while importing: alike ones are one warning that counts them and names the first node. */
export class Notes {
  readonly #notes = new Map<string, Note>();
  #more = 0;

  add(key: string, node: string, warning: (count: number, first: string) => Issue): void {
    const note = this.#notes.get(key);
    if (note) note.count++;
    else if (this.#notes.size >= maxNotes) this.#more++;
    else this.#notes.set(key, { warning, first: node, count: 1 });
  }

  /** Adds those of a part that was imported by itself. */
  merge(other: Notes): void {
    for (const [key, { warning, first, count }] of other.#notes) {
      const note = this.#notes.get(key);
      if (note) note.count += count;
      else if (this.#notes.size >= maxNotes) this.#more += count;
      else this.#notes.set(key, { warning, first, count });
    }
    this.#more += other.#more;
  }

  /** In order of first appearance. */
  get warnings(): Issue[] {
    const warnings = [...this.#notes.values()].map(({ warning, first, count }) => warning(count, first));
    return this.#more === 0 ? warnings : [...warnings, { code: "more-warnings", message: `${this.#more} more warnings of other nodes` }];
  }
}

/** `node "a"`, or `3 nodes, first "a"`. */
export function nodesText(count: number, first: string): string {
  return count === 1 ? `node "${first}"` : `${count} nodes, first "${first}"`;
}
