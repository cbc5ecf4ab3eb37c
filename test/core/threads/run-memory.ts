import type { z } from "zod";
import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import type { ThreadHost } from "../../../src/core/threads/thread-host.ts";
import { buildMachine } from "../../../src/machine/build-machine.ts";
import { machineSchema, type MachineInput } from "../../../src/machine/schema.ts";
import { memorySystemOf, threadMemory } from "../../../src/memory/system/index.ts";
import { threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { loopPolicies } from "../../../src/loops/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";

/** A run of threads on the CPUs of a machine, with their memory system. */
export interface MemoryRun {
  readonly makespanNs: number;
  readonly host: ThreadHost;
  /** Mean time of a `measure` of this name, in ns. */
  readonly spanNs: (name: string) => number;
  readonly endNs: (group: string) => number;
}

/** Runs threads on the CPUs of a machine, without costs but those of memory unless `input` says so. */
export function runOnMachine(machine: MachineInput, input: ThreadSpecInput, { policy = "fifo", with: options = {}, smt, tickNs = 1 }: { readonly policy?: string; readonly with?: Record<string, unknown>; readonly smt?: number; readonly tickNs?: number } = {}): MemoryRun {
  const { threads, memory } = memorySystemOf(buildMachine(machineSchema.parse(machine)), { ...(smt !== undefined && { smt }) });
  const makers = Object.fromEntries(loopPolicies.all.map((definition) => [definition.name, () => definition.create(defaults(definition.options) as never)]));
  const spec = threadSpec({ threadCosts: "none", ...input }, { cores: { ...threads, smtGain: 1.3 }, loopPolicies: makers, tickNs });
  const simulation = new Simulation({
    instance: emptyInstance("threads", tickNs), scheduler: { dispatch: () => undefined }, seed: 0,
    threads: { spec, policyName: policy, policy: threadPolicies.get(policy).create(defaults(threadPolicies.get(policy).options, options) as never), memory: threadMemory(memory, spec, tickNs) },
  });
  const trace = simulation.run();
  const host = simulation.threads!;
  if (host.outcome) throw new Error(JSON.stringify(host.outcome));
  return {
    makespanNs: trace.makespanTicks * tickNs, host,
    spanNs: (name) => host.measures.spans[spec.spans.indexOf(name)]!.mean * tickNs,
    endNs: (group) => Math.max(...Array.from({ length: host.table.count }, (_, thread) => (spec.groups[host.table.group[thread]!]!.name === group ? host.table.endTicks[thread]! * tickNs : 0))),
  };
}

/** Options of a policy with their defaults. */
function defaults(schema: unknown, given: Record<string, unknown> = {}): unknown {
  return schema === undefined ? given : (schema as z.ZodType).parse(given);
}
