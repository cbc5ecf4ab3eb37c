import type { Instance } from "../core/instance.ts";

/**
 * The instance with the ticks that each operator really takes at the least, which noise and speeds leave as fractions:
 * an operator ends on a whole tick. Where all are whole, the instance itself.
 */
export function inWholeTicks(instance: Instance): Instance {
  const { costTicks, fixedTicks } = instance;
  if (isWhole(costTicks)) return instance;
  const whole = costTicks.map(leastTicks);
  // What rounding adds is no work that devices or memories share.
  return { ...instance, costTicks: whole, fixedTicks: whole.map((ticks, cell) => (ticks < Infinity ? ticks - costTicks[cell]! + (fixedTicks[cell] ?? 0) : 0)) };
}

/** By hand: of a million operators the calls would take longer than the bounds do. */
function isWhole(column: Float64Array): boolean {
  for (let i = 0; i < column.length; i++) if (column[i]! !== Math.floor(column[i]!)) return false;
  return true;
}

/** 10⁻⁶ of a tick is forgiven where a phase ends, and an operator has two; a product may be off by its last digits. */
function leastTicks(ticks: number): number {
  return Number.isInteger(ticks) || ticks === Infinity ? ticks : Math.max(0, Math.ceil(ticks * (1 - 1e-14) - 2e-6));
}

/** Share of a sum by which each of its terms may be off, and terms that there are beside those of the operators. */
const rounding = 2 ** -52;
const otherTerms = 1000;

/** A bound that was summed from the times of `opCount` operators, up to a whole number of steps, unless what is above one may be rounding of the sum. */
export function wholeSteps(ticks: number, step: number, opCount: number): number {
  const error = Math.min(1e-10, (opCount + otherTerms) * rounding);
  return Math.max(0, Math.ceil((ticks / step) * (1 - error) - 1e-9)) * step;
}
