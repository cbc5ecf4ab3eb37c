import { median } from "../harness/summary.ts";
import { barrierDesigns, lockDesigns } from "../primitives/designs.ts";
import { figureOf, soloMicro, type Micro } from "./micro.ts";

const spinning = new Set(["test-and-set", "ticket", "mcs", "adaptive"]);
const parking = new Set(["futex", "adaptive"]);

/** Batches at the end in which the other thread may be done already. */
const skipped = 10;

/** Locks and barriers. */
export const lockMicros: readonly Micro[] = [
  ...lockDesigns.flatMap(({ name: design }): Micro[] => [
    soloMicro(`${design}-pair`, "pair-probe", { design }, [["pair", `lock.${design}.pair`, "lock and unlock where nobody else wants the lock and the core has its lines"]]),
    ...(spinning.has(design) ? [cycle(design)] : []),
    ...(parking.has(design) ? [handOff(design)] : []),
  ]),
  ...barrierDesigns.flatMap(({ name: design }) => [1, 2, 3, 4].map((threads) => barrier(design, threads))),
];

/** Two threads that always contend: acquisitions are as far apart as the critical section and the hand-off take. */
function cycle(design: string): Micro {
  return {
    name: `${design}-cycle`, needsQuiet: true,
    items: [{ name: `lock.${design}.handOff`, unit: "ns", what: "from the end of one critical section to the start of the next one, in the thread that spins meanwhile: release, transfer and acquisition" }],
    program: "cycle-probe", params: { design, local: 300, critical: 400, batches: 60 }, threads: 2, repeats: 1, warmUps: 2,
    samples: (result) => {
      // Less than the critical section is only possible where the other thread was not running.
      const critical = median([0, 1].flatMap((thread) => figureOf(result, thread, "critical")));
      return [[0, 1].flatMap((thread) => figureOf(result, thread, "cycle").slice(0, -skipped).map((ns) => ns - critical).filter((ns) => ns > 0))];
    },
  };
}

function handOff(design: string): Micro {
  return {
    name: `${design}-wake`, needsQuiet: true,
    items: [
      { name: `lock.${design}.wake`, unit: "ns", what: "from before the release to having the lock, in a thread that is parked: its core has been idle for 50 µs" },
      { name: `lock.${design}.unlockWake`, unit: "ns", what: "the release that wakes it" },
    ],
    program: "hand-off-probe", params: { design, idleUs: 50, rounds: 300 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => ["handOff", "unlock"].map((figure) => [0, 1].flatMap((thread) => figureOf(result, thread, figure))),
  };
}

function barrier(design: string, threads: number): Micro {
  // A round of threads that spin and share a core takes as long as the slices of the others.
  const rounds = threads > 2 && design !== "central-block" ? 10 : 2000;
  return {
    name: `${design}-barrier-${threads}`, needsQuiet: threads > 1,
    items: [{ name: `barrier.${design}.n${threads}`, unit: "ns", what: `a round of ${threads} threads that do nothing else` }],
    program: "barrier-loop", params: { design, work: 0, skew: 0, rounds }, threads, repeats: threads > 2 ? 2 : 5, warmUps: 1,
    samples: ({ makespanNs }) => [makespanNs.map((ns) => ns / rounds)],
  };
}
