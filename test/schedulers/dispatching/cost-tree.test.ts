import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostTree } from "../../../src/schedulers/dispatching/cost-tree.ts";

const cost = (range: number) => fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: range }) }, { weight: 1, arbitrary: fc.constant(Infinity) });

/** Rows of costs, few of them equal or many, and what to ask of them in turn. */
const cases = fc.record({ devices: fc.integer({ min: 1, max: 5 }), count: fc.integer({ min: 1, max: 150 }), range: fc.constantFrom(2, 20, 1000) }).chain(({ devices, count, range }) => fc.record({
  rows: fc.array(fc.array(cost(range), { minLength: devices, maxLength: devices }), { minLength: count, maxLength: count }),
  questions: fc.array(fc.record({
    base: fc.integer({ min: -1, max: devices - 1 }),
    offsets: fc.array(fc.integer({ min: -range, max: range }).map((ticks) => ticks / 3), { minLength: devices, maxLength: devices }),
  }), { minLength: 40, maxLength: 60 }),
}));

/** The score that is bounded; -Infinity where `base` cannot run the op. */
function scoreOf(row: readonly number[], base: number, offsets: readonly number[]): number {
  if (base >= 0 && row[base] === Infinity) return -Infinity;
  return Math.min(Infinity, ...row.map((value, d) => (d === base ? Infinity : offsets[d]! + (base < 0 ? value : value - row[base]!))));
}

describe("CostTree", () => {
  it("finds the largest score, ties by id, as ops are removed", () => {
    let found = 0;
    fc.assert(fc.property(cases, ({ rows, questions }) => {
      const bases = rows[0]!.map((_, device) => device);
      const left = new Set(rows.flatMap((row, id) => (row.some(Number.isFinite) ? [id] : [])));
      const tree = new CostTree(Float64Array.from(rows.flat()), bases.length, [...left], [-1, ...bases]);
      for (const { base, offsets } of questions) {
        const score = (id: number): number => scoreOf(rows[id]!, base, offsets);
        const best = [...left].reduce((a, b) => (a < 0 || score(b) > score(a) || (score(b) === score(a) && b < a) ? b : a), -1);
        const expected = best >= 0 && score(best) >= 0 ? best : -1;
        expect(tree.find(base + 1, Float64Array.from(offsets), 0, score)).toBe(expected);
        expect(tree.length).toBe(left.size);
        if (expected < 0) continue;
        found++;
        tree.replace(best, -1);
        left.delete(best);
      }
    }), { numRuns: 300, seed: 8 });
    expect(found).toBeGreaterThan(3000);
  });

  it("goes by the score where it is below the bound", () => {
    const tree = new CostTree(Float64Array.of(5, 9, 7), 1, [0, 1, 2], [-1]);
    expect(tree.find(0, Float64Array.of(0), 0, (id) => [4, 2, 3][id]!)).toBe(0);
    expect(tree.find(0, Float64Array.of(0), 0, () => -1)).toBe(-1);
  });

  it("lets an op take the place of one with the same costs", () => {
    const tree = new CostTree(Float64Array.of(5, 5, 5), 1, [0, 1], [-1]);
    const find = () => tree.find(0, Float64Array.of(0), 0, () => 5);
    expect(find()).toBe(0);
    tree.replace(0, 2);
    expect(find()).toBe(1);
    tree.replace(1, -1);
    expect(find()).toBe(2);
    tree.replace(2, -1);
    expect([find(), tree.length]).toEqual([-1, 0]);
  });

  it("looks at few of many ops", () => {
    // Four kinds of devices, sizes and times beside them drawn by a small generator.
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
    const count = 8000;
    const costs = new Float64Array(count * 4);
    for (let id = 0; id < count; id++) {
      const size = 1000 + Math.floor(random() * 100_000);
      for (let d = 0; d < 4; d++) costs[id * 4 + d] = Math.round(size * (d + 1) * (0.5 + random()));
    }
    const tree = new CostTree(costs, 4, Array.from({ length: count }, (_, id) => id), [-1]);
    const offsets = new Float64Array(4);
    let asked = 0;
    for (let left = count; left > 0; left--) {
      const device = (id: number): number => [0, 1, 2, 3].reduce((a, b) => (offsets[b]! + costs[id * 4 + b]! < offsets[a]! + costs[id * 4 + a]! ? b : a));
      const id = tree.find(0, offsets, 0, (candidate) => (asked++, offsets[device(candidate)]! + costs[candidate * 4 + device(candidate)]!));
      offsets[device(id)]! += costs[id * 4 + device(id)]!;
      tree.replace(id, -1);
    }
    expect(asked / count).toBeLessThan(20);
  });
});
