import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { nodeAt, type Position } from "../scenario/source-tree.ts";
import type { RuntimeSetting } from "../scenario/with-runtime.ts";

/** A knob, and what is tried for it. */
export interface Dimension {
  readonly knob: string;
  readonly values: readonly (string | number | boolean)[];
  /** Where that was written, for messages. */
  readonly at: Position;
}

/** What `--try` adds or replaces: values by knob. */
export type Tries = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/**
 * What is tried for a runtime: the knobs whose file says what is worth trying, and those of `tries`.
 * @throws {InputError} for a knob that the runtime does not have.
 */
export function dimensionsOf({ use, file, values }: RuntimeSetting, tries: Tries = {}): Dimension[] {
  const triedAt = (knob: string): Position => ({ file: `--try ${knob}=${tries[knob]!.join(",")}` });
  for (const knob of Object.keys(tries)) {
    if (!Object.hasOwn(file.knobs, knob)) throw new InputError({ code: "unknown-knob", message: `${use} has no knob "${knob}"`, ...triedAt(knob), hint: suggestion(knob, Object.keys(file.knobs)) });
  }
  const cores = Number(values.get("cores")!.value);
  return Object.entries(file.knobs).flatMap(([knob, { tune }]) => {
    if (Object.hasOwn(tries, knob)) return [{ knob, values: tries[knob]!, at: triedAt(knob) }];
    return tune === undefined ? [] : [{ knob, values: tune === "threads" ? threadCounts(cores) : tune, at: nodeAt(file.source, ["knobs", knob, "tune"])!.at }];
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
