import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importOnnx } from "../../src/graph/onnx/import-onnx.ts";
import { ModelFolder } from "../../src/onnxruntime/model-folder.ts";
import { optimizeModel } from "../../src/onnxruntime/optimize-model.ts";
import { OrtFailure, OrtProcess } from "../../src/onnxruntime/ort-process.ts";
import { OnnxNetwork } from "../../src/validate/onnx-network.ts";
import { ints, makeModel } from "../graph/onnx/make-model.ts";
import { sharedData } from "../shared-data.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-test-"));
const before = process.env["TMPDIR"];
// Temporary folders of this file alone, so that what is left behind can be told.
beforeAll(() => {
  mkdirSync(join(folder, "tmp"));
  process.env["TMPDIR"] = join(folder, "tmp");
});
afterAll(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  rmSync(folder, { recursive: true, force: true });
});

const installed = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
})();
if (!installed) console.warn("onnxruntime-node is not installed: its tests are skipped");
const setting = { executor: "sequential", intraThreads: 1, interThreads: 1 } as const;

/** Two convolutions of which the second adds a residual, a pool and a linear layer. */
async function residualNetwork(): Promise<string> {
  const net = new OnnxNetwork("residual");
  const conv = (x: string, from: number): string => net.op("Conv", [x, net.weight([32, from, 3, 3]), net.weight([32])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const first = net.op("Relu", [conv(net.input("image", [1, 32, 16, 16]), 32)]);
  const sum = net.op("Relu", [net.op("Add", [conv(first, 32), first])]);
  const flat = net.op("Flatten", [net.op("GlobalAveragePool", [sum])]);
  net.output(net.op("Gemm", [flat, net.weight([32, 10]), net.weight([10])]), [1, 10]);
  const file = join(folder, "residual.onnx");
  writeFileSync(file, await net.bytes());
  return file;
}

describe.runIf(installed)("the graph that ONNX Runtime will run", () => {
  test("is understood: fused operators, blocked layout, shapes, and nothing is left behind", async () => {
    const { graph, warnings, unknown } = await importOnnx(await optimizeModel(await residualNetwork()));
    expect(unknown).toEqual([]);
    expect(warnings).toEqual([]);
    const convolutions = [...graph.ops()].filter(({ kind }) => kind === "conv");
    expect(convolutions.map(({ fused }) => fused)).toEqual([["conv", "relu"], ["conv", "add", "relu"]]);
    expect(convolutions[0]).toMatchObject({ macs: 256 * 32 * 32 * 9, shape: { cIn: 32, cOut: 32, h: 16, hOut: 16, kh: 3 } });
    // Not on every processor are there kernels for the blocked layout.
    for (const { variant } of convolutions) expect([undefined, "nchwc"]).toContain(variant);
    expect([...graph.ops()].map(({ kind }) => kind)).toContain("matmul");
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  });
  test("a file that is no model", async () => {
    const file = join(folder, "broken.onnx");
    writeFileSync(file, new Uint8Array([8, 255, 255, 255]));
    await expect(optimizeModel(file)).rejects.toThrow(/not an ONNX file|does not take the model/);
  });
  test.skipIf(sharedData("onnx/mobilenetv2_stream.onnx") === undefined)("weights that are missing beside the model are made up", async () => {
    const { graph } = await importOnnx(await optimizeModel(sharedData("onnx/mobilenetv2_stream.onnx")!));
    expect([...graph.ops()].filter(({ kind }) => kind === "depthwise-conv")).toHaveLength(17);
  });
});

describe.runIf(installed)("a session in a process of its own", () => {
  test("runs, and gives a time for each run", async () => {
    const session = await OrtProcess.open({ file: await residualNetwork(), setting }, 60_000);
    const ns = await session.run({ forMs: 0, least: 3, most: 10 }, 60_000);
    session.close();
    expect(ns).toHaveLength(3);
    expect(ns.every((time) => time > 0)).toBe(true);
    await expect(session.run({ forMs: 0, least: 1, most: 1 }, 60_000)).rejects.toThrow(OrtFailure);
  });
  test("is fed the extents of symbolic dimensions, of those without a name too", async () => {
    const file = join(folder, "open.onnx");
    // Only 10 elements can be seen as [5, 2].
    writeFileSync(file, makeModel({ inputs: { x: ["rows", undefined] }, weights: { s: ints(5, 2) }, outputs: { y: [5, 2] }, nodes: [{ op: "Reshape", in: ["x", "s"], out: ["r"] }, { op: "Relu", in: ["r"], out: ["y"] }] }));
    const run = async (dims: Readonly<Record<string, number>>): Promise<readonly number[]> => {
      const session = await OrtProcess.open({ file, setting, dims }, 60_000);
      return session.run({ forMs: 0, least: 1, most: 1 }, 60_000).finally(() => session.close());
    };
    expect(await run({ rows: 2, "x:1": 5 })).toHaveLength(1);
    await expect(run({ rows: 2 })).rejects.toThrow(OrtFailure);
  });
  test("is given up when it does not answer in time, and the caller goes on", async () => {
    const session = await OrtProcess.open({ file: await residualNetwork(), setting }, 60_000);
    await expect(session.run({ forMs: 60_000, least: 1, most: 1e9 }, 200)).rejects.toThrow(/no answer within/);
  });
  test("says what ONNX Runtime says of a file that it does not take", async () => {
    const file = join(folder, "nothing.onnx");
    writeFileSync(file, "");
    await expect(OrtProcess.open({ file, setting }, 60_000)).rejects.toThrow(OrtFailure);
  });
});

test("weights stay inside the folder, whatever a model says", async () => {
  const { default: { onnx } } = await import("onnx-proto");
  const external = (location: string): object => ({ name: location, dims: [4], dataType: 1, dataLocation: 1, externalData: [{ key: "location", value: location }, { key: "length", value: "16" }] });
  const graph = { name: "g", node: [{ opType: "Relu", input: ["x"], output: ["y"] }], initializer: [external("../../escaped.bin"), external("a/inside.bin")] };
  const file = join(folder, "external.onnx");
  writeFileSync(file, onnx.ModelProto.encode(onnx.ModelProto.fromObject({ irVersion: 8, opsetImport: [{ domain: "", version: 17 }], graph })).finish());
  const models = new ModelFolder();
  try {
    const copy = models.complete(file);
    expect(copy.startsWith(models.path)).toBe(true);
    const inside = readdirSync(models.path, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".bin"));
    expect(inside.map((name) => name.split("/").at(-1)).sort()).toEqual(["escaped.bin", "inside.bin"]);
  } finally {
    models.remove();
  }
});
