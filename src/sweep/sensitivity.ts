import { significanceLevel } from "../stats/comparison.ts";
import { mean } from "../stats/mean.ts";
import { pairedTest } from "../stats/paired-test.ts";
import type { Sensitivity, SensitivityEffect } from "./comparison.ts";
import type { Assumption } from "./instance-variation.ts";
import type { Measure } from "./measures.ts";
import type { SweepResult } from "./run-sweep.ts";

/**
 * Who wins when each assumption is off: from a sweep whose variation 0 is the scenario as it is, followed by each
 * assumption with each change.
 * @param winner index of who wins without a change
 * @param key by what
 * @param random seeds bring luck; that which schedulers draw themselves shows in their values
 */
export function sensitivityOf(sweep: SweepResult, assumptions: readonly Assumption[], changes: readonly number[], names: readonly string[], winner: number, key: Measure, random: boolean): Sensitivity[] {
  const values = (variation: number, scheduler: number): Float64Array => sweep.measures[variation]![scheduler]![key];
  const meanOf = (variation: number, scheduler: number): number => mean(values(variation, scheduler));
  const failureOf = (variation: number, scheduler: number) => sweep.failures[0]![scheduler] ?? sweep.failures[variation]![scheduler];
  const before = meanOf(0, winner);
  const effect = (variation: number, change: number): SensitivityEffect => {
    const ran = names.flatMap((_, i) => (failureOf(variation, i) === undefined ? [i] : []));
    const failure = failureOf(variation, winner)?.message;
    if (ran.length === 0) return { change, failure: failure!, flips: false, significant: false };
    // The former winner keeps its place in a tie.
    const best = ran.reduce((least, i) => (meanOf(variation, i) < meanOf(variation, least) ? i : least), failure === undefined ? winner : ran[0]!);
    const value = meanOf(variation, best);
    if (failure !== undefined) return { change, winner: names[best]!, value, failure, flips: true, significant: true };
    const former = meanOf(variation, winner);
    const [ours, theirs] = [values(variation, winner), values(variation, best)];
    const luck = ours.length > 1 && (random || varies(ours) || varies(theirs));
    const p = luck ? pairedTest(ours, theirs) : best === winner ? 1 : 0;
    return {
      change, winner: names[best]!, value, former, formerChange: before > 0 ? former / before - 1 : 0,
      flips: best !== winner, margin: value > 0 ? former / value - 1 : 0, significant: p < significanceLevel,
    };
  };
  return assumptions.map(({ name }, a) => ({ assumption: name, effects: changes.map((change, c) => effect(1 + a * changes.length + c, change)) }));
}

function varies(values: Float64Array): boolean {
  return values.some((value) => value !== values[0]);
}
