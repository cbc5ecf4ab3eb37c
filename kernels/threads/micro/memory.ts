import { figureOf, soloMicro, type Micro } from "./micro.ts";

const kibibytes = [16, 512, 8192, 131_072];
const sizeText = (size: number): string => (size < 1024 ? `${size}KiB` : `${size / 1024}MiB`);
const accesses = 200_000;

/** The clock, work, plain and atomic accesses, cache lines between cores. */
export const memoryMicros: readonly Micro[] = [
  soloMicro("clock", "clock-probe", {}, [
    ["call", "clock.call", "reading the clock"],
    ["resolution", "clock.resolution", "the smallest step of the clock that was seen"],
  ]),
  soloMicro("work", "work-probe", {}, [
    ["step", "work.step", "one step of the work that threads do"],
    ["turn", "loop.turn", "one turn of an empty loop"],
    ["spin", "spin.read", "one turn of a loop that waits by reading"],
  ]),
  {
    name: "work-busy",
    items: [
      { name: "work.stepBusy", unit: "ns", what: "one step of work while a second core works too: more than work.step where cores share a clock or are siblings" },
      { name: "loop.turnBusy", unit: "ns", what: "one turn of an empty loop while a second core works too" },
      { name: "spin.readBusy", unit: "ns", what: "one turn of a loop that waits by reading while a second core works too" },
    ],
    program: "work-probe", params: {}, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => ["step", "turn", "spin"].map((figure) => [0, 1].flatMap((thread) => figureOf(result, thread, figure))),
  },
  soloMicro("access", "access-probe", {}, [
    ["load", "memory.load", "a plain load that the next one depends on, from the nearest cache"],
    ["store", "memory.store", "a plain store to the nearest cache"],
    ["atomicLoad", "atomic.load", "Atomics.load of a line that the core has"],
    ["atomicStore", "atomic.store", "Atomics.store to a line that the core has"],
    ["add", "atomic.add", "Atomics.add to a line that the core has"],
    ["exchange", "atomic.exchange", "Atomics.exchange on a line that the core has"],
    ["compareExchange", "atomic.compareExchange", "a successful Atomics.compareExchange on a line that the core has"],
    ["notify", "notify.none", "Atomics.notify where nobody waits"],
    ["refused", "park.refused", "Atomics.wait that does not park, since the value has changed already"],
  ]),
  ...kibibytes.map((size) => soloMicro(`latency-${sizeText(size)}`, "latency-probe", { kibibytes: size }, [
    ["latency", `memory.latency.${sizeText(size)}`, `a load that the next one depends on, at a random line of ${sizeText(size)}, with what translating addresses takes`],
  ])),
  {
    name: "line",
    items: [
      { name: "line.transfer", unit: "ns", what: "a store of one core until another core that spins has seen it and stored in its turn, one way" },
      { name: "line.transferAdd", unit: "ns", what: "the same with Atomics.add instead of the store" },
    ],
    program: "line-probe", params: { batches: 50 }, threads: 2, repeats: 1, warmUps: 2,
    samples: (result) => [figureOf(result, 0, "store"), figureOf(result, 0, "add")],
  },
  ...(["shared", "false", "own"] as const).map((access): Micro => ({
    name: `line-${access}`,
    items: [{
      shared: { name: "line.addShared", unit: "ns" as const, what: "Atomics.add of two cores to one word at once, per addition of either" },
      false: { name: "line.storeFalse", unit: "ns" as const, what: "a plain store of a core while another one stores to another word of the line (false sharing)" },
      own: { name: "line.storeOwn", unit: "ns" as const, what: "the same where the words lie in two lines" },
    }[access]],
    program: "shared-line-probe", params: { access, rounds: accesses }, threads: 2, repeats: 9, warmUps: 2,
    samples: ({ makespanNs }) => [makespanNs.map((ns) => ns / (access === "shared" ? 2 * accesses : accesses))],
  })),
  {
    name: "refill",
    items: [
      { name: "cache.refill", unit: "B/ns", what: "reading 256 KiB that another core has just written: how fast a working set comes to a core" },
      { name: "cache.again", unit: "B/ns", what: "reading them again" },
    ],
    program: "refill-probe", params: { kibibytes: 256, rounds: 400 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [figureOf(result, 1, "refill"), figureOf(result, 1, "again")],
  },
];
