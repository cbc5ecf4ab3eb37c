import { describe, expect, it } from "vitest";
import { defaultCostModel } from "../../src/cost/build-cost-model.ts";
import { fuseGraph } from "../../src/graph/fuse.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";
import { importOnnx } from "../../src/graph/onnx/import-onnx.ts";
import { summarize } from "../../src/graph/summary.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { makeModel, Type, type Node, type Tensor } from "./onnx/make-model.ts";

const scale: Tensor = { dims: [] };
const zero: Tensor = { dims: [], type: Type.i8 };
const q = (from: string, to: string): Node => ({ op: "QuantizeLinear", in: [from, "s", "z"], out: [to], name: `q:${to}` });
const dq = (from: string, to: string): Node => ({ op: "DequantizeLinear", in: [from, "s", "z"], out: [to], name: `dq:${to}` });
const convolution = (from: string, to: string): Node => ({ op: "Conv", in: [from, `${to}.w`], out: [to], name: to, attrs: { pads: [1, 1, 1, 1] } });
const relu = (from: string, to: string): Node => ({ op: "Relu", in: [from], out: [to], name: to });
const add = (a: string, b: string, to: string): Node => ({ op: "Add", in: [a, b], out: [to], name: to });
const [channels, side] = [8, 16];
const elements = channels * side * side;

/** The file's graph; each convolution reads a weight that is stored as i8 and dequantized. */
async function read(nodes: readonly Node[], outputs: Record<string, readonly number[]>): Promise<OperatorGraph> {
  const convs = nodes.filter(({ op }) => op === "Conv").map(({ name }) => name!);
  const weights = Object.fromEntries(convs.map((name) => [`${name}.q`, { dims: [channels, channels, 3, 3], type: Type.i8 }]));
  const dequantized = convs.map((name) => dq(`${name}.q`, `${name}.w`));
  const file = makeModel({ inputs: { x: [1, channels, side, side] }, weights: { s: scale, z: zero, ...weights }, nodes: [...dequantized, ...nodes], outputs });
  return (await importOnnx(file, { file: "quantized.onnx" })).graph;
}

const shape = [1, channels, side, side];
const block = [q("x", "xq"), dq("xq", "xd"), convolution("xd", "c1"), relu("c1", "r1"), q("r1", "r1q"), dq("r1q", "r1d"), convolution("r1d", "c2"), q("c2", "c2q"), dq("c2q", "c2d"), add("c2d", "xd", "sum"), relu("sum", "r2"), q("r2", "r2q"), dq("r2q", "y")];

describe("operators between dequantizations and a quantization", () => {
  it("are one integer operator, in a residual block too", async () => {
    const graph = await read(block, { y: shape });
    const { graph: fused, merged } = fuseGraph(graph);
    expect(merged).toEqual([
      { into: "c1", members: ["dq:xd", "c1", "r1", "q:r1q"], pattern: "dequantize+conv+relu+quantize" },
      { into: "c2", members: ["dq:r1d", "c2", "q:c2q"], pattern: "dequantize+conv+quantize" },
      // The second operand of the sum is dequantized for the first convolution already.
      { into: "sum", members: ["dq:c2d", "sum", "r2", "q:r2q"], pattern: "dequantize+dequantize+add+relu+quantize" },
    ]);
    expect([...fused.ops()].map(({ name, kind, dtype }) => [name, kind, dtype])).toEqual([["q:xq", "quantize", "f32"], ["c1", "conv", "i8"], ["c2", "conv", "i8"], ["sum", "add", "i8"], ["dq:y", "dequantize", "i8"]]);
    const [before, after] = [summarize(graph), summarize(fused)];
    expect([after.macs, after.flops]).toEqual([before.macs, before.flops]);
    expect(after.macs).toBe(2 * elements * channels * 9);
  });

  it("read and write one byte an element", async () => {
    const { graph } = fuseGraph(await read(block, { y: shape }));
    const weight = channels * channels * 9;
    // A scale of 4 bytes and a zero point of 1 on either side.
    expect(graph.op("c1")).toMatchObject({ readBytes: elements + weight + 10 - 5, writeBytes: elements, parameterBytes: weight + 5 });
    expect(graph.op("sum")).toMatchObject({ readBytes: 2 * elements + 5, writeBytes: elements });
  });

  it("run at the integer peak", async () => {
    const device = buildMachine({ use: "mixed" }).devices.find(({ name }) => name === "gpu0")!;
    const big = async (from: readonly Node[]): Promise<number> => {
      const { graph } = fuseGraph(await read(from, { y: shape }));
      return defaultCostModel().estimate({ ...graph.op("c1"), flops: 1e12 }, device, device.width)!.ns;
    };
    expect(await big([convolution("x", "c1"), relu("c1", "y")]) / await big(block)).toBeGreaterThan(10);
  });

  it("stay in floating point where an operand does, or where nothing is quantized again", async () => {
    const mixed = fuseGraph(await read([q("x", "xq"), dq("xq", "xd"), add("xd", "x", "y")], { y: shape }));
    expect([mixed.graph.opCount, mixed.merged[0]!.pattern]).toEqual([1, "quantize+dequantize+add"]);
    expect(fuseGraph(await read([q("x", "xq"), dq("xq", "xd"), { op: "Softmax", in: ["xd"], out: ["y"], name: "y" }], { y: shape })).graph.op("y").dtype).toBe("f32");
    // A product gains from it even where its result stays in floating point.
    const { graph, merged } = fuseGraph(await read([q("x", "xq"), dq("xq", "xd"), convolution("xd", "y")], { y: shape }));
    expect([graph.op("y").dtype, merged.map(({ pattern }) => pattern)]).toEqual(["i8", ["dequantize+conv"]]);
  });

  it("leave a dequantization that something else reads, but do not wait for it", async () => {
    const nodes = [q("x", "xq"), dq("xq", "xd"), convolution("xd", "c1"), q("c1", "y"), { op: "Softmax", in: ["xd"], out: ["p"], name: "p" }];
    const { graph, merged } = fuseGraph(await read(nodes, { y: shape, p: shape }));
    expect(merged).toEqual([{ into: "c1", members: ["c1", "q:y"], pattern: "dequantize+conv+quantize" }]);
    expect([...graph.ops()].map(({ name }) => name).sort()).toEqual(["c1", "dq:xd", "p", "q:xq"]);
    const inputsOf = (name: string): string[] => {
      const op = graph.op(name).id;
      return [...graph.inputs.item.subarray(graph.inputs.start[op]!, graph.inputs.start[op + 1]!)].map((tensor) => graph.tensorName(tensor));
    };
    expect(inputsOf("c1")).toContain("xq");
    expect(inputsOf("p")).toEqual(["xd"]);
  });

  it("leave a dequantized tensor that is a result of the model", async () => {
    const nodes = [q("x", "xq"), dq("xq", "xd"), convolution("xd", "c1"), q("c1", "y")];
    const names = async (outputs: Record<string, readonly number[]>) => [...fuseGraph(await read(nodes, outputs)).graph.ops()].map(({ name }) => name);
    expect(await names({ y: shape })).toEqual(["q:xq", "c1"]);
    expect(await names({ y: shape, xd: shape })).toEqual(["q:xq", "dq:xd", "c1"]);
    expect(await names({ y: shape, c1: shape })).toEqual(["q:xq", "c1", "q:y"]);
  });

  it("join a product of two activations", async () => {
    const graph = await read([q("x", "xq"), dq("xq", "a"), dq("xq", "b"), { op: "MatMul", in: ["a", "b"], out: ["m"], name: "m" }, q("m", "y")], { y: shape });
    expect(fuseGraph(graph).merged.map(({ members }) => members)).toEqual([["dq:a", "dq:b", "m", "q:y"]]);
  });

  it("are left alone without the rule", async () => {
    const graph = await read(block, { y: shape });
    expect(fuseGraph(graph, { rules: ["conv"] }).graph.op("c1").dtype).toBe("f32");
  });
});
