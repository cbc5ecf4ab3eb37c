/**
 * The event queue under the hold model (the first event is taken out and comes back later), beside a binary heap in
 * typed arrays and C++'s std::priority_queue: 1 k, 100 k and 1 M pending events, and distributions of times that are
 * hard for a queue of buckets. All handle the same events in the same order; ours and the heap have run before.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventKey, orderKey } from "../../src/core/event-key.ts";
import { EventQueue } from "../../src/core/event-queue.ts";
import { cpuMs, median, met, type BenchContext, type Table } from "./harness.ts";
import { availablePeers, compileProgram, runHold } from "./peers/programs.ts";

const OPERATIONS = 2_000_000;
const ROUNDS = 5;

/** The next increment of an event's time, from uniform 32-bit integers. */
const distributions: Readonly<Record<string, (draw: () => number) => number>> = {
  uniform: (draw) => draw() >>> 12,
  "all equal": () => 1000,
  "two clusters": (draw) => (draw() >>> 31 === 0 ? draw() >>> 28 : 1_000_000_000 + (draw() >>> 28)),
  // The number of leading zeros is geometric: half the increments below 2 ** 12, a quarter of twice that, …, one in a million below 2 ** 32.
  "exponential tail": (draw) => Math.floor((draw() >>> 20) * 2 ** Math.min(20, Math.clz32(draw()))),
};

const cases: readonly (readonly [distribution: string, pending: number])[] = [
  ["uniform", 1000], ["uniform", 100_000], ["uniform", 1_000_000],
  ...["all equal", "two clusters", "exponential tail"].flatMap((distribution) => [1000, 100_000, 1_000_000].map((pending) => [distribution, pending] as const)),
];

/** First times of the pending events, then increments. */
function increments(distribution: string, pending: number): Float64Array {
  let state = 12345;
  const draw = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return Float64Array.from({ length: pending + OPERATIONS }, () => distributions[distribution]!(draw));
}

/** A binary heap of (time, key, generation) in typed arrays. */
class TypedHeap {
  #length = 0;
  readonly #time: Float64Array;
  readonly #key: Uint32Array;
  readonly #generation: Uint32Array;

  constructor(size: number) {
    this.#time = new Float64Array(size);
    this.#key = new Uint32Array(size);
    this.#generation = new Uint32Array(size);
  }

  get headTime(): number {
    return this.#time[0]!;
  }
  get headKey(): number {
    return this.#key[0]!;
  }

  push(time: number, key: number, generation: number): void {
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const there = this.#time[parent]!;
      if (there < time || (there === time && this.#key[parent]! <= key)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#set(i, time, key, generation);
  }

  pop(): void {
    const n = --this.#length;
    const time = this.#time[n]!;
    const key = this.#key[n]!;
    const generation = this.#generation[n]!;
    let i = 0;
    for (let child = 1; child < n; child = 2 * i + 1) {
      if (child + 1 < n && this.#before(child + 1, child)) child++;
      const there = this.#time[child]!;
      if (there > time || (there === time && this.#key[child]! >= key)) break;
      this.#move(child, i);
      i = child;
    }
    this.#set(i, time, key, generation);
  }

  #before(a: number, b: number): boolean {
    return this.#time[a]! < this.#time[b]! || (this.#time[a] === this.#time[b] && this.#key[a]! < this.#key[b]!);
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from]!;
    this.#key[to] = this.#key[from]!;
    this.#generation[to] = this.#generation[from]!;
  }

  #set(i: number, time: number, key: number, generation: number): void {
    this.#time[i] = time;
    this.#key[i] = key;
    this.#generation[i] = generation;
  }
}

interface Held {
  readonly sum: number;
  readonly loopMs: number;
}

/** The two loops are the same, each with its own code, so that neither runs what was compiled for the other. */
function holdQueue(pending: number, steps: Float64Array): Held {
  const queue = new EventQueue();
  for (let i = 0; i < pending; i++) queue.push(steps[i]!, eventKey(0, i), 0);
  let sum = 0;
  const start = process.cpuUsage();
  for (let i = pending; i < steps.length; i++) {
    const time = queue.headTime;
    const key = orderKey(queue.headOrder);
    queue.pop();
    sum += time - 4096 * Math.floor(time / 4096) + (key & 1023);
    queue.push(time + steps[i]!, key, 0);
  }
  return { sum, loopMs: cpuMs(start) };
}

function holdHeap(pending: number, steps: Float64Array): Held {
  const queue = new TypedHeap(pending + 1);
  for (let i = 0; i < pending; i++) queue.push(steps[i]!, eventKey(0, i), 0);
  let sum = 0;
  const start = process.cpuUsage();
  for (let i = pending; i < steps.length; i++) {
    const time = queue.headTime;
    const key = queue.headKey;
    queue.pop();
    sum += time - 4096 * Math.floor(time / 4096) + (key & 1023);
    queue.push(time + steps[i]!, key, 0);
  }
  return { sum, loopMs: cpuMs(start) };
}

/** Our queue and the heap on one case: a warm-up of both, then in turn. */
export function child(distribution: string, pending: string): { own: number[]; heap: number[]; sum: number } {
  const steps = increments(distribution, Number(pending));
  const sums = new Set([holdQueue(Number(pending), steps).sum, holdHeap(Number(pending), steps).sum]);
  const own: number[] = [];
  const heap: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(holdQueue(Number(pending), steps).loopMs);
    heap.push(holdHeap(Number(pending), steps).loopMs);
  }
  assert.equal(sums.size, 1, "both must handle the same events in the same order");
  return { own, heap, sum: [...sums][0]! };
}

export function bench({ folder, inChild, progress }: BenchContext): Table[] {
  const { compiler } = availablePeers();
  if (compiler) compileProgram("hold", folder);
  const perOperation = (ms: readonly number[]): number => (median(ms) * 1e6) / OPERATIONS;
  const rows = cases.map(([distribution, pending]) => {
    progress(`event queue, ${distribution}, ${pending} pending …`);
    const { own, heap, sum } = inChild<ReturnType<typeof child>>(distribution, String(pending));
    const peer: number[] = [];
    if (compiler) {
      const file = join(folder, "increments.f64");
      writeFileSync(file, new Uint8Array(increments(distribution, pending).buffer));
      for (let round = 0; round < ROUNDS; round++) {
        const held = runHold(folder, file, pending);
        assert.equal(held.sum, sum, "C++ must handle the same events in the same order");
        peer.push(held.loopMs);
      }
    }
    const ratio = compiler ? median(peer) / median(own) : undefined;
    const ofHeap = median(heap) / median(own);
    const hard = distribution !== "uniform";
    const reached = hard ? ofHeap >= 0.5 : ratio === undefined ? undefined : ratio > 1;
    const slower = hard && ratio !== undefined && ratio < 0.5 ? ", not of C++'s" : "";
    return [distribution, pending, perOperation(own), perOperation(heap), compiler ? perOperation(peer) : undefined, ofHeap, ratio, hard ? "within 2× of a heap" : "faster than C++", reached === undefined ? undefined : met(reached) + slower];
  });
  return [{
    title: "event queue: CPU ns a hold operation",
    columns: ["times", "pending", "event queue", "typed heap", "std::priority_queue", { title: "heap / ours", digits: 2 }, { title: "C++ / ours", digits: 2 }, "aim", "met"],
    rows,
    notes: compiler ? [] : ["to compare with std::priority_queue on Debian: apt-get install g++"],
  }];
}
