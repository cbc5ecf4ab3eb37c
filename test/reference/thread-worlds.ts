import fc from "fast-check";
import { ProgramBuilder, type ThreadSpecInput } from "../../src/programs/index.ts";
import { referenceThreads, type Action, type ThreadWorld } from "./reference-threads.ts";
import { runThreads } from "../core/threads/run-threads.ts";

const LOCKS = 2;
const ticks = fc.integer({ min: 0, max: 60 });
const pieces = fc.oneof(
  { weight: 3, arbitrary: ticks.map((each): Action[] => [{ do: "compute", ticks: each }]) },
  { weight: 1, arbitrary: ticks.map((each): Action[] => [{ do: "sleep", ticks: each }]) },
  { weight: 1, arbitrary: fc.constant<Action[]>([{ do: "yield" }]) },
  { weight: 4, arbitrary: fc.tuple(fc.nat(LOCKS - 1), ticks).map(([lock, each]): Action[] => [{ do: "lock", lock }, { do: "compute", ticks: each }, { do: "unlock", lock }]) },
  { weight: 1, arbitrary: ticks.map((inner): Action[] => [{ do: "lock", lock: 0 }, { do: "lock", lock: 1 }, { do: "compute", ticks: inner }, { do: "unlock", lock: 0 }, { do: "unlock", lock: 1 }]) },
  { weight: 2, arbitrary: ticks.map((each): Action[] => [{ do: "acquire" }, { do: "compute", ticks: each }, { do: "release" }]) },
  { weight: 2, arbitrary: ticks.map((each): Action[] => [{ do: "pop" }, { do: "compute", ticks: each }]) },
);
const cost = fc.constantFrom(0, 0, 1, 7, 25);

/** Between the same number of barriers, everybody does what he likes; first of all he pushes what his neighbour will pop, so that nobody waits for ever. */
const world: fc.Arbitrary<ThreadWorld> = fc.record({
  rounds: fc.integer({ min: 0, max: 2 }), threads: fc.integer({ min: 1, max: 6 }), more: fc.array(fc.array(pieces, { maxLength: 4 }), { minLength: 18, maxLength: 18 }),
  physical: fc.integer({ min: 1, max: 4 }), smt: fc.boolean(), speeds: fc.array(fc.constantFrom(1, 1, 0.5, 2), { minLength: 8, maxLength: 8 }), smtGain: fc.constantFrom(1, 1.25, 1.5),
  locks: fc.array(fc.record({ design: fc.constantFrom("ticket" as const, "mcs" as const, "futex" as const), fair: fc.boolean() }), { minLength: LOCKS, maxLength: LOCKS }),
  seats: fc.integer({ min: 1, max: 3 }), queueSpin: fc.constantFrom(0, 1, 20, 90, Infinity), barrier: fc.record({ design: fc.constantFrom("central" as const, "tree" as const, "dissemination" as const), fanIn: fc.integer({ min: 2, max: 4 }), spins: fc.boolean() }),
  costs: fc.record({ atomic: cost, line: cost, park: cost, wake: cost, wakeLatency: cost, switch: cost, migrate: cost, yield: cost }),
  quantum: fc.constantFrom(Infinity, 10, 37),
}).map(({ rounds, threads, more, physical, smt, speeds, ...rest }) => ({
  ...rest,
  programs: Array.from({ length: threads }, (_, thread) => Array.from({ length: rounds + 1 }, (__, round) => [
    ...(round > 0 ? [{ do: "barrier" as const }] : []), ...pushesFor(more[((thread + 1) % threads) * 3 + round]!.flat()), ...more[thread * 3 + round]!.flat(),
  ]).flat()),
  cores: Array.from({ length: smt ? 2 * physical : physical }, (_, core) => ({ physical: smt ? core >> 1 : core, speed: speeds[smt ? core >> 1 : core]! })),
}));

/** As many items as these actions take, each after as long as it will be worked on. */
function pushesFor(actions: readonly Action[]): Action[] {
  return actions.flatMap(({ do: what }, i) => (what === "pop" ? [actions[i + 1]!, { do: "push" as const }] : []));
}

function engineRun({ programs, cores, smtGain, locks, seats, queueSpin, barrier, costs, quantum }: ThreadWorld) {
  const physical = cores[cores.length - 1]!.physical + 1;
  const smt = cores.length / physical;
  const input: ThreadSpecInput = {
    programs: programs.map((actions, i) => new ProgramBuilder(`p${i}`).add(...actions.map((action) => {
      switch (action.do) {
        case "compute": return { compute: `${action.ticks}ns` };
        case "sleep": return { sleep: `${action.ticks}ns` };
        case "yield": return "yield";
        case "lock": return { lock: `m${action.lock}` };
        case "unlock": return { unlock: `m${action.lock}` };
        case "barrier": return { barrier: "b" };
        case "acquire": return { acquire: "s" };
        case "release": return { release: "s" };
        case "push": return { push: "q" };
        case "pop": return { pop: "q" };
      }
    }))),
    threads: Object.fromEntries(programs.map((_, i) => [`p${i}`, 1])),
    locks: Object.fromEntries(locks.map(({ design, fair }, i) => [`m${i}`, { kind: design, ...(design === "futex" && { fair }) }])),
    semaphores: { s: seats }, queues: { q: queueSpin === 0 ? {} : queueSpin < Infinity ? { spin: `${queueSpin}ns` } : { waiting: "spin" } }, barriers: { b: { parties: programs.length, design: barrier.design, ...(barrier.design === "tree" && { fanIn: barrier.fanIn }), waiting: barrier.spins ? "spin" : "block" } },
    cores: { count: physical, speeds: Array.from({ length: physical }, (_, core) => cores[core * smt]!.speed), ...(smt > 1 && { smt, smtGain }) },
    threadCosts: { ...Object.fromEntries(Object.entries(costs).map(([name, each]) => [name, `${each}ns`])), spawn: "0ns", queue: "0ns", step: "0ns" },
  };
  return quantum < Infinity ? runThreads(input, "round-robin", { with: { quantum } }) : runThreads(input, "fifo");
}

function engineEnds(which: ThreadWorld): number[] {
  const { threads } = engineRun(which);
  return Array.from({ length: which.programs.length }, (_, thread) => (Number.isNaN(threads.host.table.endTicks[thread]!) ? Infinity : threads.host.table.endTicks[thread]!));
}

/** Runs so many random worlds through both; throws at the first in which a thread ends at another tick. */
export function assertSameEnds(cases: number, seed: number): void {
  fc.assert(fc.property(world, (which) => {
    const [engine, reference] = [engineEnds(which), referenceThreads(which)];
    if (engine.join() !== reference.join()) throw new Error(`the engine ends the threads at ${engine.join(", ")}, the reference at ${reference.join(", ")}`);
  }), { numRuns: cases, seed, endOnFailure: true });
}
