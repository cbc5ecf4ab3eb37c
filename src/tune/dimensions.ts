import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import type { RuntimeSetting } from "../scenario/with-runtime.ts";

/** A knob, and what is tried for it. */
export interface Dimension {
  readonly knob: string;
  readonly values: readonly (string | number | boolean)[];
}

/** What `--try` adds or replaces: values by knob. */
export type Tries = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/**
 * What is tried for a runtime: the knobs whose file says what is worth trying, and those of `tries`.
 * @throws {InputError} for a knob that the runtime does not have.
 */
export function dimensionsOf({ use, file, values }: RuntimeSetting, tries: Tries = {}): Dimension[] {
  for (const knob of Object.keys(tries)) {
    if (!Object.hasOwn(file.knobs, knob)) throw new InputError({ code: "unknown-knob", message: `${use} has no knob "${knob}"`, hint: suggestion(knob, Object.keys(file.knobs)) });
  }
  const cores = Number(values.get("cores")!.value);
  return Object.entries(file.knobs).flatMap(([knob, { tune }]) => {
    const chosen = Object.hasOwn(tries, knob) ? tries[knob]! : tune === "threads" ? threadCounts(cores) : tune;
    return chosen === undefined ? [] : [{ knob, values: chosen }];
  });
}

/**
 * Numbers of threads worth trying on so many cores: powers of two and what is halfway between them, and all cores.
 * @example
 * threadCounts(16); // [1, 2, 3, 4, 6, 8, 12, 16]
 */
export function threadCounts(cores: number): number[] {
  const counts = new Set<number>([cores]);
  for (let power = 1; power <= cores; power *= 2) {
    counts.add(power);
    if (power >= 2 && power * 1.5 <= cores) counts.add(power * 1.5);
  }
  return [...counts].sort((a, b) => a - b);
}
