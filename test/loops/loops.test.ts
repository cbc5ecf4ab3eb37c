import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loopPolicies } from "../../src/loops/index.ts";
import type { ChunkOrigin, LoopPolicy } from "../../src/plugin.ts";

const make = (name: string, options: object = {}): LoopPolicy => {
  const definition = loopPolicies.get(name);
  return definition.create((definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(options) ?? {});
};

/** Chunks as "first+count", with workers asking in turn until all are told that there is none. */
function deal(policy: LoopPolicy, iterations: number, workers: number, order: (asked: number) => number = (asked) => asked % workers): { chunks: [worker: number, first: number, count: number, origin: ChunkOrigin][] } {
  const chunk = new Float64Array(2);
  const chunks: [number, number, number, ChunkOrigin][] = [];
  policy.start(iterations, workers);
  const done = new Set<number>();
  for (let asked = 0; done.size < workers; asked++) {
    let worker = order(asked);
    while (done.has(worker)) worker = (worker + 1) % workers;
    const origin = policy.next(worker, chunk);
    if (origin === "none") done.add(worker);
    else chunks.push([worker, chunk[0]!, chunk[1]!, origin]);
  }
  return { chunks };
}
const sizes = (policy: LoopPolicy, iterations: number, workers: number): number[] => deal(policy, iterations, workers).chunks.map(([, , count]) => count);

describe.each(loopPolicies.all.map(({ name }) => name))("%s", (name) => {
  const options: Record<string, object[]> = { static: [{}, { chunk: 3 }], dynamic: [{}, { chunk: 7 }], guided: [{}, { chunk: 4 }, { divisor: 2 }], auto: [{}], steal: [{}, { chunk: 5 }, { victim: "next" }], factoring: [{}, { factor: 1.5, chunk: 3 }], trapezoid: [{}, { first: 40, last: 4 }] };

  it("hands out every iteration once, whoever asks when, and again when the loop begins again", () => {
    fc.assert(
      fc.property(fc.constantFrom(...options[name]!), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 1e6 }), (chosen, iterations, workers, seed) => {
        const policy = make(name, chosen);
        for (const total of [iterations, Math.floor(iterations / 2)]) {
          const given = new Uint8Array(total);
          for (const [, first, count] of deal(policy, total, workers, (asked) => ((asked + 1) * (seed + 7919)) % workers).chunks) {
            expect(count).toBeGreaterThan(0);
            for (let i = first; i < first + count; i++) given[i]!++;
          }
          expect(given.every((times) => times === 1)).toBe(true);
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});

describe("chunks worked by hand", () => {
  it("static: blocks that differ by one at most, the first ones longer", () => {
    expect(deal(make("static"), 10, 4).chunks).toEqual([[0, 0, 3, "own"], [1, 3, 3, "own"], [2, 6, 2, "own"], [3, 8, 2, "own"]]);
    expect(deal(make("static"), 2, 4).chunks.length).toBe(2);
  });

  it("static with a chunk: in turn", () => {
    expect(deal(make("static", { chunk: 2 }), 11, 3).chunks).toEqual([[0, 0, 2, "own"], [1, 2, 2, "own"], [2, 4, 2, "own"], [0, 6, 2, "own"], [1, 8, 2, "own"], [2, 10, 1, "own"]]);
  });

  it("dynamic: one size, then what is left", () => expect(sizes(make("dynamic", { chunk: 4 }), 10, 3)).toEqual([4, 4, 2]));

  it("guided: a p-th of what is left, rounded up", () => {
    // Polychronopoulos, Kuck 1987: 100 iterations for 5 workers.
    expect(sizes(make("guided"), 100, 5)).toEqual([20, 16, 13, 11, 8, 7, 5, 4, 4, 3, 2, 2, 1, 1, 1, 1, 1]);
    expect(sizes(make("guided", { chunk: 10 }), 100, 5)).toEqual([20, 16, 13, 11, 10, 10, 10, 10]);
  });

  it("factoring: rounds of equal chunks, each half of what is left", () => {
    // Hummel, Schonberg, Flynn 1992: 100 iterations for 4 workers.
    expect(sizes(make("factoring"), 100, 4)).toEqual([13, 13, 13, 13, 6, 6, 6, 6, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1]);
  });

  it("trapezoid: smaller by the same number each time", () => {
    // Tzen, Ni 1993: 1000 iterations for 4 workers: f = 125, l = 1, 16 chunks, 8 fewer each time.
    expect(sizes(make("trapezoid"), 1000, 4)).toEqual([125, 117, 109, 101, 93, 85, 77, 69, 61, 53, 45, 37, 28]);
  });

  it("steal: the rear half of the richest, rounded up, and from there as its own", () => {
    const policy = make("steal", { chunk: 2 });
    const chunk = new Float64Array(2);
    const ask = (worker: number): [ChunkOrigin, ...(number | undefined)[]] => [policy.next(worker, chunk), chunk[0], chunk[1]];
    policy.start(20, 2);
    for (let first = 0; first < 10; first += 2) expect(ask(0)).toEqual(["own", first, 2]);
    expect(ask(1)).toEqual(["own", 10, 2]);
    expect(ask(0)).toEqual(["stolen", 16, 2]);
    expect(ask(0)).toEqual(["own", 18, 2]);
    expect(ask(0)).toEqual(["stolen", 14, 2]);
    expect(ask(1)).toEqual(["own", 12, 2]);
    expect(ask(1)[0]).toBe("none");
    expect(ask(0)[0]).toBe("none");
  });

  it("auto: blocks for few iterations, guided for many", () => {
    expect(deal(make("auto"), 16, 4).chunks.every(([, , count, origin]) => count === 4 && origin === "own")).toBe(true);
    const long = sizes(make("auto"), 12_800, 4);
    expect(long[0]).toBe(3200);
    expect(Math.min(...long.slice(0, -1))).toBe(100);
  });
});
