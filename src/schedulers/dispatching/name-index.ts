import type { Issue } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";

/** Finds things that options name by name or by id, and collects what is wrong. */
export class NameIndex {
  readonly #kind: string;
  readonly #count: number;
  readonly #nameOf: (id: number) => string;
  readonly #issues: Issue[];
  #ids: Map<string, number> | undefined;

  /** @param kind As messages call it: "operator". @param issues Where problems go. */
  constructor(kind: string, count: number, nameOf: (id: number) => string, issues: Issue[]) {
    this.#kind = kind;
    this.#count = count;
    this.#nameOf = nameOf;
    this.#issues = issues;
  }

  /** The id; -1, and an issue at `path`, when there is no such thing. Of equal names the first counts. */
  find(nameOrId: string | number, path: readonly (string | number)[]): number {
    if (typeof nameOrId === "number") {
      if (nameOrId < this.#count) return nameOrId;
      this.#issues.push({ code: `unknown-${this.#kind}`, message: `there is no ${this.#kind} ${nameOrId}: ids end at ${this.#count - 1}`, path });
      return -1;
    }
    const ids = (this.#ids ??= this.#index());
    const id = ids.get(nameOrId);
    if (id !== undefined) return id;
    const near = nearest(nameOrId, [...ids.keys()].slice(0, 10_000));
    this.#issues.push({ code: `unknown-${this.#kind}`, message: `there is no ${this.#kind} "${nameOrId}"`, path, ...(near.length > 0 && { hint: `did you mean ${near.join(" or ")}?` }) });
    return -1;
  }

  #index(): Map<string, number> {
    const ids = new Map<string, number>();
    for (let id = 0; id < this.#count; id++) if (!ids.has(this.#nameOf(id))) ids.set(this.#nameOf(id), id);
    return ids;
  }
}
