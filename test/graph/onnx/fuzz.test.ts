import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { importOnnx } from "../../../src/graph/onnx/import-onnx.ts";
import { knownOperatorTypes } from "../../../src/graph/onnx/rules/index.ts";
import { sharedData } from "../../shared-data.ts";
import { ints, makeModel, Type, type Tensor } from "./make-model.ts";

/** Mulberry32: a small generator with a fixed sequence, so that a failure repeats. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff];

/** One to a few changes: a byte, a bit, a cut, a repeat, a swap, a run of 0xff (huge numbers and lengths). */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let result = Uint8Array.from(bytes);
  const at = (): number => Math.floor(random() * result.length);
  for (let changes = 1 + Math.floor(random() * 4); changes > 0 && result.length > 0; changes--) {
    const choice = random();
    if (choice < 0.35) result[at()] = Math.floor(random() * 256);
    else if (choice < 0.55) result[at()]! ^= 1 << Math.floor(random() * 8);
    else if (choice < 0.7) result[at()] = interesting[Math.floor(random() * interesting.length)]!;
    else if (choice < 0.78) result = result.slice(0, at());
    else if (choice < 0.86) {
      const [from, length] = [at(), Math.floor(random() * 40)];
      result = Uint8Array.from([...result.subarray(0, from), ...result.subarray(from, from + length), ...result.subarray(from)]);
    } else if (choice < 0.93) {
      const from = at();
      result.fill(0xff, from, from + 1 + Math.floor(random() * 9));
    } else {
      const [from, length] = [at(), Math.floor(random() * 40)];
      result = Uint8Array.from([...result.subarray(0, from), ...result.subarray(from + length)]);
    }
  }
  return result;
}

async function fuzz(bytes: Uint8Array, count: number, seed: number): Promise<{ ok: number; rejected: number }> {
  const random = generator(seed);
  const result = { ok: 0, rejected: 0 };
  for (let i = 0; i < count; i++) {
    const mutated = mutate(bytes, random);
    try {
      const { graph } = await importOnnx(mutated, { file: "fuzz.onnx" });
      for (const { flops, macs, readBytes, writeBytes } of graph.classes) expect([flops, macs, readBytes, writeBytes].every((value) => value >= 0 && value < Infinity)).toBe(true);
      result.ok++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`mutation ${i} of seed ${seed}`, { cause: error });
      expect(error.issues.every((issue) => issue.file === "fuzz.onnx" && issue.message.length < 2000)).toBe(true);
      result.rejected++;
    }
  }
  return result;
}

const convolutional = makeModel({
  inputs: { x: ["batch", 3, 16, 16] }, outputs: { y: ["batch", 10] },
  weights: { w: { dims: [8, 3, 3, 3] }, b: { dims: [8] }, s: { dims: [8] }, fc: { dims: [8, 10] } },
  nodes: [
    { op: "Conv", name: "conv", in: ["x", "w", "b"], out: ["a"], attrs: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] } },
    { op: "BatchNormalization", name: "bn", in: ["a", "s", "s", "s", "s"], out: ["c"] },
    { op: "Relu", name: "relu", in: ["c"], out: ["d"] },
    { op: "MaxPool", name: "pool", in: ["d"], out: ["e"], attrs: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
    { op: "GlobalAveragePool", in: ["e"], out: ["f"] }, { op: "Flatten", in: ["f"], out: ["g"] },
    { op: "Gemm", name: "fc", in: ["g", "fc"], out: ["h"] }, { op: "Softmax", in: ["h"], out: ["y"], attrs: { axis: 1 } },
  ],
});

const dynamic = makeModel({
  inputs: { x: ["n", 6, 8], ids: ["n", "t"], pads: [6] }, types: { ids: Type.i64, pads: Type.i64 }, outputs: { y: [1] },
  weights: { zero: ints(0), table: { dims: [100, 8] }, tail: ints(-1), axes: ints(1), w: { dims: [1, 32, 8] }, r: { dims: [1, 32, 8] }, starts: ints(0), ends: ints(3), trips: ints(4), yes: { dims: [], type: Type.bool, data: [1] } },
  nodes: [
    { op: "Shape", in: ["x"], out: ["s"] }, { op: "Gather", in: ["s", "zero"], out: ["n0"] }, { op: "Concat", in: ["n0", "tail"], out: ["target"], attrs: { axis: 0 } },
    { op: "Reshape", in: ["x", "target"], out: ["flat"] }, { op: "Slice", in: ["flat", "starts", "ends", "axes"], out: ["cut"] }, { op: "Transpose", in: ["x"], out: ["t"], attrs: { perm: [1, 0, 2] } },
    { op: "LSTM", in: ["t", "w", "r"], out: ["l", "h"], attrs: { hidden_size: 8 } }, { op: "Einsum", in: ["x", "x"], out: ["e"], attrs: { equation: "bij,bkj->bik" } },
    { op: "Split", in: ["e"], out: ["p", "q"], attrs: { axis: 2, split: [3, 3] } }, { op: "Resize", in: ["x", "", "sc"], out: ["rs"] }, { op: "Constant", out: ["sc"], attrs: { value: { tensor: { dims: [3], data: [1, 2, 2] } } } },
    { op: "TopK", in: ["x", "axes"], out: ["k", "ki"] }, { op: "NonZero", in: ["x"], out: ["nz"] }, { op: "Gather", in: ["table", "ids"], out: ["emb"] }, { op: "Pad", in: ["x", "pads"], out: ["pd"] },
    { op: "ConstantOfShape", in: ["s"], out: ["z"] }, { op: "Where", in: ["yes", "x", "z"], out: ["wh"] }, { op: "Mystery", domain: "nowhere", in: ["wh"], out: ["y"] },
    { op: "Loop", in: ["trips", "yes", "p"], out: ["lo"], attrs: { body: { graph: { inputs: { i: [], c: [], v: [1, 6, 3] }, nodes: [{ op: "Relu", in: ["v"], out: ["v2"] }, { op: "Identity", in: ["c"], out: ["c2"] }], outputs: { c2: [], v2: [1, 6, 3] } } } } },
  ],
});

describe("hostile graphs", () => {
  test("every operator on random shapes, attributes and constants", async () => {
    const random = generator(5);
    const int = (below: number): number => Math.floor(random() * below);
    const odd = [-1, -9e18, 2 ** 31, 9e15, 1e9];
    const number = (): number => (random() < 0.1 ? odd[int(odd.length)]! : int(8) - 1);
    const list = (): number[] => Array.from({ length: int(6) }, number);
    const names = ["axis", "axes", "group", "perm", "pads", "strides", "kernel_shape", "split", "keepdims", "ceil_mode", "num_heads", "blocksize", "hidden_size", "transA", "to", "num_outputs", "shape", "k", "start", "end", "size", "K", "N", "batch_dims", "num_scan_inputs", "channels", "auto_pad"];
    let ok = 0;
    for (const op of [...knownOperatorTypes, "If", "Loop", "Scan", "Constant", "Nothing"]) {
      for (let round = 0; round < 8; round++) {
        const inputs = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x${i}`, Array.from({ length: int(6) }, () => (random() < 0.02 ? 2 ** 40 : int(6)))]));
        const weights = Object.fromEntries(Array.from({ length: 4 }, (_, i): [string, Tensor] => {
          const data = list();
          return [`w${i}`, { dims: [data.length], type: Type.i64, data }];
        }));
        const some = [...Object.keys(inputs), ...Object.keys(weights), ""];
        const attrs = Object.fromEntries(names.filter(() => random() < 0.25).map((key) => [key, key === "auto_pad" ? "SAME_UPPER" : random() < 0.5 ? number() : list()]));
        const node = { op, in: Array.from({ length: int(7) }, (_, i) => (random() < 0.5 ? `x${i % 4}` : some[int(some.length)]!)), out: ["y", "z"].slice(0, 1 + int(2)), attrs };
        const model = makeModel({ inputs, weights, nodes: [node, { op: "Relu", in: ["y"], out: ["r"] }], opset: 6 + int(13), outputs: { r: undefined } });
        try {
          await importOnnx(model);
          ok++;
        } catch (error) {
          if (!(error instanceof InputError)) throw new Error(`${op} ${JSON.stringify({ node, inputs, weights })}`, { cause: error });
        }
      }
    }
    expect(ok).toBeGreaterThan(200);
  });
});

describe("hostile bytes", () => {
  test("mutated convolutional network", async () => {
    const { ok, rejected } = await fuzz(convolutional, 1500, 1);
    expect(ok).toBeGreaterThan(100);
    expect(rejected).toBeGreaterThan(1000);
  });
  test("mutated network of dynamic shapes, bodies and unknown operators", async () => {
    await importOnnx(dynamic);
    const { ok, rejected } = await fuzz(dynamic, 1500, 1);
    expect(ok).toBeGreaterThan(100);
    expect(rejected).toBeGreaterThan(1000);
  });
  test.each([["light_squeezenet", 150], ["mobilenetv2_stream", 60], ["swiglu_2048_4096_14336", 2000], ["attention_head", 2000], ["gpt2like_training", 30]] as const)("mutated %s", async (name, count) => {
    const path = sharedData(`onnx/${name}.onnx`);
    if (path === undefined) return console.log(`${name}: no shared data, skipped`);
    const { ok, rejected } = await fuzz(readFileSync(path), count, 3);
    expect(ok + rejected).toBe(count);
  });
});
