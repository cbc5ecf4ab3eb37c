/** Rounds a duration up to whole ticks; float dust does not add one (docs/decisions/engine-semantics.md). */
export function ceilTicks(duration: number): number {
  return Math.max(0, Math.ceil(duration - 1e-6));
}
