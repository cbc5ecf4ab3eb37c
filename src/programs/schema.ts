import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { lockDesigns } from "../core/threads/thread-spec.ts";
import { allocatorSchema } from "../memory/allocator-schema.ts";
import { costsSchema } from "./costs-schema.ts";

/** The sections of a scenario that speak of threads. Quantities are in canonical units: ns, bytes, bytes/ns. */

/** Names that programs can write; they also are those of `$variables`, but for dots and hyphens. */
const name = z.string().regex(/^[A-Za-z_][\w.-]{0,99}$/, { message: "letters, digits, _, - and dots, beginning with a letter" });
const count = z.int().min(1).max(1_000_000).optional().describe("How many there are, named with an index from 0: forks[$i]. Default 1");
const time = quantity("time");
const bytes = quantity("bytes");
const bandwidth = quantity("bandwidth").refine((value) => value > 0, { message: "must be above 0" });
const waiting = z.enum(["block", "spin"]).optional().describe("block: the waiting thread leaves its core; spin: it stays there. Default block");
const share = quantity("ratio");

/** One option alone is short for a map of it. */
function shortFor<K extends string, S extends z.ZodType, T extends z.ZodType>(key: K, short: S, full: T) {
  return z.union([short.transform((value) => ({ [key]: value })), full]) as unknown as z.ZodType<z.output<T>, z.input<S> | z.input<T>>;
}

/** A list of names, or options by name; nothing after a name means the defaults. */
function section<T extends z.ZodType>(options: T, description: string) {
  const named = z.union([z.null().transform(() => ({})), options]);
  return z.union([z.array(name).transform((names) => Object.fromEntries(names.map((each) => [each, {}]))), z.record(name, named)]).optional().describe(description) as unknown as z.ZodOptional<z.ZodType<Readonly<Record<string, z.output<T>>>, readonly string[] | Readonly<Record<string, z.input<T> | null>>>>;
}

/** A list of instructions; what they are is checked when they are compiled. */
export const blockSchema = z.array(z.unknown());
/** Names of loop policies, which editors list. */
export const loopPolicyName = z.string().min(1);
export const loopPolicyObject = z.looseObject({ use: loopPolicyName.describe("A built-in name, ./file.mjs#export, or a package; its options stand beside it") });

const lockKinds = [...lockDesigns, "reader-writer"] as const;
const granularity = z.union([
  z.literal("one"),
  z.strictObject({ striped: z.int().min(1).max(1_000_000).describe("Locks that the keys are spread over, by modulo") }),
  z.strictObject({ "per-object": z.int().min(1).max(1_000_000).describe("One lock for each key below this number") }),
]).optional().describe("How coarse the lock is: programs write lock: table[$key], and this alone decides how many locks there are. one: one for all keys");
export const lockSchema = z.strictObject({
  kind: z.enum(lockKinds).optional().describe("test-and-set, ticket and mcs spin; futex parks; adaptive spins for a while, then parks; reader-writer lets readers in together. Default futex"),
  count, granularity,
  fair: z.boolean().optional().describe("Of futex and adaptive: parked waiters get it handed over; otherwise a running thread may come before them. Default false"),
  recursive: z.boolean().optional().describe("Who holds it may take it again. Default false"),
  protocol: z.enum(["none", "inherit", "ceiling"]).optional().describe("How the holder's priority follows those of the waiters. Default none"),
  ceiling: z.number().optional().describe("Of protocol ceiling: the priority of who holds it"),
  spin: time.optional().describe("How long adaptive spins. Default 10us"),
  order: z.enum(["fifo", "priority"]).optional().describe("Of futex and adaptive: which parked waiter is next. Default fifo"),
  prefer: z.enum(["readers", "writers", "fifo"]).optional().describe("Of reader-writer: who goes first. Default fifo"),
  waiting: waiting.describe("Of reader-writer: block or spin. Default block"),
});

const barrier = z.strictObject({
  parties: z.int().min(1).max(1_000_000).optional().describe("How many must come. Default: all threads whose program comes there"),
  design: z.enum(["central", "tree", "dissemination"]).optional().describe("How they learn of each other. Default central"),
  fanIn: z.int().min(2).max(1024).optional().describe("Of a tree: children of each node. Default 2"),
  waiting, count,
});
const queue = z.strictObject({
  capacity: z.int().min(1).optional().describe("push waits while it is full. Default: never full"),
  lock: z.string().optional().describe("A lock that is taken for each operation; who waits, waits on a condition. Default: none, an operation is atomic"),
  spin: time.optional().describe("How long a waiting thread stays on its core before it leaves it. Default: not at all, and with waiting: spin for ever"),
  takes: z.literal("operators").optional().describe("Operators that become ready without a thread's doing go here"),
  waiting, count,
});
const homeSchema = z.union([z.enum(["first-touch", "interleave"]), z.int().min(0).max(63)]).optional().describe("Where its pages are: first-touch, interleave, or the number of a NUMA node. Default first-touch");
const hugeSchema = z.boolean().optional().describe("In huge pages. Default false");
const loop = z.strictObject({
  policy: shortFor("use", loopPolicyName, loopPolicyObject).optional().describe("How its iterations are cut: static, dynamic, guided, auto, steal; options stand beside `use`. Default static"),
  ramp: z.number().min(-0.99).max(1000).optional().describe("The last iteration takes 1 + ramp times the first; the mean stays. Default 0"),
  falseSharing: z.union([time, z.strictObject({
    element: bytes.refine((size) => size > 0, { message: "must be above 0" }).describe("What each iteration stores, one after the other in memory: iterations on one cache line that are not of one chunk meet there"),
    line: bytes.refine((size) => size > 0, { message: "must be above 0" }).optional().describe("Of a cache line. Default 64B"),
  })]).optional().describe("What each border between two chunks costs, where they share a cache line; or what iterations store, from which it follows. Default 0"),
  memory: z.strictObject({
    bytes: bytes.describe("What all its iterations together read and write"),
    workingSet: bytes.optional().describe("Distinct bytes among them. Default: bytes, or all of the data where that is less"),
    in: z.string().min(1).optional().describe("Shared data that it touches. Default: memory of its own, which its workers share"),
    pattern: z.enum(["stream", "random", "chase"]).optional().describe("How its iterations go through it. Default stream"),
    write: share.optional().describe("Share of the bytes that is written. Default 0"),
    load: bytes.optional().describe("Size of one load or store. Default 8B"),
    stride: bytes.optional().describe("Of stream: from one load to the next. Default: no gap"),
    skew: z.number().min(0).optional().describe("Of random and chase: how uneven, from 0 (even) to less than 1. Default 0"),
    home: homeSchema, huge: hugeSchema,
  }).optional().describe("How its iterations touch memory; each does an equal part of it"),
  count,
});
const heap = z.strictObject({
  capacity: bytes.refine((size) => size > 0, { message: "must be above 0" }).optional().describe("Default: without bound"),
  allocator: allocatorSchema.optional().describe("Who hands out its room: a name (heddle list allocators), or {use: …, its options}. Default size-class"),
  arenas: z.union([z.int().min(1).max(1024), z.literal("per-thread")]).optional().describe("Parts that it is divided into, each under a lock of its own; per-thread: as many as there are threads from the start. Default 1"),
  count,
});
const channel = z.strictObject({
  capacity: z.int().min(1).optional().describe("send waits while it is full. Default: never full"),
  latency: time.optional().describe("From send to receive. Default 0"), bandwidth: bandwidth.optional().describe("At which the bytes of a message follow. Default: at once"),
  between: z.union([
    z.strictObject({ copying: z.strictObject({ call: time.optional().describe("A system call. Default 500ns"), bandwidth: bandwidth.optional().describe("Of one copy. Default: as caches are refilled") }) }),
    z.strictObject({ sharing: z.strictObject({ transfer: time.optional().describe("A cache line from core to core. Default: the line of threadCosts"), outstanding: z.int().min(1).max(1000).optional().describe("Lines that come at once. Default 10") }) }),
    z.enum(["copying", "sharing"]).transform((how): { copying: { call?: number; bandwidth?: number } } | { sharing: { transfer?: number; outstanding?: number } } => (how === "copying" ? { copying: {} } : { sharing: {} })),
  ]).optional().describe("Its ends are processes: copying through the kernel, with a system call and a copy at each end; or sharing memory, whose lines the receiver brings over. Default: it costs the cores nothing but the operation"),
  waiting: waiting.describe("Of receive where no message has come, and of send where the channel is full: block or spin. Default block"),
  count,
});

const speed = share.refine((value) => value > 0 && value <= 1000, { message: "must be above 0 and at most 1000" });
const coreSchema = z.strictObject({
  name: name.optional().describe("Cores are named after it. Default core"),
  count: z.int().min(1).max(4096).describe("Physical cores"),
  speed: speed.optional().describe("1 = the speed that compute speaks of; 50% takes twice as long. Default 1"),
  speeds: z.array(speed).min(1).optional().describe("One speed for each core, instead of speed"),
  smt: z.int().min(1).max(8).optional().describe("Hardware threads of each core. Default 1"),
  smtGain: z.number().min(1).max(8).optional().describe("What a core gets done when all its hardware threads run, beside one alone. Default 1.3"),
  nodes: z.int().min(1).max(64).optional().describe("NUMA nodes that the cores are spread over, in equal blocks. Default 1"),
});
const coresOfMachine = z.strictObject({
  of: z.union([z.string().min(1).transform((of) => [of]), z.array(z.string().min(1)).min(1)]).describe("CPUs of the machine whose cores they are: names, or machine for all of them"),
  smt: z.int().min(1).max(8).optional().describe("Hardware threads of each core that are used, at most. Default: all"),
  smtGain: z.number().min(1).max(8).optional().describe("What a core gets done when all its hardware threads run, beside one alone. Default 1.3"),
});
export type MachineCores = z.output<typeof coresOfMachine>;
export type CoreInput = z.input<typeof coreSchema>;
export type CoreSectionSpec = z.output<typeof coreSchema>;

const groupSchema = z.strictObject({
  program: z.union([z.string().min(1), blockSchema]).optional().describe("Name of its program, or the program itself. Default: the program that is named like the group"),
  count: z.int().min(0).max(1_000_000).optional().describe("How many threads there are from the start; 0 where they are only spawned. Default 1"),
  with: z.record(z.string().regex(/^[A-Za-z_]\w*$/, { message: "letters, digits and _" }), z.unknown()).optional().describe("Parameters of the program: a value, an expression of $i, or a list with one value for each thread"),
  priority: z.number().optional().describe("Higher runs first, under policies that look at it. Default 0"),
  nice: z.int().min(-20).max(19).optional().describe("Share under fair policies, as Linux has it: -20 is most. Default 0"),
  weight: z.number().min(1).optional().describe("Share under fair policies, instead of nice: 1024 = nice 0"),
  affinity: z.union([z.array(z.int().min(0)).min(1), z.string().regex(/^\s*\d+(-\d+)?(\s*,\s*\d+(-\d+)?)*\s*$/, { message: 'core numbers: "0-3" or "0,2,4-7"' }), z.int().min(0)]).optional().describe('Numbers of the cores that it may run on: [0, 2], or "0-3". Default all'),
  start: time.optional().describe("When its threads begin. Default 0"),
  period: time.refine((ns) => ns > 0, { message: "must be longer than 0" }).optional().describe("Time between two releases of a periodic thread, which ends each job with nextPeriod"),
  deadline: time.optional().describe("What each job has after its release. Default: the period"),
  workingSet: bytes.optional().describe("What it has to bring back into the caches of a core that it comes to, where its instructions do not say how they touch memory. Default 0"),
  cacheClass: z.int().min(0).max(63).optional().describe("Which part it fills of caches that the machine divides. Default 0: the first"),
});

/** Sections of a scenario that describe threads, what they run and what they meet at. */
export const threadSections = {
  programs: z.record(name, blockSchema).optional().describe("What threads do, by name: lists of instructions"),
  threads: z.record(name, shortFor("count", z.int().min(0).max(1_000_000), groupSchema)).optional().describe("Groups of threads that are alike; a number alone is how many run the program of that name"),
  cores: (z.union([z.int().min(1).max(4096).transform((cores) => [{ count: cores }]), coreSchema.transform((cores) => [cores]), z.array(coreSchema).min(1), coresOfMachine]) as unknown as z.ZodType<readonly CoreSectionSpec[] | MachineCores, number | CoreInput | readonly CoreInput[] | z.input<typeof coresOfMachine>>).optional().describe("What threads run on: how many cores, what they are like, or {of: CPU} of the machine, with its memory system. Default: the cores of the machine that is named; without one, one core for each thread, 4 at most"),
  locks: section(shortFor("kind", z.enum(lockKinds), lockSchema), "Locks by name; a kind alone is short for {kind: …}"),
  barriers: section(shortFor("parties", z.int().min(1), barrier), "Barriers by name; a number alone is how many must come"),
  semaphores: section(shortFor("initial", z.int().min(0), z.strictObject({ initial: z.int().min(0).optional().describe("What may be acquired at first. Default 0"), count })), "Semaphores by name; a number alone is what may be acquired at first"),
  conditions: section(z.strictObject({ count }), "Condition variables: names"),
  flags: section(shortFor("initial", z.boolean(), z.strictObject({ initial: z.boolean().optional().describe("Default false"), waiting, count })), "Flags by name, which are raised and lowered"),
  queues: section(shortFor("capacity", z.int().min(1), queue), "Queues by name, first in, first out; a number alone is the capacity"),
  deques: section(z.strictObject({ count }), "Work-stealing deques by name"),
  channels: section(channel, "Message channels by name"),
  data: section(shortFor("bytes", bytes, z.strictObject({
    bytes: bytes.optional().describe("Default 64B"), home: homeSchema, huge: hugeSchema,
    file: z.boolean().optional().describe("A file mapped into memory, which comes from the disk and stays in the page cache while there is room. Default false"), count,
  })), "Shared data by name, which compute touches, and whose reads and writes are checked for races"),
  loops: section(shortFor("policy", loopPolicyName.transform((use) => ({ use })), loop), "Parallel loops by name; a policy alone is short for {policy: …}"),
  heaps: section(shortFor("capacity", bytes, heap), "Heaps by name, which programs allocate from; bytes alone are the capacity"),
  files: section(z.strictObject({ latency: time.optional().describe("Of each transfer. Default 0"), bandwidth: bandwidth.describe("All transfers share it"), count }), "Files and disks by name"),
  threadCosts: costsSchema.optional(),
  watch: z.strictObject({
    livelock: time.refine((ns) => ns > 0, { message: "must be longer than 0" }).optional().describe("The run fails when threads run for this long and nothing gets done: no mark, no thread ended, no operator completed. Default: never"),
    starvation: time.refine((ns) => ns > 0, { message: "must be longer than 0" }).optional().describe("The run fails when a thread has waited this long for a lock or a core. Default: never"),
    races: z.enum(["warning", "error"]).optional().describe("What a data race is; error: the run fails, with its results. Default warning"),
    inversions: z.enum(["warning", "error"]).optional().describe("What a priority inversion is; error: the run fails, with its results. Default warning"),
    instructionBudget: z.int().min(1).max(1e9).optional().describe("The run fails when a thread does so many instructions without time passing. Default 1000000"),
    roundBudget: z.int().min(1).optional().describe("The run fails when it is not over after so many rounds: instants at which threads act. Default 200000000"),
  }).optional().describe("When a run is called stuck though threads run"),
};
export type GroupSpec = z.output<typeof groupSchema>;
export const threadSectionsSchema = z.strictObject(threadSections);

/** The sections as one writes them. */
export type ThreadSectionsInput = z.input<typeof threadSectionsSchema>;
/** The sections as they were checked: quantities are numbers in canonical units, and shorthands are written out. */
export type ThreadSections = z.output<typeof threadSectionsSchema>;
/** Sections that hold options by name. */
export type NamedSection = "locks" | "barriers" | "semaphores" | "conditions" | "flags" | "queues" | "deques" | "channels" | "data" | "loops" | "heaps" | "files";
export type NamedOptions<K extends NamedSection> = NonNullable<ThreadSections[K]>[string];
