/**
 * The work that threads do: a chain of dependent steps in registers, so that its time follows from the clock of the core
 * alone. A step is the unit of all work in the cases; the item `work.step` says what it takes.
 * @returns a value that depends on every step: keep it, so that no compiler leaves the work out
 */
export function work(steps: number, seed: number): number {
  let value = seed;
  for (let i = 0; i < steps; i++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
  return value;
}
