import type { ThreadSpecInput } from "../programs/builder.ts";

/** Threads that a policy must bring to their ends. */
export interface ThreadSituation {
  readonly name: string;
  /** What all threads compute together on cores of speed 1; absent where that depends on the schedule. */
  readonly workNs?: number;
  sections(cores: number): ThreadSpecInput;
}

const bursts = [{ repeat: 5, do: [{ compute: "30us" }, { sleep: "10us" }] }];

/** What the conformance checks run every thread policy on. Nobody spins: a policy need not take cores away. */
export const threadSituations: readonly ThreadSituation[] = [
  { name: "one thread", workNs: 100_000, sections: (cores) => ({ programs: { w: [{ compute: "100us" }] }, threads: { w: 1 }, cores }) },
  { name: "an empty program", workNs: 0, sections: (cores) => ({ programs: { w: [] }, threads: { w: 7 }, cores }) },
  { name: "more threads than cores", workNs: 9_000_000, sections: (cores) => ({ programs: { w: [{ compute: "1ms" }] }, threads: { w: 9 }, cores }) },
  { name: "threads that sleep", workNs: 1_200_000, sections: (cores) => ({ programs: { w: bursts }, threads: { w: 8 }, cores }) },
  { name: "threads that yield", workNs: 600_000, sections: (cores) => ({ programs: { w: [{ repeat: 20, do: [{ compute: "5us" }, "yield"] }] }, threads: { w: 6 }, cores }) },
  { name: "threads that come over time", workNs: 800_000, sections: (cores) => ({ programs: { w: [{ compute: "200us" }] }, threads: { a: { program: "w", count: 2 }, b: { program: "w", start: "50us" }, c: { program: "w", start: "5ms" } }, cores }) },
  { name: "threads of unequal weight and priority", workNs: 2_400_000, sections: (cores) => ({ programs: { w: [{ repeat: 4, do: [{ compute: "100us" }, { sleep: "20us" }] }] }, threads: { a: { program: "w", count: 2, nice: -10, priority: 3 }, b: { program: "w", count: 2, nice: 10, priority: -1 }, c: { program: "w", count: 2, weight: 77 } }, cores }) },
  { name: "priorities that change", workNs: 500_000, sections: (cores) => ({ programs: { w: [{ compute: "50us" }, { setPriority: "5 - $i" }, { compute: "50us" }, "yield"] }, threads: { w: 5 }, cores }) },
  { name: "affinities", workNs: 1_400_000, sections: (cores) => ({ programs: { w: [{ repeat: 2, do: [{ compute: "100us" }, { sleep: "1us" }] }] }, threads: { first: { program: "w", count: 3, affinity: 0 }, last: { program: "w", count: 2, affinity: cores - 1 }, any: { program: "w", count: 2 } }, cores }) },
  {
    name: "locks", workNs: 1_200_000,
    sections: (cores) => ({ programs: { w: [{ repeat: 10, do: [{ compute: "10us" }, { lock: "m" }, { compute: "10us" }, { unlock: "m" }] }] }, threads: { w: { count: 6, with: {} } }, locks: { m: { kind: "futex", protocol: "inherit" } }, cores }),
  },
  { name: "a barrier", workNs: 600_000, sections: (cores) => ({ programs: { w: [{ repeat: 5, do: [{ compute: "20us" }, { barrier: "b" }] }] }, threads: { w: 6 }, barriers: ["b"], cores }) },
  {
    name: "a queue", workNs: 900_000,
    sections: (cores) => ({
      programs: { make: [{ repeat: 30, do: [{ compute: "10us" }, { push: { to: "q", value: 1 } }] }, { close: "q" }], take: [{ repeat: "forever", do: [{ pop: { from: "q", into: "x", else: ["break"] } }, { compute: "20us" }] }] },
      threads: { make: 1, take: 3 }, queues: { q: 4 }, cores,
    }),
  },
  {
    name: "threads that spawn and join others", workNs: 600_000,
    sections: (cores) => ({ programs: { parent: [{ repeat: 5, do: [{ spawn: { group: "child", into: "t" } }, { compute: "20us" }, { join: "$t" }] }], child: [{ compute: "100us" }] }, threads: { parent: 1, child: 0 }, cores }),
  },
  { name: "periodic threads", workNs: 2_000_000, sections: (cores) => ({ programs: { w: [{ repeat: 10, do: [{ compute: "50us" }, "nextPeriod"] }] }, threads: { a: { program: "w", count: 2, period: "1ms" }, b: { program: "w", count: 2, period: "300us", deadline: "200us" } }, cores }) },
  { name: "cores of unequal speed", sections: (cores) => ({ programs: { w: bursts }, threads: { w: 8 }, cores: [{ count: cores, name: "big" }, { count: 2, speed: 0.4, name: "little" }] }) },
  { name: "hardware threads", sections: (cores) => ({ programs: { w: bursts }, threads: { w: 8 }, cores: { count: cores, smt: 2 } }) },
];
