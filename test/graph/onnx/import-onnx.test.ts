import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { TensorOrigin, type OperatorGraph } from "../../../src/graph/graph.ts";
import { importOnnx } from "../../../src/graph/onnx/import-onnx.ts";
import { summarize } from "../../../src/graph/summary.ts";
import { importModel, infer } from "./infer.ts";
import { ints, makeModel, Type, type Model, type Node } from "./make-model.ts";

const issuesOf = async (run: Promise<unknown>): Promise<readonly { code: string; message: string; file?: string; hint?: string }[]> => {
  const error = await run.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof InputError)) throw new Error("no InputError", { cause: error });
  return error.issues;
};
const relu = (from: string, to: string, name = ""): Node => ({ op: "Relu", name, in: [from], out: [to] });

/** Names of the tensors that an operator reads. */
const inputsOf = (graph: OperatorGraph, op: number): string[] => [...graph.inputs.item.subarray(graph.inputs.start[op], graph.inputs.start[op + 1])].map((tensor) => graph.tensorName(tensor));

describe("symbolic dimensions", () => {
  const model: Model = { inputs: { x: ["batch", "seq", 64], y: ["batch", undefined] }, weights: { w: { dims: [64, 32] } }, nodes: [{ op: "MatMul", name: "mm", in: ["x", "w"], out: ["z"] }, relu("y", "r")] };
  test("unset: 1 with a warning that names the dimension and the flag", async () => {
    const { warnings, graph, dims } = await importModel(model);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ["unset-dimension", 'dimension "batch" of input "x" is not set: 1 is used; set it with --dim batch=N'],
      ["unset-dimension", 'dimension "seq" of input "x" is not set: 1 is used; set it with --dim seq=N'],
      ["unset-dimension", 'dimension "y:1" of input "y" is not set: 1 is used; set it with --dim y:1=N'],
    ]);
    expect(dims).toEqual({ batch: 1, seq: 1, "y:1": 1 });
    expect(graph.op("mm").macs).toBe(64 * 32);
  });
  test("unset, and 1 does not fit: the least power of two that does, and the batch stays 1", async () => {
    const conv = (from: string, to: string, weight: string): Node => ({ op: "Conv", name: to, in: [from, weight], out: [to] });
    const audio: Model = { inputs: { x: ["batch", 1, "samples"] }, weights: { w: { dims: [8, 1, 400] }, v: { dims: [8, 8, 3] } }, nodes: [conv("x", "a", "w"), conv("a", "b", "v")] };
    const { warnings, dims, graph } = await importModel(audio);
    expect(dims).toEqual({ batch: 1, samples: 512 });
    expect(graph.op("b").shape).toMatchObject({ wOut: 111 });
    expect(warnings.map(({ message }) => message)).toEqual([
      'dimension "batch" of input "x" is not set: 1 is used; set it with --dim batch=N',
      'dimension "samples" of input "x" is not set: 1 does not fit the model, 512 is used; set it with --dim samples=N',
    ]);
    expect((await importModel(audio, { dims: { samples: 600, batch: 2 } })).warnings).toEqual([]);
  });
  test("set", async () => {
    const { warnings, graph } = await importModel(model, { dims: { batch: 8, seq: 128, "y:1": 5 } });
    expect(warnings).toEqual([]);
    expect(graph.op("mm")).toMatchObject({ kind: "matmul", shape: { batch: 1, m: 1024, n: 32, k: 64 }, macs: 1024 * 64 * 32, readBytes: 4 * (1024 * 64 + 64 * 32), writeBytes: 4 * 1024 * 32, parameterBytes: 4 * 64 * 32 });
  });
  test("one that is called like what every object has", async () => {
    const { dims } = await importModel({ inputs: { x: ["constructor"] }, nodes: [relu("x", "y")] });
    expect(dims).toEqual({ constructor: 1 });
  });
  test("one that the model does not have, or that is no extent", async () => {
    expect(await issuesOf(importModel(model, { dims: { bacth: 8, seq: 0 } }))).toMatchObject([{ code: "unknown-dimension", hint: "did you mean batch?" }, { code: "bad-dimension" }]);
    expect(await issuesOf(importModel({ ...model, inputs: { x: [1, 2, 64], y: [1] } }, { dims: { batch: 2 }, file: "m.onnx" }))).toMatchObject([{ hint: "all its extents are fixed", file: "m.onnx" }]);
  });
});

describe("constant folding", () => {
  test("Shape → Gather → Concat → Reshape becomes a constant", () => {
    const { tensor, ops } = infer({
      inputs: { x: [4, 6, 8] }, weights: { zero: { dims: [], type: Type.i64, data: [0] }, tail: ints(-1), axes: ints(0) },
      nodes: [
        { op: "Shape", in: ["x"], out: ["s"] }, { op: "Gather", in: ["s", "zero"], out: ["n"] }, { op: "Unsqueeze", in: ["n", "axes"], out: ["n1"] },
        { op: "Concat", in: ["n1", "tail"], out: ["target"], attrs: { axis: 0 } }, { op: "Reshape", in: ["x", "target"], out: ["y"] }, relu("y", "z"),
      ],
    });
    expect([tensor("target").data, tensor("y").dims, ops.length]).toEqual([[4, -1], [4, 48], 1]);
  });
  const fold = (nodes: readonly Node[]): readonly number[] | undefined =>
    infer({ inputs: { x: [2, 3, 5, 7] }, weights: { a: ints(7, -7, 12), b: ints(2, 2, 5), one: ints(1), two: ints(2), cond: { dims: [3], type: Type.bool, data: [1, 0, 1] }, m: { dims: [2, 2], type: Type.i64, data: [1, 2, 3, 4] } }, nodes: [{ op: "Shape", in: ["x"], out: ["s"] }, ...nodes] }).tensor("y").data;
  test.each([
    ["Add", ["a", "b"], {}, [9, -5, 17]], ["Div", ["a", "b"], {}, [3, -3, 2]], ["Mod", ["a", "b"], {}, [1, 1, 2]], ["Mul", ["a", "two"], {}, [14, -14, 24]], ["Where", ["cond", "a", "b"], {}, [7, 2, 12]],
    ["Slice", ["s", "one", "two"], {}, [3]], ["Greater", ["a", "b"], {}, [1, 0, 1]], ["ReduceProd", ["s"], { keepdims: 0 }, [210]], ["Gather", ["s", "one"], {}, [3]], ["Transpose", ["m"], {}, [1, 3, 2, 4]],
    ["Concat", ["m", "m"], { axis: 1 }, [1, 2, 1, 2, 3, 4, 3, 4]], ["ConstantOfShape", ["two"], {}, [0, 0]], ["Neg", ["a"], {}, [-7, 7, -12]], ["Tile", ["a", "two"], {}, [7, -7, 12, 7, -7, 12]],
    ["Cast", ["a"], { to: Type.f32 }, [7, -7, 12]], ["Max", ["a", "b"], {}, [7, 2, 12]],
  ] as const)("%s", (op, inputs, attrs, expected) => {
    expect(fold([{ op, in: inputs, out: ["y"], attrs }])).toEqual(expected);
  });
  test("what follows from constants alone is a weight, once, and no work", async () => {
    const { graph } = await importModel({
      inputs: { x: [1, 8] }, weights: { shape: ints(8, 8), unused: { dims: [1000] } },
      nodes: [{ op: "ConstantOfShape", in: ["shape"], out: ["w"] }, { op: "Transpose", in: ["w"], out: ["wt"] }, { op: "MatMul", in: ["x", "wt"], out: ["y"] }, { op: "MatMul", in: ["y", "wt"], out: ["z"] }],
    });
    expect(summarize(graph)).toMatchObject({ ops: 2, parameterBytes: 256, macs: 128 });
  });
  test("an embedding and its transpose are one weight", async () => {
    const { graph } = await importModel({
      inputs: { ids: [1, 4] }, types: { ids: Type.i64 }, weights: { table: { dims: [100, 8] } },
      nodes: [{ op: "Gather", in: ["table", "ids"], out: ["e"] }, { op: "Transpose", in: ["table"], out: ["t"] }, { op: "MatMul", in: ["e", "t"], out: ["y"] }],
    });
    expect(summarize(graph)).toMatchObject({ kinds: { embedding: 1, matmul: 1 }, parameterBytes: 3200, macs: 3200 });
  });
  test("a weight stored in 8 bits is read in 8 bits", async () => {
    const { graph } = await importModel({
      inputs: { x: [4, 16] }, weights: { q: { dims: [16, 16], type: Type.i8 }, s: { dims: [] } }, nodes: [{ op: "DequantizeLinear", in: ["q", "s"], out: ["w"] }, { op: "MatMul", in: ["x", "w"], out: ["y"] }],
    });
    expect(summarize(graph)).toMatchObject({ ops: 1, parameterBytes: 256 });
  });
});

describe("weights and views", () => {
  test("initializers listed as inputs are weights", async () => {
    const { graph } = await importModel({ inputs: { x: [2, 4], w: [4, 3] }, weights: { w: { dims: [4, 3] } }, nodes: [{ op: "MatMul", in: ["x", "w"], out: ["y"] }] });
    expect([...graph.tensorOrigin]).toEqual([TensorOrigin.input, TensorOrigin.weight, TensorOrigin.op]);
  });
  test("a view hands its producer's tensor on", async () => {
    const { graph } = await importModel({ inputs: { x: [2, 6] }, weights: { s: ints(3, 4) }, nodes: [relu("x", "a", "first"), { op: "Reshape", in: ["a", "s"], out: ["b"] }, { op: "Identity", in: ["b"], out: ["c"] }, relu("c", "d", "second")] });
    expect(graph.opCount).toBe(2);
    expect(graph.tensorProducer[graph.inputs.item[graph.inputs.start[1]!]!]).toBe(0);
  });
  test("an output that nodes read too is kept, under whatever name it leaves", async () => {
    const { graph } = await importModel({ inputs: { x: [2, 6] }, weights: { s: ints(3, 4) }, nodes: [relu("x", "a"), { op: "Reshape", in: ["a", "s"], out: ["b"] }, relu("a", "c"), relu("c", "d")], outputs: { b: [3, 4], x: [2, 6], d: undefined } });
    // "b" is "a" in another shape; "d" is read by nobody, and "x" is the model's input.
    expect([...graph.kept!.keys()].filter((tensor) => graph.kept![tensor] === 1).map((tensor) => graph.tensorName(tensor))).toEqual(["a"]);
    expect((await importModel({ inputs: { x: [2, 6] }, nodes: [relu("x", "a"), relu("a", "b")], outputs: { b: [2, 6] } })).graph.kept).toBeUndefined();
  });
  test("nodes may come in any order, and repeat names", async () => {
    const { graph } = await importModel({ inputs: { x: [1] }, nodes: [relu("b", "c", "n"), relu("x", "b", "n")] });
    expect([...graph.ops()].map(({ name }) => name)).toEqual(["n", "n~2"]);
    expect(graph.tensorName(graph.inputs.item[1]!)).toBe("b");
  });
});

describe("functions, bodies and unknown operators", () => {
  const fn = (nodes: readonly Node[]): NonNullable<Model["functions"]> => [{ name: "Twice", domain: "mine", inputs: ["a", "b"], outputs: ["r"], nodes }];
  test("a function is written out with the caller's tensors and attributes", async () => {
    const { graph, unknown } = await importModel({
      inputs: { x: [2, 3, 4] }, functions: fn([{ op: "ReduceSum", name: "sum", in: ["a"], out: ["t"], attrs: { keepdims: { refersTo: "keep" } } }, { op: "Add", name: "add", in: ["a", "t"], out: ["r"] }]),
      nodes: [{ op: "Twice", domain: "mine", name: "call", in: ["x"], out: ["y"], attrs: { keep: 1 } }],
    });
    expect([...graph.ops()].map(({ name, kind }) => [name, kind])).toEqual([["call/sum", "reduce"], ["call/add", "add"]]);
    expect(graph.tensorName(graph.tensorCount - 1)).toBe("y");
    expect(unknown).toEqual([]);
  });
  test("functions that call each other without end", async () => {
    const model: Model = { inputs: { x: [1] }, functions: fn([{ op: "Twice", domain: "mine", in: ["a"], out: ["t"] }, { op: "Twice", domain: "mine", in: ["t"], out: ["r"] }]), nodes: [{ op: "Twice", domain: "mine", in: ["x"], out: ["y"] }] };
    expect(await issuesOf(importModel(model))).toMatchObject([{ code: "too-deep" }]);
  });
  test("functions that double at every step", async () => {
    const functions = Array.from({ length: 31 }, (_, i) => ({
      name: `F${i}`, domain: "mine", inputs: ["a"], outputs: ["r"],
      nodes: i === 30 ? [relu("a", "r")] : [{ op: `F${i + 1}`, domain: "mine", in: ["a"], out: ["t"] }, { op: `F${i + 1}`, domain: "mine", in: ["t"], out: ["r"] }],
    }));
    expect(await issuesOf(importModel({ inputs: { x: [1] }, functions, nodes: [{ op: "F0", domain: "mine", in: ["x"], out: ["y"] }] }))).toMatchObject([{ code: "too-large" }]);
  });
  test("a body within a function sees the function's tensors", async () => {
    const { graph } = await importModel({
      inputs: { x: [4, 4], c: [] }, types: { c: Type.bool },
      functions: [{ name: "Guard", domain: "mine", inputs: ["a", "flag"], outputs: ["r"], nodes: [relu("a", "t"), { op: "If", name: "if", in: ["flag"], out: ["r"], attrs: { then_branch: { graph: { nodes: [relu("t", "u")], outputs: { u: [4, 4] } } }, else_branch: { graph: { nodes: [{ op: "Exp", in: ["t"], out: ["v"] }, relu("v", "v2")], outputs: { v2: [4, 4] } } } } }] }],
      nodes: [{ op: "Guard", domain: "mine", name: "g", in: ["x", "c"], out: ["y"] }],
    });
    expect([...graph.ops()].map(({ name, kind, flops }) => [name, kind, flops])).toEqual([["g/t", "relu", 16], ["g/if", "if", 0], ["g/if/v", "exp", 16], ["g/if/v2", "relu", 16]]);
    expect([1, 2, 3].map((op) => inputsOf(graph, op))).toEqual([["c"], ["g/t", "g/if/decided"], ["g/v"]]);
  });
  const branch = (op: string, repeat: number): { graph: Model } => ({ graph: { nodes: Array.from({ length: repeat }, (_, i) => ({ op, in: [i === 0 ? "x" : `${op}${i - 1}`], out: [`${op}${i}`] })), outputs: { [`${op}${repeat - 1}`]: [4, 4] } } });
  test("If: the known branch, or the dearer one", async () => {
    const nodes = [{ op: "If", name: "if", in: ["c"], out: ["y"], attrs: { then_branch: branch("Relu", 2), else_branch: branch("Tanh", 3) } }];
    const known = await importModel({ inputs: { x: [4, 4] }, weights: { c: { dims: [], type: Type.bool, data: [0] } }, nodes });
    expect([...known.graph.ops()].map(({ kind }) => kind)).toEqual(["tanh", "tanh", "tanh"]);
    const asked = await importModel({ inputs: { x: [4, 4], c: [] }, types: { c: Type.bool }, nodes });
    // What the branch does waits for the decision, and for x.
    expect([...asked.graph.ops()].map(({ kind, flops }) => [kind, flops])).toEqual([["if", 0], ["tanh", 16], ["tanh", 16], ["tanh", 16]]);
    expect(inputsOf(asked.graph, 1)).toEqual(["x", "if/decided"]);
    expect(asked.warnings).toMatchObject([{ code: "assumed-control-flow", message: expect.stringContaining("costed as the dearer branch") as string }]);
  });
  test("If: a branch whose shapes contradict each other never runs, however dear it is", async () => {
    const wrong = { graph: { nodes: [{ op: "MatMul", in: ["x", "w"], out: ["p"] }, ...branch("Tanh", 9).graph.nodes], outputs: { p: [4, 4] } } };
    const model = (yes: object, no: object): Model => ({ inputs: { x: [4, 4], c: [] }, types: { c: Type.bool }, weights: { w: { dims: [5, 4] } }, nodes: [{ op: "If", name: "if", in: ["c"], out: ["y"], attrs: { then_branch: yes, else_branch: no } as NonNullable<Model["nodes"][number]["attrs"]> }, relu("y", "z")] });
    const { graph, warnings } = await importModel(model(wrong, branch("Relu", 2)));
    expect([...graph.ops()].map(({ kind }) => kind)).toEqual(["if", "relu", "relu", "relu"]);
    expect(warnings).toMatchObject([{ code: "assumed-control-flow", message: expect.stringContaining("the other one is taken") as string }]);
    expect(await issuesOf(importModel(model(wrong, wrong)))).toMatchObject([{ code: "bad-shape", message: expect.stringContaining("inner extents") as string }]);
  });
  test("Loop: its iterations, one after the other", async () => {
    const body: Model = { inputs: { i: [], c: [], v: [4, 4] }, nodes: [{ op: "MatMul", in: ["v", "w"], out: ["v2"] }, { op: "Identity", in: ["c"], out: ["c2"] }], outputs: { c2: [], v2: [4, 4] } };
    const model = (trips: number): Model => ({ inputs: { x: [4, 4] }, weights: { w: { dims: [4, 4] }, n: { dims: [], type: Type.i64, data: [trips] } }, nodes: [{ op: "Loop", in: ["n", "", "x"], out: ["y"], attrs: { body: { graph: body } } }] });
    const { graph } = await importModel(model(10));
    expect(summarize(graph)).toMatchObject({ macs: 640, parameterBytes: 64, kinds: { matmul: 10 } });
    expect([inputsOf(graph, 0), inputsOf(graph, 9)]).toEqual([["x", "w"], ["y/8/v2", "w"]]);
    // Too many to be written out: one operator of all their work.
    const long = await importModel(model(1_000_000));
    expect(long.graph.at(0)).toMatchObject({ kind: "loop", macs: 64_000_000, shape: { times: 1_000_000, operators: 1 } });
    expect(summarize(long.graph).parameterBytes).toBe(64);
  });
  test("Scan: the length of the sequence, along any axes", () => {
    const scanned: Model = { inputs: { h: [8], e: [8] }, nodes: [{ op: "Add", in: ["h", "e"], out: ["h2"] }, { op: "Relu", in: ["h2"], out: ["o"] }], outputs: { h2: [8], o: [8] } };
    const scan = (xs: number[], attrs: object): ReturnType<typeof infer> => infer({ inputs: { h0: [8], xs }, nodes: [{ op: "Scan", in: ["h0", "xs"], out: ["h", "all"], attrs: { num_scan_inputs: 1, body: { graph: scanned }, ...attrs } }] });
    const { tensor, ops } = scan([5, 8], {});
    expect([tensor("h").dims, tensor("all").dims]).toEqual([[8], [5, 8]]);
    expect(ops.map(({ kind }) => kind)).toEqual([...Array.from({ length: 5 }, () => ["add", "relu"]).flat(), "concat"]);
    expect(scan([8, 5], { scan_input_axes: [1], scan_output_axes: [-1] }).tensor("all").dims).toEqual([8, 5]);
  });
  test("an unknown operator is counted, warned about and costed", async () => {
    const { graph, unknown, warnings } = await importModel({ inputs: { x: [4, 4] }, nodes: [{ op: "Magic", domain: "acme", name: "m1", in: ["x"], out: ["y"] }, { op: "Magic", domain: "acme", name: "m2", in: ["y"], out: ["z"] }, relu("z", "r")] });
    expect(unknown).toEqual([{ opType: "Magic", domain: "acme", count: 2 }]);
    expect(warnings.map(({ message }) => message)).toEqual(['operator acme.Magic is not known (2 nodes, first "m1"): costed as element-wise over its inputs and outputs']);
    expect(graph.op("m1")).toMatchObject({ kind: "unknown", flops: 16, readBytes: 64, writeBytes: 64 });
    expect(graph.opCount).toBe(3);
  });
  test("value_info gives the shape where inference cannot", () => {
    const { tensor, warnings } = infer({ inputs: { x: [4, 4], s: [2] }, types: { s: Type.i64 }, valueInfo: { y: [2, 8] }, nodes: [{ op: "Reshape", in: ["x", "s"], out: ["y"] }, { op: "Reshape", in: ["x", "s"], out: ["z"] }] });
    expect([tensor("y").dims, tensor("z").dims]).toEqual([[2, 8], [16]]);
    expect(warnings).toEqual(['Reshape, node "z": the target shape is computed at run time: taken as flat']);
  });
});

describe("wrong files", () => {
  test.each([
    ["empty", new Uint8Array(0), "empty-file"], ["text", new TextEncoder().encode("not a model, but some text"), "bad-onnx"], ["no graph", Uint8Array.of(8, 7), "bad-onnx"],
    ["a length beyond the end", Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0), "bad-onnx"],
  ])("%s", async (_, bytes, code) => {
    expect(await issuesOf(importOnnx(bytes, { file: "a.onnx" }))).toMatchObject([{ code, file: "a.onnx" }]);
  });
  test("every truncation of a model", async () => {
    const bytes = makeModel({ inputs: { x: [2, 4] }, weights: { w: { dims: [4, 3], data: [1, 2] } }, nodes: [{ op: "MatMul", name: "mm", in: ["x", "w"], out: ["y"] }] });
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await importOnnx(bytes.subarray(0, length)).then(() => true, (error: unknown) => error instanceof InputError);
      expect(outcome).toBe(true);
    }
  });
  const code = async (model: Model): Promise<string> => (await issuesOf(importModel(model)))[0]!.code;
  test("a cycle, with its path", async () => {
    const issues = await issuesOf(importModel({ inputs: { x: [1] }, nodes: [{ op: "Add", name: "a", in: ["x", "r"], out: ["p"] }, relu("p", "q", "b"), relu("q", "r", "c")] }));
    expect(issues).toMatchObject([{ code: "cycle" }]);
    for (const name of ["a", "b", "c"]) expect(issues[0]!.message).toContain(name);
  });
  test("two producers, and none", async () => {
    expect(await issuesOf(importModel({ inputs: { x: [1] }, nodes: [relu("x", "y", "a"), relu("x", "y", "b")] }))).toMatchObject([{ code: "duplicate-tensor", message: 'tensor "y" is made by node "b" and by node "a"' }]);
    expect(await issuesOf(importModel({ inputs: { image: [1] }, nodes: [relu("image", "hidden", "a"), relu("hiden", "z", "b")] }))).toMatchObject([{ code: "missing-tensor", hint: 'did you mean "hidden"?' }]);
  });
  test("extents that cannot be", async () => {
    expect(await code({ inputs: { x: [1, -3] }, nodes: [relu("x", "y")] })).toBe("bad-shape");
    expect(await code({ inputs: { x: [2 ** 40, 2 ** 40] }, nodes: [relu("x", "y")] })).toBe("bad-shape");
    expect(await code({ inputs: { x: [1] }, weights: { w: { dims: [2 ** 50, 2 ** 50] } }, nodes: [relu("x", "y")] })).toBe("bad-shape");
    expect(await code({ inputs: { x: new Array<number>(100).fill(1) }, nodes: [relu("x", "y")] })).toBe("bad-shape");
    expect(await code({ weights: { s: ints(2 ** 40, 2 ** 40) }, nodes: [{ op: "ConstantOfShape", in: ["s"], out: ["w"] }, relu("w", "y")] })).toBe("bad-shape");
  });
  test("bodies nested without reason", async () => {
    let body: Model = { nodes: [relu("x", "r")], outputs: { r: [1] } };
    for (let i = 0; i < 60; i++) body = { nodes: [{ op: "If", in: ["c"], out: ["r"], attrs: { then_branch: { graph: body }, else_branch: { graph: { nodes: [relu("x", "q")], outputs: { q: [1] } } } } }], outputs: { r: [1] } };
    expect(["bad-onnx", "too-deep"]).toContain(await code({ inputs: { x: [1], c: [] }, nodes: body.nodes }));
  });
  test("a contradiction that follows from an unset dimension is a warning", async () => {
    const { warnings } = await importModel({ inputs: { x: ["n", 4] }, weights: { s: ints(3, 5) }, nodes: [{ op: "Reshape", name: "r", in: ["x", "s"], out: ["y"] }, relu("y", "z")] });
    expect(warnings.map(({ code: each }) => each)).toEqual(["unset-dimension", "assumed-shape"]);
  });
});
