import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import type { LoopPolicyMaker } from "../../../src/core/threads/thread-spec.ts";
import { loopPolicies } from "../../../src/loops/index.ts";
import { threadMemory } from "../../../src/memory/system/index.ts";
import { ProgramBuilder, threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";
import type { ThreadCosts } from "../micro/costs.ts";
import { figureSources } from "../micro/figures.ts";
import { adaptiveSpins } from "../primitives/futex-lock.ts";
import { treeFanIn } from "../primitives/tree-barrier.ts";
import { barrierWork } from "../programs/barrier-loop.ts";
import { streamArrays } from "../programs/stream-loop.ts";
import { stealInput } from "./steal-input.ts";
import { streamMemory } from "./stream-memory.ts";
import { operationsOf, type ThreadCase } from "./thread-case.ts";

/** Items of a profile without which nothing can be simulated. */
export const neededItems = ["work.step", "spin.read", "kernel.pass", "kernel.call"];

/** The barrier whose threads park at once, which the streams and one of the barrier cases have. */
const parking = { design: "central", waiting: "block" } as const;

/** Ticks per ns: work in steps is not a whole number of ns. */
const ticksPerNs = 10;

/**
 * What an operation of a case takes by simulation: from the start of all threads to the end of the last, by the operations.
 * @param profile costs of the machine, with the {@link neededItems}; where others are missing, the defaults of the simulator stand. Nothing else is known of it but its number of cores
 * @returns ns; undefined for a stream where the profile does not say what one thread gets of the memory
 */
export function simulateCase(one: ThreadCase, profile: ThreadCosts): number | undefined {
  const item = (name: string): number => profile.costs[name]!.value;
  const memory = one.program === "stream-loop" ? streamMemory(one.params.kernel, profile) : undefined;
  if (one.program === "stream-loop" && memory === undefined) return undefined;
  const costs = Object.fromEntries(Object.keys(figureSources).filter((name) => name in profile.costs).map((name) => [name, `${item(name)}${name === "refill" ? "GB/s" : "ns"}`]));
  const spec = threadSpec({ ...inputOf(one, item), cores: profile.machine.cores, threadCosts: costs }, { tickNs: 1 / ticksPerNs, loopPolicies: loopMakers(one) });
  const eevdf = threadPolicies.get("eevdf");
  const options = (eevdf.options as unknown as { parse(value: object): object }).parse("switch.slice" in profile.costs ? { scale: false, slice: `${item("switch.slice")}ns` } : {});
  const windowMs = one.program === "lock-loop" ? one.params.windowMs : 0;
  const simulation = new Simulation({
    instance: emptyInstance(one.name, 1 / ticksPerNs), scheduler: { dispatch: () => undefined }, seed: 1,
    threads: { spec, policyName: "eevdf", policy: eevdf.create(options), ...(memory && { memory: threadMemory(memory, spec, 1 / ticksPerNs) }) },
    ...(windowMs > 0 && { untilTicks: windowMs * 1e6 * ticksPerNs }),
  });
  const { endTicks, counters } = simulation.run().threads!;
  return endTicks / ticksPerNs / operationsOf(one, [...counters.marks]).count;
}

/** The case in the words of a scenario. */
function inputOf(one: ThreadCase, item: (name: string) => number): ThreadSpecInput {
  const work = (steps: number): string => `${(steps * item("work.step")).toFixed(1)}ns`;
  const { threads } = one;
  switch (one.program) {
    case "lock-loop": {
      const { design, local, critical, rounds } = one.params;
      const spin = design === "adaptive" ? { spin: `${adaptiveSpins * item("spin.read")}ns` } : {};
      return {
        programs: [new ProgramBuilder("worker").repeat(rounds, (p) => p.compute(work(local)).lock("m").compute(work(critical)).unlock("m").mark("done"))],
        threads: { worker: threads },
        locks: { m: { kind: design as "mcs", ...spin } },
      };
    }
    case "barrier-loop": {
      const { design, rounds } = one.params;
      const names = Array.from({ length: threads }, (_, thread) => `worker${thread}`);
      return {
        programs: names.map((name, thread) => new ProgramBuilder(name).repeat(rounds, (p) => p.compute(work(barrierWork(one.params, thread))).barrier("b"))),
        threads: Object.fromEntries(names.map((name) => [name, 1])),
        barriers: { b: { parties: threads, ...(design === "central-block" ? parking : { design: design as "tree", waiting: "spin", ...(design === "tree" && { fanIn: treeFanIn }) }) } },
      };
    }
    case "steal-loop":
      return stealInput(one.params, threads, work);
    case "parallel-for": {
      const { schedule, iterations, passes, ramp, serial, loops } = one.params;
      const kernel = (count: number): string => `${(count * item("kernel.pass") + item("kernel.call")).toFixed(1)}ns`;
      const loop = { loop: "l", iterations, each: kernel(passes) };
      return {
        programs: [new ProgramBuilder("worker").repeat(loops, (p) => p.if("$i == 0", (q) => q.compute(kernel(serial))).parallel(loop.loop, loop))],
        threads: { worker: threads },
        loops: { l: { policy: schedule, ramp } },
      };
    }
    case "stream-loop": {
      const { kernel, mebibytes, passes, work: steps } = one.params;
      const bytes = Math.round((streamArrays(kernel) * mebibytes * 2 ** 20) / threads);
      return {
        programs: [new ProgramBuilder("worker").repeat(passes, (p) => p.compute(work(steps)).compute("0ns", { bytes: `${bytes}B` }).barrier("b"))],
        threads: { worker: threads },
        barriers: { b: { parties: threads, ...parking } },
      };
    }
  }
}

/** What cuts the loop of a case. */
function loopMakers(one: ThreadCase): Record<string, LoopPolicyMaker> {
  if (one.program !== "parallel-for") return {};
  const { schedule, chunk } = one.params;
  const definition = loopPolicies.get(schedule);
  const options = (definition.options as unknown as { parse(value: object): object }).parse(schedule === "static" ? {} : { chunk });
  return { [schedule]: () => definition.create(options) };
}
