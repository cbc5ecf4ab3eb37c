import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { depth, levels, predecessors, successors, width } from "../../src/graph/analysis.ts";
import { fft, gaussianElimination, lu, cholesky, montage, qr, randomWorkload, seriesParallel, stencil } from "../../src/graph/generate.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";

/** A small generator of uniform numbers, enough for tests. */
function source(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Tensors that one op makes and another reads. */
const edgeCount = (graph: OperatorGraph) => graph.inputs.item.filter((tensor) => graph.tensorProducer[tensor]! >= 0).length;
const macs = (graph: OperatorGraph) => [...graph.ops()].reduce((sum, op) => sum + op.macs, 0);
const sumTo = (n: number, term: (k: number) => number) => Array.from({ length: n }, (_, k) => term(k)).reduce((a, b) => a + b, 0);
/** Names of an op's predecessors. */
const before = (graph: OperatorGraph, name: string) => {
  const op = [...graph.ops()].find((candidate) => candidate.name === name)!.id;
  const { start, item } = predecessors(graph);
  return Array.from(item.subarray(start[op], start[op + 1]), (id) => graph.opName(id)).sort();
};
const sinks = (graph: OperatorGraph) => {
  const { start } = successors(graph);
  return Array.from({ length: graph.opCount }, (_, op) => op).filter((op) => start[op] === start[op + 1]);
};

describe("generators of the literature", () => {
  test.each([2, 3, 5, 8, 20])("Gaussian elimination of size %d", (m) => {
    const graph = gaussianElimination({ size: m, edgeBytes: 7 });
    expect([graph.opCount, edgeCount(graph), depth(graph)]).toEqual([(m * m + m - 2) / 2, m * m - m - 1, 2 * (m - 1)]);
    expect(width(graph)).toBe(m - 1);
    expect(graph.tensorBytes.every((bytes) => bytes === 7)).toBe(true);
    expect(sinks(graph)).toEqual([graph.opCount - 1]);
  });

  test("Gaussian elimination joins a column to the step before, and to its pivot", () => {
    const graph = gaussianElimination({ size: 4 });
    expect(before(graph, "pivot(1)")).toEqual(["update(0,1)"]);
    expect(before(graph, "update(1,3)")).toEqual(["pivot(1)", "update(0,3)"]);
  });

  test.each([1, 2, 4, 8, 64])("fast Fourier transform of %d points", (m) => {
    const graph = fft({ points: m });
    const rounds = Math.log2(m);
    expect([graph.opCount, edgeCount(graph), depth(graph)]).toEqual([2 * m - 1 + m * rounds, 2 * m - 2 + 2 * m * rounds, 2 * rounds + 1]);
    // Every path is critical: each op's predecessors are all in the level before.
    const level = levels(graph);
    const { start, item } = predecessors(graph);
    for (let op = 0; op < graph.opCount; op++) for (const from of item.subarray(start[op], start[op + 1])) expect(level[from]).toBe(level[op]! - 1);
    expect(sinks(graph)).toHaveLength(m);
  });

  test("every result of a transform depends on every point", () => {
    const graph = fft({ points: 8 });
    const { start, item } = predecessors(graph);
    const reached = new Map<number, Set<number>>();
    for (const op of graph.topo) {
      const all = new Set(op >= 7 && op < 15 ? [op] : []);
      for (const from of item.subarray(start[op], start[op + 1])) for (const leaf of reached.get(from)!) all.add(leaf);
      reached.set(op, all);
    }
    for (const op of sinks(graph)) expect(reached.get(op)!.size).toBe(8);
    expect(() => fft({ points: 12 })).toThrow(InputError);
    expect(() => fft({ points: 0.5 })).toThrow(InputError);
  });

  test.each([1, 2, 3, 6])("LU of %d tiles a side", (n) => {
    const graph = lu({ tiles: n, tile: 10 });
    const edges = sumTo(n, (k) => 2 * (n - k - 1) + 2 * (n - k - 1) ** 2 + (k > 0 ? (n - k) ** 2 : 0));
    expect([graph.opCount, edgeCount(graph), depth(graph)]).toEqual([(n * (n + 1) * (2 * n + 1)) / 6, edges, 3 * n - 2]);
    // N³/3 multiply-accumulates in all.
    expect(macs(graph)).toBeCloseTo((10 * n) ** 3 / 3, 6);
  });

  test.each([1, 2, 3, 6])("QR of %d tiles a side", (n) => {
    const graph = qr({ tiles: n, tile: 10 });
    const edges = sumTo(n, (k) => 2 * (n - k - 1) + 2 * (n - k - 1) ** 2 + (k > 0 ? (n - k) ** 2 : 0));
    expect([graph.opCount, edgeCount(graph)]).toEqual([(n * (n + 1) * (2 * n + 1)) / 6, edges]);
    // 4/3 N³ flops in all.
    expect(2 * macs(graph)).toBeCloseTo((4 / 3) * (10 * n) ** 3, 6);
  });

  test("QR: updates wait for the vectors, and for the row of tiles above", () => {
    const graph = qr({ tiles: 3 });
    expect(before(graph, "unmqr(0,1)")).toEqual(["geqrt(0)"]);
    expect(before(graph, "tsqrt(2,0)")).toEqual(["tsqrt(1,0)"]);
    expect(before(graph, "tsmqr(1,2,0)")).toEqual(["tsqrt(1,0)", "unmqr(0,2)"]);
    expect(before(graph, "tsmqr(2,2,0)")).toEqual(["tsmqr(1,2,0)", "tsqrt(2,0)"]);
    expect(before(graph, "geqrt(1)")).toEqual(["tsmqr(1,1,0)"]);
    expect(depth(qr({ tiles: 2 }))).toBe(4);
  });

  test.each([1, 2, 5])("Cholesky of %d tiles a side", (n) => {
    const graph = cholesky({ tiles: n, tile: 10 });
    const edges = sumTo(n, (k) => {
      const r = n - k - 1;
      return 2 * r + r * (r - 1) + (k > 0 ? 1 + 2 * r + (r * (r - 1)) / 2 : 0);
    });
    expect([graph.opCount, edgeCount(graph), depth(graph)]).toEqual([(n * (n + 1) * (n + 2)) / 6, edges, 3 * n - 2]);
  });

  test.each([[1, 1, 1], [1, 10, 4], [3, 4, 5], [5, 5, 1]])("stencil of %d × %d blocks, %d steps", (rows, columns, steps) => {
    const graph = stencil({ rows, columns, steps });
    expect([graph.opCount, edgeCount(graph), depth(graph), width(graph)]).toEqual([
      rows * columns * steps, (5 * rows * columns - 2 * rows - 2 * columns) * (steps - 1), steps, rows * columns,
    ]);
  });

  test("stencil reads the neighbours", () => {
    const graph = stencil({ rows: 3, columns: 3, steps: 2 });
    expect(before(graph, "block(1,1,1)")).toEqual(["block(0,0,1)", "block(0,1,0)", "block(0,1,1)", "block(0,1,2)", "block(0,2,1)"]);
    expect(before(graph, "block(1,0,2)")).toEqual(["block(0,0,1)", "block(0,0,2)", "block(0,1,2)"]);
  });

  // The third is as large as the published workflow in Estee's data: 77 tasks, 195 edges.
  test.each([[2, 1, 11, 15], [4, 5, 19, 35], [11, 49, 77, 195]])("montage of %d images with %d overlaps", (images, overlaps, ops, edges) => {
    const graph = montage({ images, overlaps });
    expect([graph.opCount, edgeCount(graph), depth(graph)]).toEqual([ops, edges, 9]);
    expect([2 * images + overlaps + 6, 4 * images + 3 * overlaps + 4]).toEqual([ops, edges]);
    expect(sinks(graph)).toHaveLength(1);
  });

  test("montage compares all pairs at most", () => {
    expect(montage({ images: 4, overlaps: 100 }).opCount).toBe(2 * 4 + 6 + 6);
    expect(montage({ images: 4 })).toEqual(montage({ images: 4, overlaps: 5 }));
  });

  test("series-parallel graphs shrink to one edge by series and parallel steps", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (ops, parallel, seed) => {
      const graph = seriesParallel({ ops, parallel, random: source(seed) });
      expect(graph.opCount).toBe(ops);
      expect(edgeCount(graph)).toBeGreaterThanOrEqual(ops - 1);
      expect(edgeCount(graph)).toBeLessThanOrEqual(2 * ops - 3);
      expect(reduced(graph)).toEqual(["0>1"]);
    }));
  });

  test("series only is a chain, parallel only the widest", () => {
    const chain = seriesParallel({ ops: 10, parallel: 0, random: source(1) });
    expect([edgeCount(chain), depth(chain)]).toEqual([9, 10]);
    expect(edgeCount(seriesParallel({ ops: 10, parallel: 1, random: source(1) }))).toBe(17);
    expect(seriesParallel({ ops: 30, edgeBytes: 9, random: source(4) })).toEqual(seriesParallel({ ops: 30, edgeBytes: 9, random: source(4) }));
  });

  test("random workloads have the shape and the ratio that are asked for", () => {
    const make = (shape: number, ccr: number) => randomWorkload({ ops: 2500, devices: 3, shape, ccr, meanNs: 1000, random: source(9) });
    const { graph, costs } = make(1, 2);
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(graph.tensorBytes) / mean(costs.ns)).toBeCloseTo(2, 0);
    expect(costs.ns.length).toBe(7500);
    const depths = [0.5, 1, 2].map((shape) => depth(make(shape, 1).graph));
    // About √ops / shape layers.
    [100, 50, 25].forEach((expected, i) => expect(Math.abs(depths[i]! / expected - 1)).toBeLessThan(0.3));
  });
});

/** What is left of the edges when ops with one way in and one way out, and repeated edges, are taken away. */
function reduced(graph: OperatorGraph): string[] {
  const edges = new Set<string>();
  for (let op = 0; op < graph.opCount; op++) {
    for (const tensor of graph.inputs.item.subarray(graph.inputs.start[op], graph.inputs.start[op + 1])) edges.add(`${graph.tensorProducer[tensor]}>${op}`);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let op = 2; op < graph.opCount; op++) {
      const into = [...edges].filter((edge) => edge.endsWith(`>${op}`));
      const out = [...edges].filter((edge) => edge.startsWith(`${op}>`));
      if (into.length !== 1 || out.length !== 1) continue;
      edges.delete(into[0]!);
      edges.delete(out[0]!);
      edges.add(`${into[0]!.split(">")[0]}>${out[0]!.split(">")[1]}`);
      changed = true;
    }
  }
  return [...edges];
}
