import { InputError } from "./errors.ts";

/** Anything that is chosen by name: a scheduler, a synchronization policy, a model builder, a machine. */
export interface Named {
  /** Lower-case, as written in scenarios: "heft". */
  readonly name: string;
  /** One line, shown by `heddle list` and in error messages. */
  readonly summary: string;
}

/**
 * A visible array of definitions, looked up by name. The array is the registry, the output of `heddle list`, the docs
 * page and the input of the conformance tests.
 * @throws {Error} on a duplicate name, when the module that lists them is loaded.
 */
export class Registry<T extends Named> {
  readonly kind: string;
  readonly all: readonly T[];
  readonly #byName = new Map<string, T>();

  constructor(kind: string, all: readonly T[]) {
    this.kind = kind;
    this.all = all;
    for (const item of all) {
      if (this.#byName.has(item.name)) throw new Error(`two ${kind}s are named "${item.name}"`);
      this.#byName.set(item.name, item);
    }
  }

  get names(): string[] {
    return this.all.map((item) => item.name);
  }

  tryGet(name: string): T | undefined {
    return this.#byName.get(name);
  }

  /** @throws {InputError} with the nearest names. */
  get(name: string): T {
    const found = this.#byName.get(name);
    if (found) return found;
    throw new InputError({ code: `unknown-${this.kind.replaceAll(" ", "-")}`, message: `there is no ${this.kind} "${name}"`, hint: this.hint(name) });
  }

  /** What may have been meant by a name that is not here, or where to find what is, when that is too much for a message. */
  hint(name: string): string {
    const tooMany = this.all.length > mostInMessage && nearest(name, this.names).length === 0;
    return tooMany ? `heddle list ${this.kind}s names all ${this.all.length}` : suggestion(name, this.names);
  }
}

/** More names than these nobody reads in a message. */
export const mostInMessage = 24;

/** "did you mean heft?", or the list when nothing is near: the whole one, or its beginning where it is long; that there are none where it is empty. */
export function suggestion(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near.length > 0) return `did you mean ${near.join(" or ")}?`;
  if (names.length === 0) return "there are none";
  return `one of: ${names.slice(0, mostInMessage).join(", ")}${names.length > mostInMessage ? ` … (${names.length} in all)` : ""}`;
}

/**
 * Up to three different names within an edit distance of a third of their length, nearest first. Where there is none,
 * the one that the name begins with and goes on after ("nvidia-a100-pcie"), or those that begin or end almost as it
 * does: names are cut short, too.
 */
export function nearest(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase().slice(0, 80);
  const whole = closest(names, (candidate) => editDistance(wanted, candidate), (candidate) => Math.max(1, Math.floor(Math.max(candidate.length, wanted.length) / 3)));
  if (whole.length > 0 || wanted.length < 6) return whole;
  const longest = names.filter((candidate) => candidate.length >= 5 && wanted.startsWith(`${candidate.toLowerCase()}-`)).sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) return [longest];
  return closest(names, (candidate) => Math.min(editDistance(wanted, candidate.slice(0, wanted.length)), editDistance(wanted, candidate.slice(-wanted.length))), () => 1);
}

/** The names within a distance, nearest first, then by name. */
function closest(names: readonly string[], distanceOf: (lowerCase: string) => number, most: (name: string) => number): string[] {
  return [...new Set(names)]
    .map((candidate) => ({ candidate, distance: distanceOf(candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= most(candidate))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
