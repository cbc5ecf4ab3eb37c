import { compile } from "../core/compile.ts";
import { Simulation } from "../core/simulation.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { processorMachine } from "../machine/processors.ts";
import type { ThreadPolicyDefinition } from "../plugin.ts";
import { threadSpec } from "../programs/builder.ts";
import { schedulers } from "../schedulers/index.ts";
import { createChecked, located, runAll, wellFormed, type ConformanceCheck } from "./kit.ts";
import { threadSituations, type ThreadSituation } from "./thread-situations.ts";

/** Options of the policy under test, validated by the definition's schema first. Default: `{}`. */
export interface ThreadPolicyCheckOptions {
  readonly options?: unknown;
}

/**
 * Checks that hold for every thread policy, to be run by any test framework: every thread gets a core and ends, on cores
 * where it may run; no core runs two at once and no thread runs in two places; what threads compute is neither lost
 * nor done twice; and the same seed gives the same schedule.
 * @example
 * for (const check of threadPolicyChecks(myThreadPolicy)) test(check.name, check.run);
 */
export function threadPolicyChecks(definition: ThreadPolicyDefinition, { options = {} }: ThreadPolicyCheckOptions = {}): ConformanceCheck[] {
  const run = (situation: ThreadSituation, cores: number, isFree: boolean, seed = 1): ThreadTrace => {
    const spec = threadSpec({ ...situation.sections(cores), ...(isFree && { threadCosts: "none" as const }) });
    const threads = { spec, policy: createChecked(definition, options, "{ … }"), policyName: definition.name };
    return new Simulation({ instance: nothing, scheduler: schedulers.get("fifo").create({}), seed, threads }).run().threads!;
  };
  const everywhere = (situation: ThreadSituation, check: (cores: number, isFree: boolean) => void): void => {
    for (const cores of [1, 2, 4]) for (const isFree of [true, false]) located(`${situation.name} on ${cores} ${cores === 1 ? "core" : "cores"}${isFree ? " without costs" : ""}`, () => check(cores, isFree));
  };
  return [
    wellFormed("thread policy", definition),
    ...threadSituations.map((situation) => ({ name: `runs ${situation.name}`, run: () => everywhere(situation, (cores, isFree) => mustBeSound(run(situation, cores, isFree), situation)) })),
    {
      name: "gives the same schedule for the same seed",
      run() {
        for (const situation of threadSituations) {
          everywhere(situation, (cores, isFree) => {
            const first = digest(run(situation, cores, isFree, 7));
            run(threadSituations[0]!, 2, true, 7);
            if (digest(run(situation, cores, isFree, 7)) !== first) throw new Error("a second run with the same seed gave another schedule: is anything kept outside the policy that `create` makes, or taken from Math.random or a clock?");
          });
        }
      },
    },
  ];
}

/** Runs all of {@link threadPolicyChecks}. @throws {Error} that lists every check that failed. */
export function checkThreadPolicy(definition: ThreadPolicyDefinition, options: ThreadPolicyCheckOptions = {}): void {
  runAll(definition, threadPolicyChecks(definition, options));
}

/** An instance without operators. */
const nothing = compile({ graph: new GraphBuilder("nothing").build(), machine: processorMachine(["host"]), costs: { deviceCount: 1, ns: new Float64Array(0) } });

/** What threads do with a core: `compute` of the columns of use. */
const compute = 0;

function mustBeSound({ outcome, table, rows, cores }: ThreadTrace, { workNs }: ThreadSituation): void {
  if (outcome !== undefined) throw new Error(outcome.message);
  for (let thread = 0; thread < table.length; thread++) if (Number.isNaN(table.endTicks[thread])) throw new Error(`thread ${thread} has not ended`);
  const order = Array.from({ length: rows.length }, (_, row) => row).sort((a, b) => rows.start[a]! - rows.start[b]! || rows.end[a]! - rows.end[b]!);
  const [coreFree, threadFree] = [new Map<number, number>(), new Map<number, number>()];
  for (const row of order) {
    const [core, thread, start] = [rows.core[row]!, rows.thread[row]!, rows.start[row]!];
    if (start < (coreFree.get(core) ?? 0)) throw new Error(`core ${core} runs two threads at ${start}`);
    if (start < (threadFree.get(thread) ?? 0)) throw new Error(`thread ${thread} runs in two places at ${start}`);
    coreFree.set(core, rows.end[row]!);
    threadFree.set(thread, rows.end[row]!);
  }
  let computed = 0;
  for (let at = compute; at < cores.useTicks.length; at += cores.useTicks.length / cores.names.length) computed += cores.useTicks[at]!;
  if (workNs !== undefined && Math.abs(computed - workNs) > table.length) throw new Error(`threads computed for ${computed} ns, and they have ${workNs} ns of work`);
}

function digest({ rows, table }: ThreadTrace): string {
  return [rows.core, rows.thread, rows.use, rows.start, rows.end, table.endTicks].map((column) => column.join()).join("/");
}
