import { hostMicros } from "./host-items.ts";
import { costsOf, type CostsOrigin, type RawSamples, type ThreadCosts } from "./micro/costs.ts";

export { hostItems } from "./host-items.ts";

/** The profile of thread costs that samples of the items give, for `heddle calibrate`. */
export function threadCosts(raw: readonly RawSamples[], origin: CostsOrigin): ThreadCosts {
  return costsOf(hostMicros, raw, origin);
}
