import type { Profile } from "../../cost/profile/profile.ts";
import { medianLoad } from "../measure/busy.ts";
import type { Sample } from "../sample.ts";
import { speedOf, type MachineSpeed } from "./speed-of.ts";

/** The speed of a machine around something that was measured on it. */
export interface SpeedAround extends MachineSpeed {
  /** The same ratio, of what was measured before. */
  readonly before: number;
  /** … and after. */
  readonly after: number;
  /** Median share of all cores' time that other programs had while the kernels were measured; absent where the system does not say. */
  readonly load?: number;
}

/** {@link speedOf} two measurements together, and each; undefined where one of them has nothing. */
export function speedAround(before: readonly Sample[], after: readonly Sample[], profile: Profile): SpeedAround | undefined {
  const all = [...before, ...after];
  const [both, first, last] = [all, before, after].map((samples) => speedOf(samples, profile));
  if (both === undefined || first === undefined || last === undefined) return undefined;
  const load = medianLoad(all);
  return { ...both, before: first.ratio, after: last.ratio, ...(load !== undefined && { load }) };
}
