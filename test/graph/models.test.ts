import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { categoryOf } from "../../src/graph/catalogue.ts";
import { depth } from "../../src/graph/analysis.ts";
import { TensorOrigin, type OperatorGraph } from "../../src/graph/graph.ts";
import { buildModel, modelRegistry, models } from "../../src/graph/models/index.ts";
import { sharedData } from "../shared-data.ts";

const build = (name: string, options: object = {}) => buildModel(modelRegistry.get(name), options);

const macsOf = (graph: OperatorGraph) => [...graph.ops()].reduce((sum, op) => sum + op.macs, 0);

/** Numbers that training changes: weights, without the running statistics of batch normalization. */
function trainedParameters(graph: OperatorGraph): number {
  let bytes = 0;
  for (let tensor = 0; tensor < graph.tensorCount; tensor++) {
    if (graph.tensorOrigin[tensor] === TensorOrigin.weight && !graph.tensorName(tensor).includes("running-")) bytes += graph.tensorBytes[tensor]!;
  }
  return bytes / 4;
}

const kindCounts = (graph: OperatorGraph) => {
  const counts: Record<string, number> = {};
  for (const op of graph.ops()) counts[op.kind] = (counts[op.kind] ?? 0) + 1;
  return counts;
};

describe("published figures", () => {
  // Multiply-accumulates (G) and parameters of the torchvision models, https://pytorch.org/vision/stable/models.html,
  // whose "GFLOPS" are multiply-accumulates; of BERT base and GPT-2 as counted in the Hugging Face checkpoints
  // bert-base-uncased and gpt2, and the macs from the formula 12 · layers · width² · tokens + attention (+ output layer).
  test.each([
    ["resnet18", 1.81, 11_689_512],
    ["resnet50", 4.09, 25_557_032],
    ["vgg19", 19.63, 143_667_240],
    ["mobilenet-v2", 0.3, 3_504_872],
    ["vit-b16", 17.56, 86_567_656],
    ["bert-base", (12 * 12 * 768 ** 2 * 128 + 12 * 2 * 128 ** 2 * 768 + 768 ** 2) / 1e9, 109_482_240],
    ["gpt2", (12 * 12 * 768 ** 2 * 128 + 12 * 2 * 128 ** 2 * 768 + 50_257 * 768 * 128) / 1e9, 124_439_808],
    // Medium model of Zaremba et al.: 650 units, 2 layers, 10,000 words, 35 steps of 20 sentences; two biases a gate.
    ["lstm", (35 * 20 * (2 * 4 * 650 * 1300 + 650 * 10_000)) / 1e9, 10_000 * 650 + 2 * 4 * 650 * 1302 + 10_000 * 651],
    ["mlp", (784 * 512 + 512 * 512 + 512 * 10) / 1e9, 785 * 512 + 513 * 512 + 513 * 10],
  ])("%s: %f G multiply-accumulates, %d parameters", (name, gigaMacs, parameters) => {
    const graph = build(name);
    expect(trainedParameters(graph)).toBe(parameters);
    expect(Math.abs(macsOf(graph) / 1e9 / gigaMacs - 1)).toBeLessThan(0.005);
  });

  test("the paper's ResNet-50, with the stride in the first convolution of a block, needs 3.86 G", () => {
    expect(macsOf(build("resnet50", { downsample: "1x1" })) / 1e9).toBeCloseTo(3.86, 2);
  });
});

describe("structure", () => {
  test.each(models.map((model) => [model.name]))("%s is connected, and of known kinds", (name) => {
    const graph = build(name);
    for (const op of graph.ops()) expect(categoryOf(op.kind), op.kind).toBeDefined();
    const names = [...graph.ops()].map((op) => op.name);
    expect(new Set(names).size).toBe(names.length);
    // One op ends the network: every other output is read.
    const read = new Set(graph.inputs.item);
    const unread = Array.from({ length: graph.tensorCount }, (_, id) => id).filter((id) => !read.has(id));
    expect(unread).toHaveLength(1);
    // What an op writes is what its consumers read, and its parameters are its weight tensors.
    for (const op of graph.ops()) {
      const inputs = [...graph.inputs.item.subarray(graph.inputs.start[op.id], graph.inputs.start[op.id + 1])];
      const weights = inputs.filter((tensor) => graph.tensorOrigin[tensor] === TensorOrigin.weight);
      const outputs = Array.from(graph.tensorProducer, (producer, id) => (producer === op.id ? graph.tensorBytes[id]! : 0)).reduce((a, b) => a + b, 0);
      expect(op.writeBytes, op.name).toBe(outputs);
      if (op.kind !== "embedding" && op.kind !== "concat") {
        expect(op.parameterBytes, op.name).toBe(weights.reduce((sum, tensor) => sum + graph.tensorBytes[tensor]!, 0));
      }
    }
  });

  test("residual edges are real", () => {
    const graph = build("resnet18");
    expect(kindCounts(graph)).toEqual({ conv: 20, "batch-norm": 20, relu: 17, "max-pool": 1, add: 8, "global-pool": 1, matmul: 1 });
    const add = graph.op("stage1.1.add").id;
    const sources = [...graph.inputs.item.subarray(graph.inputs.start[add], graph.inputs.start[add + 1])].map((tensor) => graph.opName(graph.tensorProducer[tensor]!));
    expect(sources).toEqual(["stage1.1.2.norm", "stem.pool"]);
    expect(depth(graph)).toBeLessThan(graph.opCount);
  });

  test("options scale the graph", () => {
    expect(macsOf(build("resnet50", { batch: 8 }))).toBe(8 * macsOf(build("resnet50")));
    expect(build("gpt2", { layers: 3 }).opCount).toBeLessThan(build("gpt2").opCount / 3);
    expect(build("bert-base", { dtype: "f16" }).at(0).dtype).toBe("f16");
    // BERT large: 24 layers of 1024 units and 16 heads, 335 M parameters in the checkpoint bert-large-uncased.
    expect(trainedParameters(build("bert-base", { layers: 24, width: 1024, heads: 16, hidden: 4096 }))).toBe(335_141_888);
    // MobileNetV2 at half width: 1.97 M parameters (the authors' table of checkpoints).
    expect(trainedParameters(build("mobilenet-v2", { width: 0.5 })) / 1e6).toBeCloseTo(1.97, 2);
    expect(trainedParameters(build("lstm", { bidirectional: true }))).toBeGreaterThan(trainedParameters(build("lstm")));
  });
});

describe("wrong options", () => {
  test.each([
    ["resnet18", { bacth: 2 }, 'resnet18 has no option "bacth"\n  hint: did you mean batch?'],
    ["resnet18", { batch: 0 }, "option batch of resnet18"],
    ["mlp", { dtype: "f33" }, "option dtype of mlp"],
    ["bert-base", { heads: 7 }, "not a multiple of 7 heads"],
    ["vit-b16", { image: 225 }, "not a whole number of patches"],
    ["vgg19", { image: 16 }, "option image of vgg19"],
  ])("%s %j", (name, options, message) => {
    expect(() => build(name, options)).toThrow(InputError);
    expect(() => build(name, options)).toThrow(message);
  });

  test("an unknown model", () => {
    expect(() => build("resnet5")).toThrow(/did you mean resnet50/);
  });
});

describe("against ONNX files of the same networks", () => {
  /** Every operator's kind, shape, flops and bytes, sorted; without the softmax that the files end in. */
  const described = (graph: OperatorGraph) =>
    [...graph.ops()]
      .filter((op) => op.kind !== "softmax")
      .map(({ id: _, name: __, ...op }) => JSON.stringify(op).replace("average-pool", "global-pool"))
      .sort();

  test.for([
    ["light_vgg19.onnx", "vgg19", {}],
    ["light_resnet50.onnx", "resnet50", {}],
    ["mobilenetv2_stream.onnx", "mobilenet-v2", { folded: true }],
  ] as const)("%s is %s", async ([file, name, options], { skip }) => {
    const path = sharedData(`onnx/${file}`);
    if (!path) return skip("no shared data");
    const { importOnnx } = await import("../../src/graph/onnx/import-onnx.ts");
    const { graph } = await importOnnx(readFileSync(path), { file });
    expect(described(graph)).toEqual(described(build(name, options)));
  });
});
