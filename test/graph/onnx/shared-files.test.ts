import { readFileSync } from "node:fs";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { fuseGraph } from "../../../src/graph/fuse.ts";
import type { OperatorGraph } from "../../../src/graph/graph.ts";
import { buildModel } from "../../../src/graph/models/define-model.ts";
import { mobilenetV2 } from "../../../src/graph/models/mobilenet.ts";
import { resnet50 } from "../../../src/graph/models/resnet.ts";
import { vgg19 } from "../../../src/graph/models/vgg.ts";
import { importOnnx, type OnnxImport } from "../../../src/graph/onnx/import-onnx.ts";
import { summarize } from "../../../src/graph/summary.ts";
import { sharedData } from "../../shared-data.ts";

const { onnx } = onnxProto;

async function load(name: string): Promise<OnnxImport | undefined> {
  const path = sharedData(`onnx/${name}.onnx`);
  if (path === undefined) return void console.log(`${name}: no shared data, skipped`);
  return importOnnx(readFileSync(path), { file: path });
}

describe("counts of published networks", () => {
  // Multiply-accumulates and parameters as published: ResNet-50 4.09 G and 25.56 M (here with 53,120 running statistics),
  // VGG-19 19.63 G and 143.67 M, AlexNet with groups 0.65 G and 60.97 M, SqueezeNet 1.1 0.35 G and 1.24 M, GoogLeNet
  // 7.0 M, MobileNet v2 0.30 G and 3.5 M (3.49 M with folded norms). GoogLeNet is published with 1.58 G; this file rounds
  // its pools down (55, 27, 13, 6 instead of 56, 28, 14, 7), which leaves 1.43 G.
  test.each([
    ["light_resnet50", 415, 4_089_184_256, 25_610_152], ["light_vgg19", 82, 19_632_062_464, 143_667_240], ["light_bvlc_alexnet", 40, 654_560_384, 60_965_224],
    ["light_squeezenet", 105, 349_151_936, 1_235_496], ["light_inception_v1", 237, 1_431_556_352, 6_998_552], ["mobilenetv2_stream", 170, 300_774_272, 3_487_816],
  ] as const)("%s", async (name, nodes, macs, parameters) => {
    const imported = await load(name);
    if (!imported) return;
    const summary = summarize(imported.graph, { nodes: imported.nodeCount, unknown: imported.unknown });
    expect(summary).toMatchObject({ nodes, macs, parameterBytes: 4 * parameters, unknown: [] });
    expect(imported.warnings).toEqual([]);
    expect(imported.graph.name).toBe(name);
  });

  test("attention head: three projections, scores and the weighted sum", async () => {
    const imported = await load("attention_head");
    if (!imported) return;
    expect(summarize(imported.graph).macs).toBe(3 * 128 * 512 * 64 + 2 * 128 * 128 * 64);
    expect([...imported.graph.ops()].every((op) => op.dtype === "bf16")).toBe(true);
  });

  test("gated feed-forward: three products, and a function of the model written out", async () => {
    const imported = await load("swiglu_2048_4096_14336");
    if (!imported) return;
    expect(summarize(imported.graph).macs).toBe(3 * 2048 * 4096 * 14336);
    expect([...imported.graph.ops()].map((op) => op.name)).toEqual(["Gemm_Left", "Gemm_Right", "Silu/Sigmoid_in_fn", "Silu/Mul_in_fn", "Elt_Mul", "Gemm_Down"]);
    expect(imported.unknown).toEqual([]);
  });

  test("training step of a small transformer", async () => {
    const imported = await load("gpt2like_training");
    if (!imported) return;
    expect(summarize(imported.graph, { nodes: imported.nodeCount })).toMatchObject({ nodes: 442, macs: 9_927_917_568 });
    expect([imported.unknown, imported.warnings]).toEqual([[], []]);
  });
});

describe("the same network from a file and from a builder", () => {
  const describeOps = (graph: OperatorGraph): string[] => [...graph.ops()].map(({ kind, shape, macs, flops, readBytes, writeBytes, parameterBytes }) => JSON.stringify({ kind, shape: Object.entries(shape).sort(), macs, flops, readBytes, writeBytes, parameterBytes })).sort();
  test("ResNet-50, up to the softmax that only the file has", async () => {
    const imported = await load("light_resnet50");
    if (!imported) return;
    const ops = describeOps(imported.graph).filter((op) => !op.includes('"softmax"'));
    expect(ops).toEqual(describeOps(buildModel(resnet50)));
  });
  test.each([["light_vgg19", vgg19], ["mobilenetv2_stream", mobilenetV2]] as const)("%s: the same multiply-accumulates in as many convolutions and products", async (name, model) => {
    const imported = await load(name);
    if (!imported) return;
    const [file, built] = [summarize(imported.graph), summarize(buildModel(model))];
    expect(file.macs).toBe(built.macs);
    for (const kind of ["conv", "depthwise-conv", "matmul"]) expect([kind, file.kinds[kind]]).toEqual([kind, built.kinds[kind]]);
  });
});

describe("inferred shapes against those that the files state", () => {
  test.each(["gpt2like_training", "mobilenetv2_stream", "swiglu_2048_4096_14336"])("%s, inferred without its value_info", async (name) => {
    const path = sharedData(`onnx/${name}.onnx`);
    if (path === undefined) return console.log(`${name}: no shared data, skipped`);
    const model = onnx.ModelProto.decode(readFileSync(path));
    const stated = new Map<string, number>();
    for (const { name: tensor, type } of model.graph!.valueInfo!) {
      const bytes = ({ 1: 4, 7: 8, 9: 1, 16: 2 } as Record<number, number>)[type!.tensorType!.elemType!]!;
      if (type!.tensorType!.shape) stated.set(tensor!, bytes * type!.tensorType!.shape.dim!.reduce((size, dim) => size * Number(dim.dimValue), 1));
    }
    model.graph!.valueInfo = [];
    const { graph, warnings } = await importOnnx(onnx.ModelProto.encode(model).finish());
    expect(warnings).toEqual([]);
    let compared = 0;
    for (let tensor = 0; tensor < graph.tensorCount; tensor++) {
      const bytes = stated.get(graph.tensorName(tensor));
      if (bytes === undefined || graph.tensorProducer[tensor]! < 0) continue;
      expect([graph.tensorName(tensor), graph.tensorBytes[tensor]]).toEqual([graph.tensorName(tensor), bytes]);
      compared++;
    }
    expect(compared).toBeGreaterThan(graph.opCount / 2);
  });
});

describe("fusion of whole networks", () => {
  test("ResNet-50: every norm, residual addition and activation joins a convolution", async () => {
    const imported = await load("light_resnet50");
    if (!imported) return;
    const { graph, merged } = fuseGraph(imported.graph);
    const { kinds, macs, flops } = summarize(graph);
    expect(kinds).toEqual({ conv: 53, "global-pool": 1, matmul: 1, "max-pool": 1, softmax: 1 });
    expect([macs, flops]).toEqual([summarize(imported.graph).macs, summarize(imported.graph).flops]);
    expect(merged.filter(({ pattern }) => pattern === "conv+batch-norm+add+relu")).toHaveLength(16);
  });
});
