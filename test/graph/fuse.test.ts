import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GraphBuilder, type OpInit } from "../../src/graph/builder.ts";
import { conv, elementwise, matmul, normalization } from "../../src/graph/catalogue.ts";
import { fuseGraph } from "../../src/graph/fuse.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";
import { summarize } from "../../src/graph/summary.ts";

const convolution = conv({ n: 1, cIn: 8, cOut: 8, h: 4, w: 4, hOut: 4, wOut: 4, kh: 1, kw: 1 });
const bytes = 8 * 16 * 4;
const batchNorm = normalization("batch-norm", { elements: 128, parameters: 32 });
const relu = elementwise("relu", { elements: 128 });
const add = elementwise("add", { elements: 128, inputs: 2 });

/** Ops by name: what they are and what they read; "w:" reads a weight. The outputs of `results` are kept. */
function build(ops: Readonly<Record<string, readonly [init: OpInit, ...reads: string[]]>>, results: readonly string[] = []): OperatorGraph {
  const builder = new GraphBuilder("test");
  const tensors = new Map<string, number>([["x", builder.source("input", bytes, "x")]]);
  for (const [name, [init, ...reads]] of Object.entries(ops)) {
    const id = builder.op(init, name);
    for (const read of reads) builder.feed(read.startsWith("w") ? builder.source("weight", Number(read.slice(1)), `${name}.${read}`) : tensors.get(read)!, id);
    tensors.set(name, builder.output(id, init.writeBytes ?? bytes));
  }
  for (const name of results) builder.keep(tensors.get(name)!);
  return builder.build();
}

const merged = (graph: OperatorGraph, options?: Parameters<typeof fuseGraph>[1]): string[] => fuseGraph(graph, options).merged.map(({ members }) => members.join(" "));

describe("what is merged", () => {
  test("convolution, norm, activation: work adds up, intermediate traffic goes", () => {
    const graph = build({ c: [convolution, "x", "w256"], n: [batchNorm, "c", "w128"], r: [relu, "n"], after: [matmul({ m: 1, n: 1, k: 1 }), "r"] });
    const result = fuseGraph(graph);
    expect(result.merged).toEqual([{ into: "c", members: ["c", "n", "r"], pattern: "conv+batch-norm+relu" }]);
    expect(result.graph.op("c")).toMatchObject({
      kind: "conv", shape: convolution.shape, macs: 1024, flops: 2048 + 256 + 128, fused: ["conv", "batch-norm", "relu"],
      readBytes: bytes + 256 + 128, writeBytes: bytes, parameterBytes: 256 + 128,
    });
    expect(result.graph.opCount).toBe(2);
    expect(result.graph.inputs.item).toHaveLength(4);
  });
  test("a residual addition joins the later of its two producers", () => {
    const graph = build({ a: [convolution, "x", "w256"], b: [convolution, "x", "w256"], s: [add, "b", "a"], r: [relu, "s"] });
    expect(merged(graph)).toEqual(["b s r"]);
    expect(fuseGraph(graph).graph.op("b")).toMatchObject({ readBytes: 2 * bytes + 256, writeBytes: bytes });
  });
  test("not where something else reads the intermediate", () => {
    expect(merged(build({ c: [convolution, "x", "w256"], n: [batchNorm, "c", "w128"], r: [relu, "n"], other: [relu, "c"] }))).toEqual(["n r"].slice(1));
    expect(merged(build({ c: [convolution, "x", "w256"], r: [relu, "c"], s: [add, "c", "r"] }))).toEqual(["r s"]);
  });
  test("not where the intermediate is a result of the model, too", () => {
    const ops = { c: [convolution, "x", "w256"], n: [batchNorm, "c", "w128"], r: [relu, "n"] } as const;
    expect(merged(build(ops))).toEqual(["c n r"]);
    expect(merged(build(ops, ["r"]))).toEqual(["c n r"]);
    expect(merged(build(ops, ["n"]))).toEqual(["c n"]);
    // What stays stays a result, however often it is fused.
    const { graph } = fuseGraph(build(ops, ["n"]));
    expect([...graph.kept!.keys()].filter((tensor) => graph.kept![tensor] === 1).map((tensor) => graph.tensorName(tensor))).toEqual(["c:out"]);
    expect(fuseGraph(graph).merged).toEqual([]);
  });
  test("a matrix product takes a bias and an activation, not a residual", () => {
    const product = matmul({ m: 16, n: 8, k: 8, weight: true });
    expect(merged(build({ m: [product, "x", "w256"], b: [elementwise("add", { elements: 128, parameters: 8 }), "m", "w32"], g: [elementwise("gelu", { elements: 128 }), "b"] }))).toEqual(["m b g"]);
    expect(merged(build({ m: [product, "x", "w256"], s: [add, "m", "x"], r: [relu, "s"] }))).toEqual(["s r"]);
  });
  test("one activation, and nothing behind it", () => {
    expect(merged(build({ c: [convolution, "x", "w256"], r: [relu, "c"], t: [elementwise("tanh", { elements: 128 }), "r"], n: [batchNorm, "t", "w128"] }))).toEqual(["c r"]);
    expect(merged(build({ c: [{ ...convolution, fused: ["conv", "relu"] }, "x", "w256"], t: [elementwise("tanh", { elements: 128 }), "c"] }))).toEqual([]);
  });
  test("element-wise chains over the same elements; what two members read is read once", () => {
    const graph = build({ a: [relu, "x"], b: [elementwise("exp", { elements: 128 }), "a"], c: [elementwise("mul", { elements: 128, inputs: 2 }), "x", "b"] });
    expect(merged(graph)).toEqual(["a b c"]);
    expect(fuseGraph(graph).graph.at(0)).toMatchObject({ kind: "relu", readBytes: bytes, writeBytes: bytes, fused: ["relu", "exp", "mul"] });
    expect(merged(build({ a: [relu, "x"], b: [elementwise("add", { elements: 1280, inputs: 2 }), "a", "x"] }))).toEqual([]);
  });
  test("only the rules asked for", () => {
    const graph = build({ c: [convolution, "x", "w256"], r: [relu, "c"], m: [matmul({ m: 16, n: 8, k: 8 }), "r", "w256"], t: [relu, "m"] });
    expect(merged(graph, { rules: ["matmul"] })).toEqual(["m t"]);
    expect(fuseGraph(graph, { rules: [] }).graph).toBe(graph);
  });
});

test("on any graph the work stays, and each operator is in one place", () => {
  const kinds: readonly OpInit[] = [convolution, batchNorm, relu, add, matmul({ m: 16, n: 8, k: 8 }), { kind: "softmax", flops: 7, readBytes: bytes, writeBytes: bytes }, elementwise("quantize", { elements: 128 }), { ...elementwise("dequantize", { elements: 128 }), dtype: "i8" }];
  const op = fc.record({ kind: fc.nat(kinds.length - 1), reads: fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }) });
  fc.assert(fc.property(fc.array(op, { minLength: 1, maxLength: 40 }), (ops) => {
    const graph = build(Object.fromEntries(ops.map(({ kind, reads }, i) => [`o${i}`, [kinds[kind]!, ...reads.map((read) => (read % (i + 1) === 0 ? "x" : `o${(read % (i + 1)) - 1}`))] as const])));
    const result = fuseGraph(graph);
    const [before, after] = [summarize(graph), summarize(result.graph)];
    expect([after.macs, after.flops]).toEqual([before.macs, before.flops]);
    const members = result.merged.flatMap((each) => each.members);
    expect(new Set(members).size).toBe(members.length);
    expect(result.graph.opCount).toBe(graph.opCount - members.length + result.merged.length);
    expect(result.graph.classes.every(({ readBytes, writeBytes }) => readBytes >= 0 && writeBytes > 0)).toBe(true);
    expect(after.activationBytes).toBe(before.activationBytes - (members.length - result.merged.length) * bytes);
  }));
});

test("dependencies stay, and a graph of a hundred thousand operators is no matter", () => {
  const builder = new GraphBuilder("long");
  const [first, second] = [builder.class(convolution), builder.class(relu)];
  let tensor = builder.source("input", bytes);
  for (let i = 0; i < 50_000; i++) {
    for (const init of [first, second]) {
      const id = builder.opOfClass(init);
      builder.feed(tensor, id);
      tensor = builder.output(id, bytes);
    }
  }
  const graph = builder.build();
  const fused = fuseGraph(graph).graph;
  expect(fused.opCount).toBe(50_000);
  expect(fused.topo.every((op, i) => op === i)).toBe(true);
  const [before, after] = [summarize(graph), summarize(fused)];
  expect([after.macs, after.flops, after.activationBytes]).toEqual([before.macs, before.flops, before.activationBytes / 2]);
});
