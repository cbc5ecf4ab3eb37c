import fc from "fast-check";
import { SimulationError } from "../../src/base/errors.ts";
import { emptyInstance } from "../../src/core/empty-instance.ts";
import { Simulation } from "../../src/core/simulation.ts";
import type { ThreadTrace } from "../../src/core/threads/thread-trace.ts";
import { traceDigest } from "../../src/core/trace-buffer.ts";
import type { Trace } from "../../src/core/trace.ts";
import { threadSpec, type ThreadSpecInput } from "../../src/programs/index.ts";
import { threadPolicies } from "../../src/threads/index.ts";

/**
 * Random worlds of threads that meet at everything there is, to be run thrice: as ever; one round at a time through the whole
 * engine; and so that nobody goes ahead. The three must do the same.
 */

type Instruction = Readonly<Record<string, unknown>> | string;

const LOCKS = 3;
const tenths = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((each) => `${each / 10}ns` as const);
const cost = fc.oneof({ weight: 1, arbitrary: fc.constantFrom("0ns" as const, "1ns" as const, "7ns" as const) }, { weight: 2, arbitrary: tenths(40) });
const work = fc.oneof(
  { weight: 6, arbitrary: tenths(80) as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: fc.constantFrom<unknown>("0ns", "0.0000004ns", { exponential: "30ns" }, { uniform: ["1ns", "50ns"] }, { exponential: "20ns", source: "luck" }) },
);
/** Once in so many worlds; else null. */
const rarely = <T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const lock = fc.constantFrom("m0", "m0", "m1", "m2");
const inside = (around: Instruction[], ...between: Instruction[]): Instruction[] => [around[0]!, ...between, around[1]!];

/** Critical sections, alone and in each other: where threads go ahead. */
const sections: fc.Arbitrary<Instruction[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(lock, work).map(([m, compute]) => inside([{ lock: m }, { unlock: m }], { compute })) },
  { weight: 3, arbitrary: fc.tuple(lock, work, work).map(([m, compute, after]) => [...inside([{ lock: m }, { unlock: m }], { compute }), { mark: "done" }, { compute: after }]) },
  // In this order always, so that no circle closes.
  { weight: 2, arbitrary: fc.tuple(work, work, work).map(([first, second, third]) => inside([{ lock: "m0" }, { unlock: "m0" }], { compute: first }, ...inside([{ lock: "m1" }, { unlock: "m1" }], { compute: second }), { compute: third })) },
  { weight: 1, arbitrary: fc.tuple(work, work).map(([first, second]) => [{ lock: "m1" }, { lock: "m2" }, { compute: first }, { unlock: "m1" }, { compute: second }, { mark: "late" }, { unlock: "m2" }]) },
  { weight: 1, arbitrary: work.map((compute) => inside([{ lock: "r" }, { unlock: "r" }], ...inside([{ lock: "r" }, { unlock: "r" }], { compute }))) },
  { weight: 1, arbitrary: fc.tuple(lock, work, work).map(([of, compute, other]) => [{ tryLock: { of, then: [{ compute }, { unlock: of }, { mark: "got" }], else: [{ compute: other }] } }]) },
  { weight: 1, arbitrary: fc.tuple(lock, work).map(([m, compute]) => [{ measure: { name: "section", do: inside([{ lock: m }, { unlock: m }], { compute }, { mark: "within" }) } }]) },
  { weight: 1, arbitrary: fc.tuple(lock, work).map(([m, compute]) => inside([{ lock: m }, { unlock: m }], { let: { then: "now()" } }, { compute }, { if: "now() - $then > 30ns", then: [{ mark: "slow" }, { mark: "done" }] })) },
  { weight: 2, arbitrary: fc.tuple(lock, work, work).map(([m, compute, after]) => [...inside([{ lock: m }, { unlock: m }], { compute }), { mark: "done" }, { mark: "late" }, { compute: after }]) },
);
/** Everything else at which threads meet or leave their cores. */
const meetings: fc.Arbitrary<Instruction[]> = fc.oneof(
  { weight: 3, arbitrary: work.map((compute) => [{ compute }]) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("shared", "exclusive"), work).map(([mode, compute]) => inside([{ lock: { of: "rw", mode } }, { unlock: "rw" }], { compute })) },
  { weight: 2, arbitrary: work.map((compute) => inside([{ acquire: "s" }, { release: "s" }], { compute })) },
  // Everybody pushes what he pops, so nobody waits for ever.
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("q", "guarded", "spun"), work).map(([queue, compute]) => [{ push: { to: queue, value: "$i" } }, { compute }, { pop: { from: queue, into: "x" } }]) },
  { weight: 1, arbitrary: work.map((compute) => [{ send: { to: "ch", value: 1, bytes: "8B" } }, { compute }, { receive: { from: "ch" } }]) },
  { weight: 1, arbitrary: work.map((compute) => [{ pushBottom: { to: "d[$thread]", value: 1 } }, { compute }, { steal: { from: "d[($thread + 1) % 8]", then: [{ compute }], else: [{ mark: "nothing" }] } }]) },
  { weight: 1, arbitrary: fc.tuple(lock, fc.constantFrom("signal", "broadcast")).map(([m, verb]) => inside([{ lock: m }, { unlock: m }], { [verb]: "c" })) },
  { weight: 1, arbitrary: work.map((compute) => [{ set: "f" }, { compute }, { await: "f" }]) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map((setPriority) => [{ setPriority }]) },
  { weight: 1, arbitrary: tenths(90).map((sleep) => [{ sleep }]) },
  { weight: 1, arbitrary: fc.constant<Instruction[]>(["yield"]) },
  { weight: 1, arbitrary: work.map((compute) => [{ allocate: { from: "h", bytes: "100B", into: "a" } }, { compute }, { free: { address: "$a", to: "h" } }]) },
  { weight: 1, arbitrary: fc.constant<Instruction[]>([{ transfer: { file: "disk", bytes: "40B" } }]) },
  { weight: 1, arbitrary: work.map((compute) => [{ spawn: { group: "child", into: "t" } }, { compute }, { join: "$t" }]) },
);
/** Gets stuck now and then: a signal that came before, two locks in both orders. */
const traps: fc.Arbitrary<Instruction[]> = fc.oneof(
  lock.map((m): Instruction[] => inside([{ lock: m }, { unlock: m }], { wait: { on: "c", with: m } })),
  work.map((compute): Instruction[] => inside([{ lock: "m2" }, { unlock: "m2" }], { compute }, ...inside([{ lock: "m0" }, { unlock: "m0" }], { compute }))),
  fc.constant<Instruction[]>([{ acquire: "s" }]),
);

const design = fc.constantFrom("test-and-set" as const, "ticket" as const, "mcs" as const, "mcs" as const, "adaptive" as const, "futex" as const);
const lockOptions = fc.record({ kind: design, fair: fc.boolean(), order: fc.constantFrom("fifo" as const, "fifo" as const, "priority" as const), protocol: fc.constantFrom("none" as const, "inherit" as const, "ceiling" as const), spin: tenths(90), ceiling: fc.integer({ min: 0, max: 9 }) });
const waiting = fc.constantFrom("block" as const, "spin" as const);
const policy = fc.oneof(
  fc.tuple(fc.constantFrom("fifo", "coroutines", "rate-monotonic", "deadline-monotonic", "edf"), fc.constant({})),
  fc.tuple(fc.constantFrom("round-robin"), fc.record({ quantum: fc.constantFrom("5ns", "10ns", "37ns", "37ns", "100.5ns") })),
  fc.tuple(fc.constantFrom("priority", "pinned", "work-stealing"), fc.record({ quantum: fc.constantFrom("0ns", "23ns", "60ns") })),
  fc.tuple(fc.constantFrom("fair"), fc.record({ latency: fc.constantFrom("60ns", "200ns"), granularity: fc.constantFrom("10ns", "33ns"), preempt: fc.boolean(), sleepers: fc.constantFrom("gentle", "full", "none"), queues: fc.constantFrom("per-core", "global") })),
  fc.tuple(fc.constantFrom("eevdf"), fc.record({ slice: fc.constantFrom("20ns", "75ns"), quantum: fc.constantFrom("0ns", "11ns"), preempt: fc.boolean() })),
) as fc.Arbitrary<readonly [string, Record<string, unknown>]>;

const group = fc.record({
  block: fc.array(fc.oneof({ weight: 3, arbitrary: sections }, { weight: 1, arbitrary: meetings }), { minLength: 1, maxLength: 5 }), trap: rarely(20, traps), rounds: fc.integer({ min: 2, max: 8 }), count: fc.integer({ min: 1, max: 5 }), priority: fc.integer({ min: 0, max: 3 }),
  affinity: rarely(4, fc.array(fc.nat(3), { minLength: 1, maxLength: 3 })), start: tenths(40), bytes: fc.constantFrom(0, 0, 90), period: rarely(5, fc.constantFrom("300ns" as const, "911.5ns" as const)),
});
const world = fc.record({
  groups: fc.array(group, { minLength: 1, maxLength: 3 }), locks: fc.array(lockOptions, { minLength: LOCKS, maxLength: LOCKS }), prefer: fc.constantFrom("readers" as const, "writers" as const, "fifo" as const), waiting: fc.array(waiting, { minLength: 4, maxLength: 4 }),
  barrier: fc.option(fc.constantFrom("central" as const, "tree" as const, "dissemination" as const)), seats: fc.integer({ min: 1, max: 3 }), capacity: fc.option(fc.integer({ min: 8, max: 20 })),
  speeds: fc.array(fc.constantFrom(1, 1, 1, 0.5, 2, 0.3, 1.7), { minLength: 4, maxLength: 4 }), cores: fc.constantFrom(1, 2, 3, 4, 4), smt: rarely(5, fc.integer({ min: 1, max: 2 })),
  costs: fc.record({ atomic: cost, line: cost, park: cost, wake: cost, wakeLatency: cost, switch: cost, migrate: cost, yield: cost, spawn: cost, queue: cost, step: fc.constantFrom("0ns" as const, "0ns" as const, "0.3ns" as const) }),
  policy, seed: fc.nat(9), untilTicks: fc.oneof(fc.constant(9000), fc.integer({ min: 20, max: 700 })), livelock: rarely(8, fc.constantFrom("200ns" as const, "777ns" as const)), starvation: rarely(12, fc.constantFrom("150ns" as const, "900ns" as const)),
});
/** One of them. */
export type AheadWorld = typeof world extends fc.Arbitrary<infer T> ? T : never;

function inputOf({ groups, locks, prefer, waiting: [rw, meeting, spun, flag], barrier, seats, capacity, speeds, cores, smt, costs, livelock, starvation }: AheadWorld): ThreadSpecInput {
  const total = cores + (smt ?? 0);
  return {
    programs: {
      ...Object.fromEntries(groups.map(({ block, trap, rounds, period }, i) => [`p${i}`, [{ repeat: rounds, do: [...block.flat(), ...(barrier === null ? [] : [{ barrier: "b" }]), ...(period === null ? [] : ["nextPeriod"])] }, ...(trap ?? [])]])),
      child: [{ lock: "m0" }, { compute: "9.5ns" }, { unlock: "m0" }, { mark: "done" }],
    },
    threads: {
      ...Object.fromEntries(groups.map(({ count, priority, affinity, start, bytes, period }, i) => [`p${i}`, { count, priority, start, workingSet: `${bytes}B` as const, ...(affinity !== null && { affinity: [...new Set(affinity.map((core) => core % total))] }), ...(period !== null && { period }) }])),
      child: { count: 0 },
    },
    locks: {
      ...Object.fromEntries(locks.map(({ kind, fair, order, protocol, spin, ceiling }, i) => [`m${i}`, {
        kind, protocol, ...(protocol === "ceiling" && { ceiling }), ...((kind === "futex" || kind === "adaptive") && { fair, order }), ...(kind === "adaptive" && { spin }),
      }])),
      r: { kind: locks[0]!.kind, recursive: true }, rw: { kind: "reader-writer", prefer, waiting: rw! },
    },
    conditions: ["c"], semaphores: { s: seats }, flags: { f: { waiting: flag! } }, deques: { d: { count: 64 } }, channels: { ch: { latency: "12ns", bandwidth: "1GB/s", waiting: spun! } }, heaps: { h: { capacity: "1MiB" } }, files: { disk: { latency: "5ns", bandwidth: "1GB/s" } },
    queues: { q: capacity === null ? {} : { capacity }, guarded: { lock: "m2" }, spun: { waiting: spun! } },
    ...(barrier !== null && { barriers: { b: { design: barrier, waiting: meeting! } } }),
    cores: [{ count: cores, speeds: speeds.slice(0, cores) }, ...(smt === null ? [] : [{ name: "twin", count: 1, smt: smt }])],
    threadCosts: { ...costs, refill: "1GB/s" },
    watch: { ...(livelock !== null && { livelock }), ...(starvation !== null && { starvation }) },
  };
}

interface Outcome {
  readonly trace?: Trace;
  readonly error?: string;
}

function outcome(which: AheadWorld, goAhead: boolean, byRounds: boolean): Outcome {
  const spec = threadSpec(inputOf(which));
  const [policyName, options] = which.policy;
  const definition = threadPolicies.get(policyName);
  const checked = definition.options?.["~standard"].validate(options) as { value: unknown; issues?: unknown } | undefined;
  if (checked?.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  // As if each instruction stood on a line of its own, so that findings tell them apart.
  const numbered = { ...spec, program: { ...spec.program, files: ["world.yaml"], line: spec.program.line.map((_, i) => i + 1), column: spec.program.column.fill(1) } };
  try {
    const simulation = new Simulation({ instance: emptyInstance("ahead", 1), scheduler: { dispatch: () => undefined }, seed: which.seed, untilTicks: which.untilTicks, threads: { spec: numbered, policyName, policy: definition.create(checked?.value), goAhead } });
    if (!byRounds) return { trace: simulation.run() };
    while (simulation.step());
    return { trace: simulation.trace() };
  } catch (cause) {
    if (!(cause instanceof SimulationError)) throw cause;
    return { error: cause.message };
  }
}

const rounded = (ticks: ArrayLike<number>): number[] => Array.from(ticks, (each) => Math.round(each * 1e5) / 1e5 + 0);
const digits = (columns: object): object => Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, ArrayBuffer.isView(column) ? rounded(column as Float64Array) : column]));

/** What a run left behind, but for how many events it took, and the order in which rows were written; floats rounded. */
function seen({ trace, error }: Outcome): object {
  if (trace === undefined) return { error };
  const { makespanTicks, complete } = trace;
  const { rows, cores, objects, table, counters, spans, waits, holds, ready, ...threads } = trace.threads as ThreadTrace;
  return {
    makespanTicks, complete, ...threads, table: digits(table), useTicks: rounded(cores.useTicks), stalledTicks: rounded(cores.stalledTicks),
    objects: { ...digits(objects), waits: digits(objects.waits), holds: digits(objects.holds), stays: digits(objects.stays) }, counters: digits(counters), spans: digits(spans.durations),
    rows: stretches(rows),
    logs: [waits, holds, ready].map(digits),
  };
}

/** What each core did, whole stretches of it. */
function stretches({ length, core, thread, use, start, end }: ThreadTrace["rows"]): string[] {
  const told: string[] = [];
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => core[a]! - core[b]! || start[a]! - start[b]!);
  let [what, from, to] = ["", 0, 0];
  const tell = (): unknown => what !== "" && told.push(`${what}: ${from} to ${to}`);
  for (const i of order) {
    const next = `core ${core[i]}, thread ${thread[i]}, use ${use[i]}`;
    const [begins, ends] = rounded([start[i]!, end[i]!]) as [number, number];
    if (next !== what || begins !== to) {
      tell();
      [what, from] = [next, begins];
    }
    to = ends;
  }
  tell();
  return told;
}

/** What came of random worlds. */
export interface AheadTally {
  readonly worlds: number;
  /** Worlds in which somebody went ahead, and the events that this saved. */
  readonly ahead: number;
  readonly savedEvents: number;
}

/**
 * Runs so many random worlds in three ways; nothing that they leave behind may differ.
 * @param same throws where two results differ
 */
export function assertNothingElseChanges(worlds: number, seed: number, same: (one: object, other: object) => void): AheadTally {
  let ahead = 0;
  let savedEvents = 0;
  fc.assert(fc.property(world, (which) => {
    const usual = outcome(which, true, false);
    const stepped = outcome(which, true, true);
    const apart = outcome(which, false, true);
    same(seen(usual), seen(apart));
    same(exactly(usual), exactly(stepped));
    const saved = (apart.trace?.eventCount ?? 0) - (usual.trace?.eventCount ?? 0);
    if (saved > 0) ahead++;
    savedEvents += saved;
  }), { numRuns: worlds, seed, endOnFailure: true });
  return { worlds, ahead, savedEvents };
}

/** All of a run, to the last bit. */
function exactly({ trace, error }: Outcome): object {
  return trace === undefined ? { error } : { digest: traceDigest(trace), events: trace.eventCount, rounds: trace.roundCount };
}
