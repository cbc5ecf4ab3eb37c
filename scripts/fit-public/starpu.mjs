/**
 * Fits calibration/profiles/starpu-*.json to the codelet histories of StarPU's node "sirocco": tiles of Cholesky and LU
 * factorizations and matrix products, on a core of its CPUs and on its K40m boards. The bus matrices of the node are
 * in scenarios/machines/sirocco.yaml.
 *
 * node scripts/fit-public/starpu.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles]
 */
import { fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "starpu/codelets";
const codelets = [
  ["chol_model_gemm", "gemm", "f32"], ["chol_model_potrf", "potrf", "f32"], ["chol_model_syrk", "syrk", "f32"], ["chol_model_trsm", "trsm", "f32"],
  ["starpu_slu_lu_model_gemm", "gemm", "f32"], ["starpu_slu_lu_model_getrf", "getrf", "f32"], ["starpu_slu_lu_model_trsm_ll", "trsm", "f32"], ["starpu_slu_lu_model_trsm_ru", "trsm-right", "f32"],
  ["starpu_dlu_lu_model_gemm", "gemm", "f64"], ["starpu_dlu_lu_model_getrf", "getrf", "f64"], ["starpu_dlu_lu_model_trsm_ll", "trsm", "f64"], ["starpu_dlu_lu_model_trsm_ru", "trsm-right", "f64"],
  ["starpu_sgemm_gemm", "matmul", "f32"], ["starpu_dgemm_gemm", "matmul", "f64"],
];

/** Flops for a tile of side 1, and tiles read (of which one is written). */
const work = { gemm: [2, 3], trsm: [1, 2], "trsm-right": [1, 2], syrk: [1, 2], potrf: [1 / 3, 1], getrf: [2 / 3, 1] };

const processors = [
  { type: 0, file: "starpu-e5-2680v3-core.json", device: { name: "intel-xeon-e5-2680v3 core", kind: "cpu", models: ["intel-xeon-e5-2680v3-core"], figures: { units: 1, clockGHz: 2.5, peakFlopsPerNs: { f32: 80, f64: 40 } } } },
  { type: 1, file: "starpu-k40m.json", device: { name: "nvidia-k40m", kind: "gpu", models: ["nvidia-k40m"], figures: { units: 15, peakFlopsPerNs: { f32: 4290, f64: 1430 }, memoryBytesPerNs: 288, cacheBytes: 1.5 * 2 ** 20 } } },
];

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  const read = codelets.map(([codelet, kind, dtype]) => ({ kind, dtype, ...readText(data, `${folder}/${codelet}.sirocco`) }));
  return processors.map(({ type, file, device }) => ({
    file, device,
    provenance: { date: "2015/2020", source: "starpu-runtime/starpu, tools/perfmodels: codelet histories of the node sirocco", backend: type === 0 ? "MKL" : "cuBLAS, MAGMA", samples: fileList(read, ({ text }) => historiesOf(text).length), note: "Mean times of each codelet and tile size; boards of a kind count as repetitions." },
    kernels: read.flatMap(({ kind, dtype, text }) => kernelsOf(historiesOf(text).filter((history) => history.type === type), kind, dtype)),
    opOf,
    // A core starts at once; a board has launches, and panels that it has to read.
    few: () => ({ formula: "roofline", coefficients: type === 0 ? ["flopsPerNs"] : ["fixedNs", "flopsPerNs", "bytesPerNs"] }),
  }));
}

/** The lines of history, each with the device type that stands above it. */
export function historiesOf(text) {
  const lines = text.split("\n").map((line) => line.trim());
  const histories = [];
  let type = -1;
  for (const [i, line] of lines.entries()) {
    if (line.startsWith("# device type")) type = Number(lines[i + 1]);
    const cells = line.split(/\s+/);
    if (!/^[0-9a-f]{8}$/.test(cells[0]) || cells.length < 8) continue;
    const [, bytes, flops, us] = cells.map(Number);
    if (positive(us) && positive(bytes)) histories.push({ type, bytes, flops, us });
  }
  return histories;
}

function kernelsOf(histories, kind, dtype) {
  const size = dtype === "f64" ? 8 : 4;
  return histories.flatMap(({ bytes, flops, us }) => {
    const ns = [1000 * us];
    if (kind !== "matmul") {
      const tile = Math.round(Math.sqrt(bytes / size / work[kind][1]));
      return [{ kind, dtype, shape: { tile }, ns }, ...(kind === "gemm" ? [{ kind: "matmul", dtype, shape: { batch: 1, m: tile, n: tile, k: tile }, ns }] : [])];
    }
    // The example multiplies panels: m = n, and k four times as long. Entries for parts of these are sums, not measurements.
    const tile = Math.round(Math.sqrt(bytes / size / 9));
    return Math.abs(8 * tile ** 3 - flops) < 1e-3 * flops ? [{ kind, dtype, shape: { batch: 1, m: tile, n: tile, k: 4 * tile }, ns }] : [];
  });
}

/** A tile operation with the work that the literature counts, as the graph generators do. */
export function opOf({ kind, shape, dtype, variant }, otherwise) {
  if (work[kind] === undefined) return otherwise({ kind, shape, dtype, variant });
  const [flops, tiles] = work[kind];
  const bytes = shape.tile ** 2 * (dtype === "f64" ? 8 : 4);
  return { kind, shape, dtype, flops: flops * shape.tile ** 3, macs: (flops / 2) * shape.tile ** 3, readBytes: tiles * bytes, writeBytes: bytes, parameterBytes: 0 };
}

await fitWhenStarted(import.meta.url, load);
