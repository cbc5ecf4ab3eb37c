import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssignmentForest } from "../../src/solver/assignment-forest.ts";
import { fractionalBound, type FractionalProgram } from "../../src/solver/fractional-program.ts";

/** Each device one resource and one memory; `ways[edge]` ticks between any two. */
function program(costs: readonly (readonly number[])[], edges: readonly (readonly [number, number])[] = [], ways: readonly number[] = []): FractionalProgram {
  const opCount = costs.length;
  const deviceCount = costs[0]!.length;
  const cost = Float64Array.from(costs.flat());
  const ids = Uint32Array.from({ length: deviceCount }, (_, d) => d);
  const start = new Uint32Array(opCount + 1);
  const sorted = [...edges.keys()].sort((a, b) => edges[a]![1] - edges[b]![1]);
  for (const [, to] of edges) for (let op = to + 1; op <= opCount; op++) start[op]!++;
  return {
    opCount, deviceCount, topo: Uint32Array.from({ length: opCount }, (_, op) => op),
    pred: { start, node: Uint32Array.from(sorted, (edge) => edges[edge]![0]), edge: Uint32Array.from(sorted) },
    cost, uses: [{ resourceOf: ids, ticks: cost }], resourceCount: deviceCount, head: new Float64Array(opCount), tail: new Float64Array(opCount),
    memoryOf: ids, wayTicks: Float64Array.from({ length: edges.length * deviceCount }, (_, at) => ways[Math.floor(at / deviceCount)] ?? 0),
  };
}

describe("fractionalBound", () => {
  it("shares work out over unequal devices: 20 tasks of 2 or 6 ticks", () => {
    expect(fractionalBound(program(Array.from({ length: 20 }, () => [2, 6]))).ticks).toBeCloseTo(30, 4);
  });

  it("sees that a path cannot be quick where others are to be quick too", () => {
    // A chain of 10, 1 on the fast and 4 on the slow device, and 10 that only the fast one can run. Alone, the path
    // proves 10 and the work 16; with a of the chain on the fast one, its load 10 + a and the path 40 - 3a meet at 17.5.
    const costs = Array.from({ length: 20 }, (_, op) => [1, op < 10 ? 4 : Infinity]);
    const edges = Array.from({ length: 9 }, (_, op) => [op, op + 1] as const);
    expect(fractionalBound(program(costs), { refine: false }).ticks).toBeCloseTo(16, 4);
    expect(fractionalBound(program(costs, edges)).ticks).toBeCloseTo(17.5, 4);
  });

  it("counts the way where the ends of a path have different devices", () => {
    expect(fractionalBound(program([[3, Infinity], [Infinity, 4]], [[0, 1]], [10])).ticks).toBeCloseTo(17, 4);
    expect(fractionalBound(program([[3, Infinity], [9, 4]], [[0, 1]], [10])).ticks).toBeCloseTo(12, 4);
  });

  it("counts only work that must lie in a window: late work on the one device that can do it", () => {
    const late = program([[5, Infinity], [Infinity, 5], [Infinity, 5]]);
    expect(fractionalBound({ ...late, head: Float64Array.of(0, 7, 9) }).ticks).toBeCloseTo(17, 4);
  });

  it("is Infinity where an operator can run nowhere", () => {
    expect(fractionalBound(program([[1, 2], [Infinity, Infinity]])).ticks).toBe(Infinity);
  });
});

describe("AssignmentForest", () => {
  it("finds the cheapest assignment of a forest (brute force), and refuses to close a cycle", () => {
    const instance = fc.record({
      prices: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)), { minLength: 5, maxLength: 5 }),
      ways: fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }), weights: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
      pick: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    });
    fc.assert(fc.property(instance, ({ prices, ways, weights, pick }) => {
      const pairs = [0, 1, 2, 3, 4].flatMap((to) => Array.from({ length: to }, (_, from) => [from, to] as const));
      // Devices 0 and 1 are one memory.
      const edges = { ...program(prices, pairs, ways), memoryOf: [0, 0, 1] };
      const forest = new AssignmentForest(edges, 100);
      pairs.forEach(([from, to], edge) => pick[edge] && forest.add(edge, from, to));
      expect(pairs.filter((_, edge) => forest.has(edge)).length).toBeLessThan(5);
      const costOf = (device: ArrayLike<number>): number => pairs.reduce((sum, [from, to], edge) => sum + (forest.has(edge) ? weights[edge]! * forest.ticks(edge, device[from]!, device[to]!) : 0), prices.reduce((sum, row, op) => sum + row[device[op]!]!, 0));
      const device = new Uint16Array(5);
      const found = forest.cheapest(Float64Array.from(prices.flat()), Float64Array.from(weights), device);
      let least = Infinity;
      for (let code = 0; code < 243; code++) least = Math.min(least, costOf([0, 1, 2, 3, 4].map((op) => Math.floor(code / 3 ** op) % 3)));
      expect(found).toBe(least);
      expect(costOf(device)).toBe(least);
    }), { numRuns: 300, seed: 4 });
  });
});
