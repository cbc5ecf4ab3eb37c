import { blockBytes } from "../wasm/kernels.ts";
import { streamArrays } from "../programs/stream-loop.ts";
import { figureOf, soloMicro, type Micro } from "./micro.ts";

const mebibytes = 64;
const passes = 3;

/** Deques, queues, the SIMD kernel and the bandwidth of memory. */
export const throughputMicros: readonly Micro[] = [
  soloMicro("container", "container-probe", {}, [
    ["push", "deque.push", "push to a work-stealing deque that nobody steals from"],
    ["pop", "deque.pop", "pop from it"],
    ["popEmpty", "deque.popEmpty", "pop that finds nothing"],
    ["queue", "queue.pair", "push and pop of a bounded queue, by one thread"],
    ["semaphore", "semaphore.pair", "acquire and release of a semaphore that is free"],
  ]),
  {
    name: "steal",
    items: [{ name: "deque.steal", unit: "ns", what: "a steal of what another core has just pushed; nobody else takes" }],
    program: "steal-probe", params: { rounds: 50 }, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [figureOf(result, 1, "steal")],
  },
  soloMicro("kernel", "kernel-probe", {}, [
    ["pass", "kernel.pass", `a pass of the SIMD kernel over its block of ${blockBytes} bytes`],
    ["call", "kernel.call", "a call of it that makes no pass"],
  ]),
  {
    name: "kernel-busy",
    items: [{ name: "kernel.passBusy", unit: "ns", what: "a pass of the SIMD kernel while a second core does the same" }],
    program: "kernel-probe", params: {}, threads: 2, repeats: 1, warmUps: 0,
    samples: (result) => [[0, 1].flatMap((thread) => figureOf(result, thread, "pass"))],
  },
  ...(["copy", "triad"] as const).flatMap((kernel) => [1, 2, 3, 4].map((threads): Micro => ({
    name: `${kernel}-${threads}`,
    items: [{ name: `stream.${kernel}.n${threads}`, unit: "B/ns", what: `bytes that ${kernel} of arrays of ${mebibytes} MiB reads and writes, ${threads === 1 ? "one thread" : `${threads} threads together`}` }],
    program: "stream-loop", params: { kernel, mebibytes, passes, work: 0 }, threads, repeats: 3, warmUps: 1,
    samples: ({ makespanNs }) => [makespanNs.map((ns) => (streamArrays(kernel) * mebibytes * 2 ** 20 * passes) / ns)],
  }))),
];
