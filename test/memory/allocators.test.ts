import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocators } from "../../src/memory/allocators/index.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import type { Allocator } from "../../src/plugin.ts";

const KB = 1024;
const MB = KB * KB;

function allocator(name: string, capacity: number, options: object = {}): Allocator {
  return createPolicy(allocators.get(name), options)(capacity);
}

/** An allocator whose memory has holes of these sizes in this order, with live blocks of 1 KB between them. */
function withHoles(name: string, holes: readonly number[]): { memory: Allocator; holeAt: (address: number) => number } {
  const memory = allocator(name, holes.reduce((sum, hole) => sum + hole + 1, 0) * KB, { alignment: "1KiB", minBlock: "1KiB" });
  const blocks = holes.map((hole) => [memory.allocate(hole * KB), memory.allocate(KB)][0]!);
  const starts = blocks.map((block) => memory.addressOf(block));
  for (const block of blocks) memory.free(block);
  return { memory, holeAt: (address) => holes[starts.findLastIndex((start) => start <= address)]! };
}

describe("first fit and best fit", () => {
  const place = (name: string, holes: readonly number[], requests: readonly number[]): (number | "waits")[] => {
    const { memory, holeAt } = withHoles(name, holes);
    return requests.map((request) => {
      const block = memory.allocate(request * KB);
      return block < 0 ? "waits" : holeAt(memory.addressOf(block));
    });
  };

  // A. Silberschatz, P. Galvin, G. Gagne, Operating System Concepts, 7th edition, exercise 8.5.
  it("place the processes of Silberschatz in the partitions of its solution", () => {
    const partitions = [100, 500, 200, 300, 600];
    expect(place("first-fit", partitions, [212, 417, 112, 426])).toEqual([500, 600, 500, "waits"]);
    expect(place("best-fit", partitions, [212, 417, 112, 426])).toEqual([300, 500, 200, 600]);
  });

  // A. S. Tanenbaum, Modern Operating Systems, chapter 3, the problem on holes of 10, 4, 20, 18, 7, 9, 12 and 15 MB.
  it("take the holes that Tanenbaum's problem asks for", () => {
    const holes = [10, 4, 20, 18, 7, 9, 12, 15];
    expect(place("first-fit", holes, [12, 10, 9])).toEqual([20, 10, 18]);
    expect(place("best-fit", holes, [12, 10, 9])).toEqual([12, 10, 9]);
  });

  // Worked by hand.
  it("merge a block with both free neighbours, and leave no rest that is too small", () => {
    const memory = allocator("first-fit", 1000 * 64, { minBlock: "128B" });
    const [a, b, c] = [memory.allocate(640), memory.allocate(640), memory.allocate(640)];
    memory.free(a!);
    memory.free(c!);
    expect(memory.largestFreeBytes).toBe(64_000 - 2 * 640);
    memory.free(b!);
    expect(memory.largestFreeBytes).toBe(64_000);
    const small = [memory.allocate(576), memory.allocate(64)];
    memory.free(small[0]!);
    // 576 are free at the bottom, and 64 left of them would be less than 128.
    expect(memory.sizeOf(memory.allocate(512))).toBe(576);
  });
});

describe("buddy", () => {
  // A. Silberschatz, P. Galvin, G. Gagne, Operating System Concepts, section "Allocating Kernel Memory": 256 KB, and a request for 21 KB.
  it("halves 256 KB to 128, 64 and 32 KB for a request of 21 KB", () => {
    const memory = allocator("buddy", 256 * KB, { minBlock: "4KiB" });
    const block = memory.allocate(21 * KB);
    expect([memory.addressOf(block), memory.sizeOf(block), memory.freeBytes]).toEqual([0, 32 * KB, 224 * KB]);
    // What is left is one block of each of 32, 64 and 128 KB.
    expect([128, 64, 32].map((size) => memory.addressOf(memory.allocate(size * KB)))).toEqual([128 * KB, 64 * KB, 32 * KB]);
    expect(memory.allocate(1)).toBe(-1);
  });

  // Worked by hand: 16 units; A 1, B 2, C 4; free B, free A (joins with its buddy at 1, then with B's block at 2), free C.
  it("joins buddies only, and as far as they are free", () => {
    const memory = allocator("buddy", 16, { minBlock: "1B" });
    const [a, b, c] = [memory.allocate(1), memory.allocate(2), memory.allocate(4)];
    expect([a, b, c].map((block) => memory.addressOf(block!))).toEqual([0, 2, 4]);
    memory.free(b!);
    expect(memory.largestFreeBytes).toBe(8);
    memory.free(a!);
    expect([memory.largestFreeBytes, memory.freeBytes]).toEqual([8, 12]);
    memory.free(c!);
    expect([memory.largestFreeBytes, memory.freeBytes]).toEqual([16, 16]);
  });

  it("uses all of a memory that is no power of two, as blocks that never join", () => {
    const memory = allocator("buddy", 80 * MB);
    expect([memory.freeBytes, memory.largestFreeBytes]).toEqual([80 * MB, 64 * MB]);
    const block = memory.allocate(16 * MB);
    expect([memory.addressOf(block), memory.largestFreeBytes]).toEqual([64 * MB, 64 * MB]);
    expect(memory.allocate(65 * MB)).toBe(-1);
  });

  it("has taken of a memory that is no power of two what was handed out, wherever that lies", () => {
    const memory = allocator("buddy", 80 * MB);
    const block = memory.allocate(MB);
    expect([memory.addressOf(block), memory.reservedBytes]).toEqual([64 * MB, MB]);
    memory.allocate(32 * MB);
    expect(memory.reservedBytes).toBe(33 * MB);
    memory.free(block);
    memory.allocate(2 * MB);
    expect(memory.reservedBytes).toBe(34 * MB);
  });
});

describe("bump", () => {
  it("starts anew only when nothing is live", () => {
    const memory = allocator("bump", 1024);
    const [a, b] = [memory.allocate(500), memory.allocate(400)];
    memory.free(b!);
    expect(memory.allocate(500)).toBe(-1);
    memory.free(a!);
    expect(memory.addressOf(memory.allocate(1024))).toBe(0);
  });

  it("gives back the end at once where it is a stack", () => {
    const memory = allocator("bump", 1024, { lifo: true });
    const [, b, c] = [memory.allocate(256), memory.allocate(256), memory.allocate(256)];
    memory.free(b!);
    expect(memory.freeBytes).toBe(256);
    memory.free(c!);
    expect(memory.freeBytes).toBe(768);
  });
});

describe("size-class", () => {
  it("rounds up to a fifth more at most, and serves what was freed from its slab", () => {
    const memory = allocator("size-class", 64 * MB, { minBlock: "16B" });
    for (let bytes = 129; bytes <= 100_000; bytes += 7) {
      const block = memory.allocate(bytes);
      expect(bytes / memory.sizeOf(block)).toBeGreaterThan(0.8);
      memory.free(block);
    }
    const [a, b] = [memory.allocate(100), memory.allocate(100)];
    const at = memory.addressOf(a!);
    memory.free(a!);
    expect(memory.addressOf(memory.allocate(99))).toBe(at);
    expect(memory.lastNs).toBe(25);
    expect(memory.addressOf(b!) - at).toBe(112);
  });

  it("gives empty slabs to a request that nothing else can serve", () => {
    const memory = allocator("size-class", 16 * MB);
    const blocks = Array.from({ length: 60 }, () => memory.allocate(200 * KB));
    for (const block of blocks) memory.free(block);
    expect(memory.largestFreeBytes).toBeLessThan(16 * MB);
    expect(memory.sizeOf(memory.allocate(16 * MB))).toBe(16 * MB);
  });
});

describe("caching", () => {
  // The sizes are PyTorch's: 512 B, 1, 2, 10 and 20 MiB.
  it("takes segments of 2 and 20 MiB, and of multiples of 2 MiB from 10 MiB on", () => {
    const memory = allocator("caching", 1024 * MB);
    const reserved = [1000, 900 * KB, 1.5 * MB, 1.5 * MB, 18 * MB, 31 * MB].map((bytes) => (memory.allocate(bytes), memory.reservedBytes / MB));
    expect(reserved).toEqual([2, 2, 22, 22, 40, 72]);
  });

  it("keeps what is freed, uses the smallest cached block, and cuts a large one only where more than 1 MiB is left", () => {
    const memory = allocator("caching", 1024 * MB);
    const [a, b] = [memory.allocate(30 * MB), memory.allocate(12 * MB)];
    const at = memory.addressOf(b!);
    memory.free(a!);
    memory.free(b!);
    expect(memory.reservedBytes).toBe(42 * MB);
    const again = memory.allocate(11 * MB);
    expect([memory.addressOf(again), memory.sizeOf(again), memory.reservedBytes]).toEqual([at, 12 * MB, 42 * MB]);
    expect(memory.lastNs).toBe(1000);
    expect(memory.sizeOf(memory.allocate(11 * MB))).toBe(11 * MB);
    expect(memory.reservedBytes).toBe(42 * MB);
  });

  it("collects cached segments before it gives up", () => {
    const memory = allocator("caching", 64 * MB);
    const blocks = [memory.allocate(20 * MB), memory.allocate(20 * MB), memory.allocate(20 * MB)];
    memory.free(blocks[0]!);
    memory.free(blocks[2]!);
    const block = memory.allocate(40 * MB);
    expect(block).toBeGreaterThanOrEqual(0);
    expect([memory.reservedBytes, memory.lastNs]).toEqual([60 * MB, 100_000]);
    expect(memory.allocate(20 * MB)).toBe(-1);
  });
});

describe("arenas", () => {
  it("give each thread a part and a lock of its own, and the next one where that is full", () => {
    const memory = allocator("first-fit", 4 * MB, { arenas: 4, fast: "10ns", slow: "20ns" });
    expect(memory.lockCount).toBe(4);
    const blocks = [0, 1, 5].map((thread) => memory.allocate(600 * KB, thread));
    expect(blocks.map((block) => Math.floor(memory.addressOf(block) / MB))).toEqual([0, 1, 2]);
    expect([memory.lastLock, memory.lastNs]).toEqual([2, 40]);
    memory.free(blocks[1]!, 0);
    expect([memory.lastLock, memory.lastNs]).toEqual([1, 10]);
    expect(memory.allocate(2 * MB)).toBe(-1);
  });
});

/** Random requests and frees, as sizes and positions; sizes of all magnitudes. */
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.tuple(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 1000 })).map(([bits, mantissa]) => Math.max(1, Math.floor((2 ** bits * mantissa) / 1000))) }, { weight: 2, arbitrary: fc.integer({ min: -1000, max: -1 }) }), { maxLength: 120 });

const variants: readonly [string, object][] = [
  ["bump", {}], ["bump", { lifo: true, alignment: "1B" }], ["first-fit", {}], ["first-fit", { alignment: "1B", minBlock: "32B" }], ["best-fit", {}], ["best-fit", { arenas: 3 }],
  ["buddy", { minBlock: "16B" }], ["buddy", { arenas: 2 }], ["size-class", { slab: "16KiB", maxBlock: "2KiB", minBlock: "16B" }], ["size-class", { slab: "4KiB", minBlock: "8B", arenas: 2 }],
  ["caching", { rounding: "64B", smallLimit: "1KiB", smallSegment: "4KiB", largeLimit: "16KiB", largeSegment: "32KiB", segmentRounding: "4KiB" }],
];

describe.each(variants)("%s %j", (name, options) => {
  const capacity = 100_000;
  const granularity: Readonly<Record<string, number>> = { bump: 64, "first-fit": 64, "best-fit": 64, buddy: 16, "size-class": 8, caching: 64 };
  const aligned = "alignment" in options ? 1 : granularity[name]!;

  it("keeps live blocks apart, aligned and large enough, and gets everything back", () => {
    fc.assert(fc.property(steps, (requests) => {
      const memory = allocator(name, capacity, options);
      const live: { block: number; bytes: number }[] = [];
      const allFree = (): number[] => (memory.trim(), [memory.freeBytes, memory.largestFreeBytes]);
      const before = allFree();
      for (const [i, request] of requests.entries()) {
        if (request > 0) {
          const room = memory.largestFreeBytes;
          const block = memory.allocate(request, i % 5);
          if (block < 0) expect(request).toBeGreaterThan(name === "buddy" ? room / 2 : room - 64 - (name === "caching" || name === "size-class" ? capacity : 0));
          else live.push({ block, bytes: request });
        } else if (live.length > 0) memory.free(live.splice(-request % live.length, 1)[0]!.block);
        const ranges = live.map(({ block }) => [memory.addressOf(block), memory.addressOf(block) + memory.sizeOf(block)] as const).sort((a, b) => a[0] - b[0]);
        ranges.forEach(([from, to], k) => {
          expect(from % aligned).toBe(0);
          if (name !== "caching") expect(to).toBeLessThanOrEqual(capacity);
          if (k > 0) expect(from).toBeGreaterThanOrEqual(ranges[k - 1]![1]);
        });
        for (const { block, bytes } of live) expect(memory.sizeOf(block)).toBeGreaterThanOrEqual(bytes);
        const taken = live.reduce((sum, { block }) => sum + memory.sizeOf(block), 0);
        if (/fit|buddy|caching/.test(name)) expect(taken + memory.freeBytes).toBe(before[0]!);
        else expect(taken + memory.freeBytes).toBeLessThanOrEqual(before[0]!);
        expect(memory.largestFreeBytes).toBeLessThanOrEqual(memory.freeBytes);
        expect(taken).toBeLessThanOrEqual(memory.reservedBytes);
      }
      for (const { block } of live) memory.free(block);
      expect(allFree()).toEqual(before);
    }), { seed: 11, numRuns: 150 });
  });

  it("serves an unlimited memory", () => {
    const memory = allocator(name, Infinity, options);
    const blocks = [1, 1e6, 1e9, 1e12].map((bytes, thread) => memory.allocate(bytes, thread));
    expect(Math.min(...blocks)).toBeGreaterThanOrEqual(0);
    for (const block of blocks) memory.free(block);
    expect(memory.largestFreeBytes).toBeGreaterThan(1e14);
  });

  it("takes no more than it has, and does not serve a request for more", () => {
    const memory = allocator(name, capacity, options);
    expect(memory.allocate(capacity + 1)).toBe(-1);
    let taken = 0;
    for (let block; (block = memory.allocate(100)) >= 0; ) taken += memory.sizeOf(block);
    expect(taken).toBeLessThanOrEqual(capacity);
    expect(taken).toBeGreaterThan(capacity * 0.7);
  });
});

it("every allocator says what its options mean", () => {
  for (const { name, summary, source, options } of allocators.all) {
    expect(summary.length, name).toBeGreaterThan(20);
    expect(source, name).toBeDefined();
    expect(options, name).toBeDefined();
  }
});
