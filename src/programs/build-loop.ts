import type { LoopPolicyMaker } from "../core/threads/thread-spec.ts";
import { falseSharing, sharedStoreNs } from "../memory/system/line-costs.ts";
import type { ObjectSetting } from "./build-objects.ts";
import { memoryAccess } from "./memory-access.ts";
import type { ObjectInit, ObjectTable } from "./objects.ts";
import type { Issues, Path } from "./place.ts";
import type { NamedOptions } from "./schema.ts";

/** Where a loop is put together. */
interface LoopPlace {
  readonly path: Path;
  readonly objects: ObjectTable;
  readonly setting: ObjectSetting;
  readonly issues: Issues;
}

const defaultLineBytes = 64;
/** Of a loop that names none. */
export const usualLoopPolicy = { use: "static" };

/** A parallel loop: how it is cut, and what its iterations do to memory. */
export function buildLoop(name: string, { count = 1, policy: { use: policyName } = usualLoopPolicy, ramp = 0, falseSharing: sharing = 0, memory }: NamedOptions<"loops">, policy: LoopPolicyMaker, { path, objects, setting, issues }: LoopPlace): ObjectInit {
  const { tickNs, costs, nodes, tables } = setting;
  const at = (key: string) => ({ path: [...path, "memory", key] });
  const data = memory?.in === undefined ? undefined : objects.find(memory.in, ["data"], at("in"), "a loop");
  if (data && data.group.count > 1) issues.add("which-one", `there are ${data.group.count} of ${data.group.name}, and a loop touches one`, at("in"));
  const dataBytes = data?.group.kind === "data" ? data.group.bytes : undefined;
  const sharedLines = typeof sharing === "number" ? undefined : lineSharing(sharing.element, sharing.line ?? defaultLineBytes, costs.lineTicks);
  return {
    kind: "loop", name, count, policy, policyName, ramp, falseSharingTicks: typeof sharing === "number" ? sharing / tickNs : 0,
    access: memory === undefined ? -1 : tables.accesses.number(memoryAccess(memory, { name, dataBytes, shared: true, nodes }, at, issues)),
    data: data?.number ?? -1, ...(sharedLines && { sharedLines }),
  };
}

/** What an iteration loses by stores to lines that iterations of other chunks store to as well. */
function lineSharing(elementBytes: number, lineBytes: number, lineTicks: number): (chunk: number, workers: number, eachTicks: number) => number {
  return (chunk, workers, eachTicks) => {
    const { share, writers } = falseSharing({ elementBytes, chunk, threads: workers, lineBytes });
    return share === 0 ? 0 : share * sharedStoreNs(writers, lineTicks, eachTicks);
  };
}
