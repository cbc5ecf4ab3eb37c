/**
 * Fits calibration/profiles/tpu-v4.json to the kernels of SCALE-Sim's validation on one core of a Google TPU v4 (JAX
 * profiler, one core has 139.8 TFLOP/s and 614.4 GB/s).
 *
 * node scripts/fit-public/tpu-v4.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles]
 */
import { csvTable, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/tpu_v4";
const files = ["matmul_1024.csv", "matmul_128.csv", "elementwise_2d.csv", "add_1d.csv", "activations_small.csv", "batch_norm.csv"];

const kinds = { parametric_relu: "prelu", leaky_relu: "leaky-relu", linear: "copy", binary_step: "sign", batch_norm_inference: "batch-norm" };

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  const read = files.map((file) => readText(data, `${folder}/${file}`));
  const tables = read.map(({ text }) => csvTable(text));
  const kernels = tables.flat().flatMap((row) => kernelOf(row) ?? []);
  return [{
    file: "tpu-v4.json",
    device: {
      name: "google-tpu-v4 core", kind: "tpu", models: ["google-tpu-v4-core", "google-tpu-v4i"],
      figures: { peakFlopsPerNs: { bf16: 139800, f32: 139800 }, memoryBytesPerNs: 614.4, units: 4, tile: { m: 8, n: 128, k: 128 } },
    },
    provenance: {
      date: "2025", source: "scalesim-project/SCALE-Sim-validation: TPU v4 kernels, averages of the JAX profiler", backend: "JAX (XLA)",
      samples: fileList(read, (file) => tables[read.indexOf(file)].length),
      note: "One core of two; a TPU v4i has one such core, and the same bandwidth. Batch normalization is taken for bf16: at 4 bytes an element it would be twice as fast as the memory.",
    },
    kernels,
    entry: () => ({ formulas: ["padded-roofline"], features: "shape" }),
  }];
}

/** One row: `matmul_MxNxK`, or `name_(extents)` with the axes of the tensor. */
function kernelOf(row) {
  if (row.dim_m !== undefined) {
    const ns = positive(row.fusion_avg);
    return ns && { kind: "matmul", dtype: "f32", shape: { batch: 1, m: Number(row.dim_m), n: Number(row.dim_n), k: Number(row.dim_k) }, ns: [1000 * ns] };
  }
  const ns = positive(row.avg_duration_us);
  const [, name, extents] = /^(\w+?)_\((.*)\)$/.exec(row.kernel_name) ?? [];
  if (ns === undefined || name === undefined) return undefined;
  const axes = extents.split(",").map(Number).filter((extent) => extent > 0);
  const kind = kinds[name] ?? name;
  const elements = axes.reduce((product, extent) => product * extent, 1);
  const shape = { elements, ...(kind === "prelu" && { inputs: 1 }), ...(kind === "batch-norm" && { parameters: 4 * axes[1] }), ...Object.fromEntries(axes.map((extent, i) => [`d${i}`, extent])) };
  return { kind, dtype: kind === "batch-norm" ? "bf16" : "f32", shape, ns: [1000 * ns] };
}

await fitWhenStarted(import.meta.url, load);
