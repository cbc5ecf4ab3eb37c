/**
 * Fits calibration/profiles/nvidia-{p4,p100,v100,t4,a100}.json, and gpu-unseen.json for GPUs that were never measured, to
 * the data set of NeuSight: kernels in f32 that PyTorch ran on five GPUs.
 *
 * node scripts/fit-public/neusight.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles] [--only v100]
 */
import { csvTable, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/neusight";

/** Data sheets: multiprocessors, peak in f32 at the clock that the measured card boosts to, memory, last cache, board power. */
export const gpus = [
  { name: "p4", measured: "Tesla_P4", models: ["nvidia-p4"], figures: { peakFlopsPerNs: { f32: 5700 }, memoryBytesPerNs: 192, units: 20, cacheBytes: 2 * 2 ** 20, watts: 75, capability: 6.1 } },
  { name: "p100", measured: "Tesla_P100-PCIE-16GB", models: ["nvidia-p100-pcie"], figures: { peakFlopsPerNs: { f32: 9519 }, memoryBytesPerNs: 732, units: 56, cacheBytes: 4 * 2 ** 20, watts: 250, capability: 6 } },
  { name: "v100", measured: "Tesla_V100-PCIE-32GB", models: ["nvidia-v100-pcie-32gb"], figures: { peakFlopsPerNs: { f32: 14029 }, memoryBytesPerNs: 900, units: 80, cacheBytes: 6 * 2 ** 20, watts: 250, capability: 7 } },
  { name: "t4", measured: "Tesla_T4", models: ["nvidia-t4"], figures: { peakFlopsPerNs: { f32: 8141 }, memoryBytesPerNs: 320, units: 40, cacheBytes: 4 * 2 ** 20, watts: 70, capability: 7.5 } },
  { name: "a100", measured: "NVIDIA_A100-PCIE-40GB", models: ["nvidia-a100-pcie-40gb"], figures: { peakFlopsPerNs: { f32: 19492 }, memoryBytesPerNs: 1555, units: 108, cacheBytes: 40 * 2 ** 20, watts: 250, capability: 8 } },
];

/** Element-wise kernels; those that end in u combine a tensor with a number. */
const elementwiseKinds = { addu: "add", mulu: "mul", powu: "pow", divu: "div" };

export function load(data) {
  const elementwise = readText(data, `${folder}/elementwise.csv.gz`);
  return gpus.map(({ name, measured, models, figures }) => {
    const files = ["linear", "bmm", "softmax", "ln"].map((op) => readText(data, `${folder}/collect_train/${op}_${measured}.csv.gz`));
    if (name !== "a100") files.push(readText(data, `${folder}/collect_conv/conv_${measured}.csv.gz`));
    const kernels = [...files, elementwise].flatMap(({ text }) => csvTable(text).filter(({ Device }) => Device.replaceAll(" ", "_") === measured).flatMap(kernelOf));
    return {
      file: `nvidia-${name}.json`,
      device: { name: measured.replaceAll("_", " "), kind: "gpu", models, figures },
      provenance: {
        date: "2024", source: "sitar-lab/NeuSight: kernels in f32 without matrix units", backend: "PyTorch 2.1.0, CUDA 12.1, cuDNN 8.9.2",
        samples: fileList([...files, elementwise], ({ text }) => csvTable(text).filter(({ Device }) => Device.replaceAll(" ", "_") === measured).length),
        note: "The tables' columns M, N, K of a product are its rows, the length of its sum, and its columns.",
      },
      kernels, entry: entryOf, opOf: operatorOf,
    };
  });
}

function kernelOf(row, place) {
  const ms = positive(row.Latency);
  if (ms === undefined) return [];
  const at = (name) => Math.round(Number(row[name]));
  const kernel = (kind, shape, variant) => [{ kind, dtype: "f32", shape, ...(variant && { variant }), ns: [1e6 * ms] }];
  switch (row.OPName) {
    case "linear":
      return kernel("matmul", { batch: 1, m: at("M"), n: at("K"), k: at("N") }, "weight");
    case "bmm":
      return kernel("matmul", { batch: at("B"), m: at("M"), n: at("K"), k: at("N") });
    case "softmax":
      return kernel("softmax", { rows: at("B"), columns: at("H") });
    case "ln":
      return kernel("layer-norm", { elements: at("B") * at("H"), parameters: 2 * at("H") });
    case "conv": {
      const [n, cIn, cOut, kernelSize, size, stride, padding] = ["B", "Input_Channel", "Output_Channel", "Kernel_Szie", "Input_Size", "Stride", "Padding"].map(at);
      const out = Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
      // One process ran them all, and took longer with each: 50 to 150 ns at every call.
      return kernel("conv", { n, cIn, cOut, h: size, w: size, hOut: out, wOut: out, kh: kernelSize, kw: kernelSize, groups: 1 }).map((one) => ({ ...one, place }));
    }
    default: {
      const kind = elementwiseKinds[row.OPName];
      const binary = ["add", "mul", "pow", "div"].includes(row.OPName);
      return kernel(kind ?? row.OPName, { elements: at("B") * at("H"), inputs: binary ? 2 : 1 });
    }
  }
}

/** A product with a weight has a bias too, as PyTorch's Linear. */
export function operatorOf(kernel, opOfKernel) {
  if (kernel.variant !== "weight") return opOfKernel(kernel);
  const { m, n, k } = kernel.shape;
  return { ...opOfKernel(kernel), flops: 2 * m * n * k + m * n, readBytes: 4 * (m * k + k * n + n), parameterBytes: 4 * (k * n + n) };
}

function entryOf({ kind }) {
  if (kind === "matmul") return { formulas: ["gpu-waves"], features: "gpu-gemm", trees: { trees: 170, depth: 6, leaf: 8, rate: 0.1 } };
  if (kind === "conv") return { formulas: ["gpu-conv"], features: "gpu-conv", trees: { trees: 150, depth: 6, leaf: 6, inputs: 0.4, rate: 0.1 } };
  if (kind === "softmax" || kind === "layer-norm") return { formulas: ["gpu-rows"], features: "gpu-rows", trees: { trees: 100, depth: 4, leaf: 8 } };
  return { formulas: ["roofline"], features: "shape" };
}

await fitWhenStarted(import.meta.url, load);
