import { evaluate } from "../cost/profile/profile-model.ts";
import type { Profile, ProfileEntry } from "../cost/profile/profile.ts";
import type { OpClass } from "../graph/graph.ts";
import type { RuntimeSetting } from "./runtime-setting.ts";

/** What a runtime does beside kernels. */
export interface Overheads {
  /** Once a run: the call, feeding, fetching. */
  readonly perRunNs: number;
  /** For a node that does nothing: its context, its allocations, handing on. */
  readonly perViewNs: number;
  /** For each operator, beyond what its measured time includes already. */
  readonly perOpNs: number;
}

/** Lengths of chains of empty operators, from which the two figures follow. */
const [short, long] = [1, 512];

/**
 * The overheads that a profile has measured, as the kind "run.nodes": whole runs of so many empty operators, with the
 * sequential executor, or with the parallel one under the variant "parallel". The times of operators include the
 * sequential executor's share. Without such measurements all are 0.
 */
export function overheadsOf(profile: Profile, { executor, intraThreads }: RuntimeSetting): Overheads {
  const entry = (variant: string | undefined): ProfileEntry | undefined => profile.entries.find((other) => other.kind === "run.nodes" && other.variant === variant);
  const sequential = entry(undefined);
  if (sequential === undefined) return { perRunNs: 0, perViewNs: 0, perOpNs: 0 };
  const base = chain(sequential, profile, intraThreads);
  const parallel = executor === "parallel" ? entry("parallel") : undefined;
  if (parallel === undefined) return { perRunNs: base.perRunNs, perViewNs: base.perNodeNs, perOpNs: 0 };
  const { perRunNs, perNodeNs } = chain(parallel, profile, intraThreads);
  return { perRunNs, perViewNs: perNodeNs, perOpNs: Math.max(0, perNodeNs - base.perNodeNs) };
}

function chain({ model, threads: measured }: ProfileEntry, { device: { figures } }: Profile, threads: number): { perRunNs: number; perNodeNs: number } {
  const timeOf = evaluate(model);
  const timeOfChain = (nodes: number): number => {
    const op: OpClass = { kind: "run.nodes", shape: { nodes }, dtype: "f32", flops: 0, macs: 0, readBytes: 0, writeBytes: 0, parameterBytes: 0 };
    return timeOf({ op, threads: measured === undefined ? 1 : threads, figures }).ns;
  };
  const perNodeNs = Math.max(0, (timeOfChain(long) - timeOfChain(short)) / (long - short));
  return { perRunNs: Math.max(0, timeOfChain(short) - short * perNodeNs), perNodeNs };
}
