import { Hasher } from "../base/hash.ts";
import type { Instance } from "./instance.ts";

/** Hash of everything in an instance but its names, its `digest` and what schedulers are told of it: equal digests, equal problems. */
export function instanceDigest(instance: Omit<Instance, "digest">): string {
  const hasher = new Hasher().number(instance.tickNs);
  for (const key of Object.keys(instance).sort() as (keyof typeof instance)[]) {
    // A copy of an instance has its digest as a getter, which would ask for itself here.
    const column = (key as string) === "digest" || key === "estimateTicks" ? undefined : instance[key];
    if (typeof column !== "object") continue;
    if (column instanceof Float64Array || column instanceof Uint32Array || column instanceof Int32Array) hasher.array(column);
    else if ("start" in column) hasher.array(column.start).array("item" in column ? column.item : column.node);
  }
  return hasher.digest();
}
