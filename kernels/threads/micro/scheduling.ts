import { availableParallelism } from "node:os";
import { slicesOf, switchesOf } from "../probes/slices.ts";
import type { TeamResult } from "../harness/team.ts";
import { figureOf, type Micro } from "./micro.ts";

/** Parking, waking, switching, slices, starting threads. */
export const schedulingMicros: readonly Micro[] = [
  ...[{ idleUs: 50, text: "50us" }, { idleUs: 2000, text: "2ms" }].map(({ idleUs, text }): Micro => ({
    name: `park-${text}`, needsQuiet: true,
    items: [
      { name: `park.wake.${text}`, unit: "ns", what: `from before Atomics.notify to running again, of a thread whose core has been idle for ${text}` },
      { name: `notify.wake.${text}`, unit: "ns", what: "Atomics.notify that wakes it" },
      { name: `park.cpu.${text}`, unit: "ns", what: "processor time of the parked thread for going to sleep and waking up" },
    ],
    program: "park-probe", params: { idleUs, rounds: idleUs > 1000 ? 60 : 500 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [figureOf(result, 1, "wake"), figureOf(result, 0, "notify"), figureOf(result, 1, "cpu")],
  })),
  {
    name: "ping-pong", needsQuiet: true,
    items: [{ name: "park.oneWay", unit: "ns", what: "two threads on two cores park and wake each other in turn, one way" }],
    program: "ping-pong-probe", params: { rounds: 3000 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [figureOf(result, 0, "oneWay")],
  },
  {
    name: "ping-pong-pinned", pinned: true, needsQuiet: true,
    items: [{ name: "switch.oneWay", unit: "ns", what: "the same on one core: notify, park, context switch" }],
    program: "ping-pong-probe", params: { rounds: 3000 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [figureOf(result, 0, "oneWay")],
  },
  {
    name: "slices-pinned", pinned: true, needsQuiet: true,
    items: [
      { name: "switch.slice", unit: "ns", what: "how long a thread runs before another one that never waits has its turn, two threads on one core" },
      { name: "switch.context", unit: "ns", what: "from the last instruction of a thread whose slice is over to the next one's first" },
    ],
    program: "slice-probe", params: { milliseconds: 300 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [slices(result), [...switches(result, 0, 1), ...switches(result, 1, 0)]],
  },
  {
    name: "slices", needsQuiet: true,
    items: [{ name: "switch.sliceShared", unit: "ns", what: "how long a thread runs before it is interrupted, twice as many threads as cores, on all cores" }],
    program: "slice-probe", params: { milliseconds: 300 }, threads: 2 * availableParallelism(), repeats: 1, warmUps: 0,
    samples: (result) => [slices(result)],
  },
  {
    name: "thread-start", needsQuiet: true,
    items: [{ name: "thread.start", unit: "ns", what: "from asking for a worker to its first instruction" }],
    program: "slice-probe", params: { milliseconds: 0 }, threads: 1, repeats: 1, warmUps: 0,
    samples: ({ threadStartNs }) => [threadStartNs],
  },
];

function slices(result: TeamResult): number[] {
  return result.figures.flatMap((_, thread) => slicesOf(figureOf(result, thread, "stopped"), figureOf(result, thread, "resumed")));
}

function switches(result: TeamResult, from: number, to: number): number[] {
  return switchesOf(figureOf(result, from, "stopped"), figureOf(result, to, "resumed"));
}
