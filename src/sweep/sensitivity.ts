import { significanceLevel } from "../stats/comparison.ts";
import { mean } from "../stats/mean.ts";
import { pairedTest } from "../stats/paired-test.ts";
import { nanoseconds } from "../trace/nanoseconds.ts";
import type { Sensitivity, SensitivityEffect } from "./comparison.ts";
import type { Assumption } from "./instance-variation.ts";
import type { SweepResult } from "./run-sweep.ts";

/**
 * Who wins when each assumption is off: from a sweep whose variation 0 is the scenario as it is, followed by each
 * assumption with each change.
 * @param winner index of who wins without a change
 */
export function sensitivityOf(sweep: SweepResult, assumptions: readonly Assumption[], changes: readonly number[], names: readonly string[], winner: number, tickNs: number, random: boolean): Sensitivity[] {
  const meanNs = (variation: number, scheduler: number): number => nanoseconds(mean(sweep.makespanTicks[variation]![scheduler]!), tickNs);
  const before = meanNs(0, winner);
  return assumptions.map(({ name }, a) => ({
    assumption: name,
    effects: changes.map((change, c): SensitivityEffect => {
      const variation = 1 + a * changes.length + c;
      const ran = names.flatMap((_, i) => (sweep.failures[0]![i] === undefined && sweep.failures[variation]![i] === undefined ? [i] : []));
      const former = meanNs(variation, winner);
      // The former winner keeps its place in a tie.
      const best = ran.reduce((least, i) => (meanNs(variation, i) < meanNs(variation, least) ? i : least), ran.includes(winner) ? winner : ran[0]!);
      const makespanNs = meanNs(variation, best);
      const [ours, theirs] = [sweep.makespanTicks[variation]![winner]!, sweep.makespanTicks[variation]![best]!];
      const p = random && ours.length > 1 ? pairedTest(ours, theirs) : best === winner ? 1 : 0;
      return {
        change, winner: names[best]!, makespanNs, formerNs: former, formerChange: before > 0 ? former / before - 1 : 0,
        flips: best !== winner, margin: makespanNs > 0 ? former / makespanNs - 1 : 0, significant: p < significanceLevel,
      };
    }),
  }));
}
