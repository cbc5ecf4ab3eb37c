import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestPath, depth, levels, predecessors, successors, width } from "../../src/graph/analysis.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { chain, cholesky, forkJoin, heterogeneousCosts, layered, randomDag } from "../../src/graph/generate.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";

/** A small generator of uniform numbers, enough for tests. */
function source(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const ones = (graph: OperatorGraph) => new Float64Array(graph.opCount).fill(1);

describe("generators", () => {
  test("chain", () => {
    const graph = chain({ ops: 5, edgeBytes: 3 });
    expect([graph.opCount, depth(graph), width(graph)]).toEqual([5, 5, 1]);
    expect([...graph.tensorBytes]).toEqual([3, 3, 3, 3]);
  });

  test("fork-join", () => {
    const graph = forkJoin({ stages: 2, branches: 3 });
    expect([graph.opCount, graph.tensorCount, depth(graph), width(graph)]).toEqual([9, 12, 5, 3]);
  });

  test("layered", () => {
    const graph = layered({ ops: 1000, width: 20, edgesPerOp: 3, edgeBytes: 100, random: source(1) });
    expect(graph.opCount).toBe(1000);
    expect(width(graph)).toBeLessThanOrEqual(39);
    expect(graph.tensorCount).toBeGreaterThan(2500);
    const mean = graph.tensorBytes.reduce((sum, bytes) => sum + bytes) / graph.tensorCount;
    expect(mean).toBeGreaterThan(95);
    expect(mean).toBeLessThan(105);
    expect(layered({ ops: 1000, width: 20, edgesPerOp: 3, edgeBytes: 100, random: source(1) })).toEqual(graph);
    // Every op but those of the first layer has a predecessor in the layer before.
    const before = predecessors(graph);
    const level = levels(graph);
    for (let op = 0; op < graph.opCount; op++) for (const from of before.item.subarray(before.start[op], before.start[op + 1])) expect(level[from]).toBe(level[op]! - 1);
  });

  test.each([[100, 60], [100, 3000], [30, 1000], [1, 5], [2, 0]])("random graph of %d ops and %d edges", (ops, edges) => {
    const graph = randomDag({ ops, edges, random: source(7) });
    const expected = Math.min(edges, (ops * (ops - 1)) / 2);
    expect(graph.tensorCount).toBe(expected);
    expect(successors(graph).item.length).toBe(expected);
  });

  test("Cholesky", () => {
    const graph = cholesky({ tiles: 5, tile: 10 });
    // n potrf, n(n-1)/2 trsm and syrk, n(n-1)(n-2)/6 gemm.
    expect(graph.opCount).toBe(5 + 10 + 10 + 10);
    expect(depth(graph)).toBe(3 * 5 - 2);
    const macs = [...graph.ops()].reduce((sum, op) => sum + op.macs, 0);
    // n³/6 multiply-accumulates in all, for 50 × 50 numbers.
    expect(macs).toBeCloseTo(50 ** 3 / 6, 6);
  });

  test("costs", () => {
    const unrelated = heterogeneousCosts({ ops: 2000, devices: 4, meanNs: 1000, random: source(3) });
    const mean = unrelated.ns.reduce((sum, ns) => sum + ns) / unrelated.ns.length;
    expect(mean).toBeGreaterThan(950);
    expect(mean).toBeLessThan(1050);
    const consistent = heterogeneousCosts({ ops: 50, devices: 3, kind: "consistent", random: source(3) }).ns;
    const ranking = (op: number) => [0, 1, 2].sort((a, b) => consistent[op * 3 + a]! - consistent[op * 3 + b]!).join("");
    expect(new Set(Array.from({ length: 50 }, (_, op) => ranking(op))).size).toBe(1);
    const equal = heterogeneousCosts({ ops: 3, devices: 2, spread: 0, random: source(1) }).ns;
    expect(equal[0]).toBe(equal[1]);
  });
});

describe("analysis", () => {
  test("agrees with a naive search on random graphs", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(30), fc.nat(), (ops, edges, seed) => {
      const random = source(seed);
      const graph = randomDag({ ops, edges, random });
      const weight = Array.from({ length: ops }, () => Math.floor(random() * 4));
      const pred = predecessors(graph);
      const before = (op: number) => [...pred.item.subarray(pred.start[op], pred.start[op + 1])];
      const longest = (op: number, of: ArrayLike<number>): number => of[op]! + Math.max(0, ...before(op).map((from) => longest(from, of)));
      const all = Array.from({ length: ops }, (_, op) => op);
      expect([...levels(graph)]).toEqual(all.map((op) => longest(op, ones(graph)) - 1));
      const path = longestPath(graph, weight);
      expect(path.length).toBe(Math.max(...all.map((op) => longest(op, weight))));
      expect(path.ops.reduce((sum, op) => sum + weight[op]!, 0)).toBe(path.length);
      for (let i = 1; i < path.ops.length; i++) expect(before(path.ops[i]!)).toContain(path.ops[i - 1]);
      const succ = successors(graph);
      const pairs = all.flatMap((op) => [...succ.item.subarray(succ.start[op], succ.start[op + 1])].map((to) => `${op}>${to}`));
      expect(pairs.sort()).toEqual(all.flatMap((op) => before(op).map((from) => `${from}>${op}`)).sort());
    }));
  });

  test("counts a successor once, however many tensors it reads", () => {
    const builder = new GraphBuilder("twice");
    const [a, b] = [builder.op({ kind: "split" }), builder.op({ kind: "add" })];
    builder.feed(builder.output(a, 1), b);
    builder.feed(builder.output(a, 1), b);
    const graph = builder.build();
    expect([...successors(graph).item]).toEqual([b]);
    expect([...predecessors(graph).item]).toEqual([a]);
  });
});

describe("GraphBuilder", () => {
  test("sorts ops that were added in any order, smallest ready id first", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 15 }), fc.nat(40), fc.nat(), (ops, edges, seed) => {
      const random = source(seed);
      const shuffled = Array.from({ length: ops }, (_, id) => id);
      for (let i = ops - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      const plain = randomDag({ ops, edges, random });
      const pred = predecessors(plain);
      const builder = new GraphBuilder("shuffled");
      const waits = Array.from({ length: ops }, () => new Set<number>());
      for (let op = 0; op < ops; op++) builder.op({ kind: "task" });
      for (let op = 0; op < ops; op++) {
        for (const from of pred.item.subarray(pred.start[op], pred.start[op + 1])) {
          builder.edge(shuffled[from]!, shuffled[op]!);
          waits[shuffled[op]!]!.add(shuffled[from]!);
        }
      }
      const expected: number[] = [];
      while (expected.length < ops) expected.push(waits.findIndex((set, op) => !expected.includes(op) && [...set].every((from) => expected.includes(from))));
      expect([...builder.build().topo]).toEqual(expected);
    }));
  });

  test("names a cycle in order", () => {
    const builder = new GraphBuilder("cycle");
    for (const name of ["a", "b", "c", "d"]) builder.op({ kind: "task" }, name);
    builder.edge(0, 1);
    builder.edge(1, 2);
    builder.edge(2, 3);
    builder.edge(3, 1);
    expect(() => builder.build()).toThrow(/the graph has a cycle: (b → c → d → b|c → d → b → c|d → b → c → d)/);
  });

  test("drops repeated inputs and keeps their order", () => {
    const builder = new GraphBuilder("inputs");
    const op = builder.op({ kind: "add" });
    const tensors = [1, 2, 3].map((bytes) => builder.source("input", bytes));
    for (const index of [2, 0, 2, 1, 0]) builder.feed(tensors[index]!, op);
    expect([...builder.build().inputs.item]).toEqual([2, 0, 1]);
  });

  test("names only some", () => {
    const builder = new GraphBuilder("names");
    builder.op({ kind: "task" });
    const named = builder.op({ kind: "task" }, "b");
    builder.op({ kind: "task" });
    builder.output(0, 1);
    builder.output(named, 1, "t");
    const graph = builder.build();
    expect([0, 1, 2].map((id) => graph.opName(id))).toEqual(["task#0", "b", "task#2"]);
    expect([0, 1].map((id) => graph.tensorName(id))).toEqual(["task#0:out", "t"]);
  });
});
