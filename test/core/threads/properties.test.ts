import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceDigest } from "../../../src/core/trace-buffer.ts";
import { Use } from "../../../src/core/threads/thread-table.ts";
import { lockDesigns } from "../../../src/core/threads/thread-spec.ts";
import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";
import { runThreads, type ThreadRun } from "./run-threads.ts";

const LOCKS = 3;
type Step = { readonly kind: "compute" | "sleep" | "yield" | "section" | "seat" | "meet"; readonly ns: number; readonly lock: number };

const steps = fc.array(fc.record({ kind: fc.constantFrom("compute", "compute", "section", "section", "seat", "sleep", "yield", "meet"), ns: fc.integer({ min: 1, max: 500 }), lock: fc.nat(LOCKS - 1) }), { minLength: 1, maxLength: 6 }) as fc.Arbitrary<Step[]>;
const scenario = fc.record({
  programs: fc.array(steps, { minLength: 1, maxLength: 3 }), counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
  rounds: fc.integer({ min: 1, max: 4 }), cores: fc.integer({ min: 1, max: 5 }), smt: fc.boolean(), designs: fc.array(fc.constantFrom(...lockDesigns), { minLength: LOCKS, maxLength: LOCKS }),
  fair: fc.boolean(), costs: fc.boolean(), policy: fc.constantFrom(...threadPolicies.all.map(({ name }) => name)), seed: fc.nat(1000),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Locks are taken one at a time and given back, and everybody comes to the barrier as often: nothing can get stuck. */
function inputOf({ programs, counts, rounds, cores, smt, designs, fair, costs }: Scenario): ThreadSpecInput {
  const used = programs.map((_, i) => counts[i]!);
  const meets = programs.every((program) => program.some(({ kind }) => kind === "meet"));
  return {
    programs: programs.map((program, i) => new ProgramBuilder(`p${i}`).repeat(rounds, (p) => {
      for (const { kind, ns, lock } of program) {
        if (kind === "compute") p.compute(`${ns}ns`);
        else if (kind === "sleep") p.sleep(`${ns}ns`);
        else if (kind === "yield") p.yield();
        else if (kind === "section") p.lock(`m${lock}`).compute(`${ns}ns`).unlock(`m${lock}`);
        else if (kind === "seat") p.acquire("s").compute(`${ns}ns`).release("s");
      }
      if (meets) p.barrier("b");
    })),
    threads: Object.fromEntries(programs.map((_, i) => [`p${i}`, { count: used[i]!, priority: i }])),
    locks: Object.fromEntries(designs.map((kind, i) => [`m${i}`, { kind, ...((kind === "futex" || kind === "adaptive") && { fair }) }])),
    semaphores: { s: 2 }, ...(meets && { barriers: { b: { parties: used.reduce((sum, count) => sum + count, 0) } } }),
    cores: { count: cores, ...(smt && { smt: 2, smtGain: 1.3 }) },
    ...(costs ? { threadCosts: { atomic: "3ns", line: "20ns", park: "90ns", wake: "70ns", wakeLatency: "40ns", switch: "15ns", migrate: "9ns", yield: "5ns" } } : {}),
  };
}

function run(which: Scenario): ThreadRun {
  const policy = threadPolicies.get(which.policy);
  const options = policy.options?.["~standard"].validate({}) as { value: unknown } | undefined;
  return runThreads({ ...inputOf(which), ...(!which.costs && { threadCosts: "none" as const }) }, policy.create(options?.value), { seed: which.seed });
}

describe("threads, whatever they do", () => {
  it("end, keep one at a time to a core and to a lock, and do exactly the work that was asked", () => {
    fc.assert(fc.property(scenario, (which) => {
      const { threads, makespan } = run(which);
      expect(threads.outcome).toBeUndefined();
      expect(threads.host.allEnded).toBe(true);

      const { rows, holds, waits } = threads;
      inTurn(rows.length, (i) => rows.core[i]!, rows.start, rows.end);
      inTurn(holds.length, (i) => (threads.host.objects.groups[threads.host.objects.groupOf[holds.object[i]!]!]!.kind === "mutex" ? holds.object[i]! : -1), holds.start, holds.end);
      for (let i = 0; i < waits.length; i++) expect(waits.end[i]!).toBeGreaterThanOrEqual(waits.start[i]!);

      const asked = which.programs.reduce((sum, program, i) => sum + which.counts[i]! * which.rounds * program.reduce((work, { kind, ns }) => work + (kind === "compute" || kind === "section" || kind === "seat" ? ns : 0), 0), 0);
      let computed = 0;
      for (let core = 0; core < threads.host.cores.count; core++) computed += threads.host.cores.useTicks[core * 4 + Use.compute]! - threads.host.cores.stalledTicks[core]!;
      expect(Math.abs(computed - asked)).toBeLessThan(1e-6 * asked + 1e-3);
      expect(makespan).toBeGreaterThanOrEqual(Math.floor(asked / (which.cores * (which.smt ? 1.3 : 1))));
    }), { numRuns: 400, seed: 1 });
  });

  it("do the same again", () => {
    fc.assert(fc.property(scenario, (which) => {
      const [first, second] = [run(which).simulation.trace(), run(which).simulation.trace()];
      expect(traceDigest(first)).toBe(traceDigest(second));
      expect(first.threads!.rows).toEqual(second.threads!.rows);
    }), { numRuns: 60, seed: 2 });
  });

  it("scale with time: three times all durations, three times the makespan, where nothing is left to chance", () => {
    fc.assert(fc.property(scenario.map((which) => ({ ...which, costs: false, smt: false, policy: "fifo", designs: ["ticket", "mcs", "futex"] as Scenario["designs"] })), (which) => {
      const longer = { ...which, programs: which.programs.map((program) => program.map((step) => ({ ...step, ns: step.ns * 3 }))) };
      expect(run(longer).makespan).toBe(3 * run(which).makespan);
    }), { numRuns: 150, seed: 3 });
  });
});

/** Stretches of one key (-1 = none) do not overlap. */
function inTurn(count: number, key: (i: number) => number, start: Float64Array, end: Float64Array): void {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => key(a) - key(b) || start[a]! - start[b]! || end[a]! - end[b]!);
  for (let k = 1; k < order.length; k++) {
    const [before, after] = [order[k - 1]!, order[k]!];
    if (key(before) >= 0 && key(before) === key(after)) expect(start[after]!).toBeGreaterThanOrEqual(end[before]!);
  }
}
