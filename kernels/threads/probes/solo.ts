import { blockBytes, instantiateKernels } from "../wasm/kernels.ts";
import { nowNs } from "../harness/clock.ts";
import type { Figures, Params, Program } from "../harness/program.ts";
import { nsPerOperation } from "../harness/samples.ts";
import { work } from "../harness/work.ts";
import { BoundedQueue } from "../primitives/bounded-queue.ts";
import { designNamed, lockDesigns } from "../primitives/designs.ts";
import { Semaphore } from "../primitives/semaphore.ts";
import { lineWords, type Words } from "../primitives/words.ts";
import { WorkStealingDeque } from "../primitives/work-stealing-deque.ts";

/** Batches short enough that most meet no interruption, so that their median is that of a quiet core. */
const batches = 40;

/** A program whose threads, mostly one, each measure in words of their own. */
function solo<P extends Params>(name: string, run: (words: Words, params: P) => Figures): Program<P> {
  const size = 4096;
  return { name, words: (_, threads) => threads * size, create: ({ words, params, thread }) => ({ run: () => run(words.subarray(thread * size, (thread + 1) * size), params) }) };
}

/** The clock that everything is measured with. */
export const clockProbe = solo("clock-probe", () => {
  const steps: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const before = nowNs();
    let after = nowNs();
    while (after === before) after = nowNs();
    steps.push(after - before);
  }
  return { call: nsPerOperation(batches, 5000, (n) => { let last = 0; for (let i = 0; i < n; i++) last = nowNs(); return last | 0; }), resolution: Math.min(...steps) };
});

/** A step of work, a turn of an empty loop, and a turn of one that waits; by several threads, what these take while the other cores are busy too. */
export const workProbe = solo("work-probe", (words) => ({
  step: nsPerOperation(batches, 1e5, (n) => work(n, 1)),
  turn: nsPerOperation(batches, 2e5, (n) => { let i = 0; while (i < n) i++; return i; }),
  spin: nsPerOperation(batches, 2e4, (n) => { let k = 0; while (k < n && Atomics.load(words, 0) === 0) k++; return k; }),
}));

/** Plain and atomic accesses to a cache line of the thread's own. */
export const accessProbe = solo("access-probe", (words) => {
  words[0] = 0;
  const at = lineWords;
  return {
    load: nsPerOperation(batches, 1e5, (n) => { let i = 0; for (let k = 0; k < n; k++) i = words[i]!; return i; }),
    store: nsPerOperation(batches, 1e5, (n) => { for (let k = 0; k < n; k++) words[at + (k & 15)] = k; return n; }),
    atomicLoad: nsPerOperation(batches, 1e5, (n) => { let sum = 0; for (let k = 0; k < n; k++) sum = (sum + Atomics.load(words, at)) | 0; return sum; }),
    atomicStore: nsPerOperation(batches, 2e4, (n) => { for (let k = 0; k < n; k++) Atomics.store(words, at, k); return n; }),
    add: nsPerOperation(batches, 2e4, (n) => { for (let k = 0; k < n; k++) Atomics.add(words, at, 1); return n; }),
    exchange: nsPerOperation(batches, 2e4, (n) => { for (let k = 0; k < n; k++) Atomics.exchange(words, at, k); return n; }),
    compareExchange: nsPerOperation(batches, 2e4, (n) => { let seen = Atomics.load(words, at); for (let k = 0; k < n; k++) seen = Atomics.compareExchange(words, at, seen, k) === seen ? k : seen; return seen; }),
    notify: nsPerOperation(batches, 5000, (n) => { for (let k = 0; k < n; k++) Atomics.notify(words, at, 1); return n; }),
    refused: nsPerOperation(batches, 5000, (n) => { for (let k = 0; k < n; k++) Atomics.wait(words, 0, 1); return n; }),
  };
});

/** Loads that each depend on the one before, at random lines of so many KiB: the latency of the cache that holds them. */
export const latencyProbe = solo("latency-probe", (_, { kibibytes }: { readonly kibibytes: number }) => {
  const lineInts = 16;
  const next = randomCycle(kibibytes * 16, lineInts);
  let at = 0;
  // Every line once first, so that those that fit are there.
  return { latency: nsPerOperation(9, Math.max(1e5, next.length / lineInts / 4), (n) => { for (let k = 0; k < n; k++) at = next[at]!; return at; }) };
});

/** One cycle through all lines, by Sattolo's algorithm: each line holds the index of the next. */
function randomCycle(lines: number, lineInts: number): Int32Array {
  const order = Int32Array.from({ length: lines }, (_, i) => i);
  let bits = 1;
  for (let i = lines - 1; i > 0; i--) {
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((bits / 2 ** 32) * i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const next = new Int32Array(lines * lineInts);
  for (let i = 0; i < lines; i++) next[order[i]! * lineInts] = order[(i + 1) % lines]! * lineInts;
  return next;
}

/** Lock and unlock where nobody else wants the lock. */
export const pairProbe = solo("pair-probe", (words, { design }: { readonly design: string }) => {
  const lock = designNamed(lockDesigns, design).create(words, 0);
  return { pair: nsPerOperation(batches, 2e4, (n) => { for (let k = 0; k < n; k++) { lock.lock(0); lock.unlock(0); } return n; }) };
});

/** Deque, queue and semaphore, used by one thread. */
export const containerProbe = solo("container-probe", (words) => {
  const deque = new WorkStealingDeque(words, 0, 1024);
  const queue = new BoundedQueue(words, 2048, 1024);
  const semaphore = new Semaphore(words, 3840);
  queue.reset();
  semaphore.reset(1);
  const push: number[] = [];
  const pop: number[] = [];
  const items = 1000;
  for (let round = -500; round < 60; round++) {
    const start = nowNs();
    for (let k = 0; k < items; k++) deque.push(k);
    const middle = nowNs();
    let sum = 0;
    for (let k = 0; k < items; k++) sum += deque.pop();
    const end = nowNs();
    if (round < 0 || sum < 0) continue;
    push.push((middle - start) / items);
    pop.push((end - middle) / items);
  }
  return {
    push,
    pop,
    popEmpty: nsPerOperation(batches, 5000, (n) => { let sum = 0; for (let k = 0; k < n; k++) sum += deque.pop(); return sum; }),
    queue: nsPerOperation(batches, 5000, (n) => { let sum = 0; for (let k = 0; k < n; k++) { queue.push(k); sum += queue.pop(); } return sum; }),
    semaphore: nsPerOperation(batches, 5000, (n) => { for (let k = 0; k < n; k++) { semaphore.acquire(); semaphore.release(); } return n; }),
  };
});

/** The SIMD kernel: a pass over its block, and a call that makes none. */
export const kernelProbe: Program = {
  name: "kernel-probe",
  words: () => 0,
  pages: () => 1,
  create({ memory, thread }) {
    const kernels = instantiateKernels(memory!);
    const at = 2 * blockBytes * thread;
    return {
      run: () => ({
        pass: nsPerOperation(batches, 10_000, (n) => { kernels.block(at, n, 0.5); return n; }),
        call: nsPerOperation(batches, 50_000, (n) => { for (let k = 0; k < n; k++) kernels.block(at, 0, 0.5); return n; }),
      }),
    };
  },
};
