import type { Profile, ProfileEntry } from "../../cost/profile/profile.ts";
import { isFigure } from "../fit/points.ts";

/** Kernels whose repeated runs differ by more (relative standard deviation) say little of a machine. */
const steadyNoise = 0.1;

/** The operators of a profile whose times are much the same in every run, by {@link entryName}. */
export function steadyEntries({ entries }: Profile): ReadonlyMap<string, ProfileEntry> {
  return new Map(entries.filter(({ kind, noise = 0 }) => !isFigure(kind) && noise <= steadyNoise).map((entry) => [entryName(entry), entry]));
}

/** What a profile holds one model for: kind, element type and variant. */
export function entryName({ kind, dtype, variant }: Pick<ProfileEntry, "kind" | "dtype" | "variant">): string {
  return `${kind}|${dtype}|${variant ?? ""}`;
}
