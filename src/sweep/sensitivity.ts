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
 */
export function sensitivityOf(sweep: SweepResult, assumptions: readonly Assumption[], changes: readonly number[], names: readonly string[], winner: number, key: Measure, random: boolean): Sensitivity[] {
  const values = (variation: number, scheduler: number): Float64Array => sweep.measures[variation]![scheduler]![key];
  const meanOf = (variation: number, scheduler: number): number => mean(values(variation, scheduler));
  const before = meanOf(0, winner);
  return assumptions.map(({ name }, a) => ({
    assumption: name,
    effects: changes.map((change, c): SensitivityEffect => {
      const variation = 1 + a * changes.length + c;
      const ran = names.flatMap((_, i) => (sweep.failures[0]![i] === undefined && sweep.failures[variation]![i] === undefined ? [i] : []));
      const former = meanOf(variation, winner);
      // The former winner keeps its place in a tie.
      const best = ran.reduce((least, i) => (meanOf(variation, i) < meanOf(variation, least) ? i : least), ran.includes(winner) ? winner : ran[0]!);
      const value = meanOf(variation, best);
      const [ours, theirs] = [values(variation, winner), values(variation, best)];
      const p = random && ours.length > 1 ? pairedTest(ours, theirs) : best === winner ? 1 : 0;
      return {
        change, winner: names[best]!, value, former, formerChange: before > 0 ? former / before - 1 : 0,
        flips: best !== winner, margin: value > 0 ? former / value - 1 : 0, significant: p < significanceLevel,
      };
    }),
  }));
}
