import type { Issue } from "../../base/errors.ts";

interface Note {
  readonly warning: (count: number, first: string) => Issue;
  readonly first: string;
  count: number;
}

/** Warnings gathered while importing: alike ones are one warning that counts them and names the first node. */
export class Notes {
  readonly #notes = new Map<string, Note>();

  add(key: string, node: string, warning: (count: number, first: string) => Issue): void {
    const note = this.#notes.get(key);
    if (note) note.count++;
    else this.#notes.set(key, { warning, first: node, count: 1 });
  }

  /** In order of first appearance. */
  get warnings(): Issue[] {
    return [...this.#notes.values()].map(({ warning, first, count }) => warning(count, first));
  }
}

/** `node "a"`, or `3 nodes, first "a"`. */
export function nodesText(count: number, first: string): string {
  return count === 1 ? `node "${first}"` : `${count} nodes, first "${first}"`;
}
