/**
 * Fits calibration/profiles/deepbench-*.json to the results of Baidu's DeepBench: matrix products, convolutions and their
 * gradients, recurrent layers and all-reduce. Transposed operands are extents `transA`, `transB`: 1 = as it is, 2 =
 * transposed, so that an operator that does not say counts as not transposed.
 *
 * node scripts/fit-public/deepbench.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles] [--only v100]
 */
import { convolutionFit, csvRows, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/deepbench";
const tera = 1000;
const recurrentKinds = ["lstm", "gru", "rnn"];

/** Boards, with figures of their data sheets: multiprocessors (compute units), peak f32 and memory bandwidth (B/ns). */
const boards = [
  { name: "nvidia-m40", units: 24, f32: 6.8 * tera, bandwidth: 288, l2: 3, files: { f32: ["train__DeepBench_NV_M40__Results_FP32.csv"] } },
  { name: "nvidia-titan-x-maxwell", units: 24, f32: 6.6 * tera, bandwidth: 336, l2: 3, files: { f32: ["train__DeepBench_NV_TitanX__Results_FP32.csv"] } },
  { name: "nvidia-titan-x-pascal", units: 28, f32: 10.97 * tera, bandwidth: 480, l2: 3, files: { f32: ["train__DeepBench_NV_TitanX_Pascal__Results_FP32.csv"], i8: ["inference__server__DeepBench_NV_TitanX_Pascal__Results_Mixed_Precision.csv"] } },
  { name: "nvidia-titan-xp", units: 30, f32: 12.15 * tera, bandwidth: 547.7, l2: 3, files: { f32: ["train__DeepBench_NV_TitanXp__FP32.csv"], i8: ["inference__server__DeepBench_NV_TitanXp__Results_Mixed_Precision.csv"] } },
  { name: "nvidia-gtx-1080-ti", units: 28, f32: 11.34 * tera, bandwidth: 484, l2: 2.75, files: { f32: ["train__DeepBench_NV_1080Ti__Results_FP32.csv"], i8: ["inference__server__DeepBench_NV_1080Ti__Results_Mixed_Precision.csv"] } },
  { name: "nvidia-p100", units: 56, f32: 10.6 * tera, bandwidth: 732, l2: 4, files: { f32: ["train__DeepBench_NV_P100__Results_FP32.csv"], f16: ["train__DeepBench_NV_P100__Results_Psuedo_FP16.csv"] } },
  { name: "nvidia-v100", units: 80, f32: 15.7 * tera, f16: 125 * tera, bandwidth: 900, l2: 6, files: { f32: ["train__DeepBench_NV_V100__Results_FP32.csv"], f16: ["train__DeepBench_NV_V100__Results_FP16_ip_Mixed_math.csv"] } },
  { name: "nvidia-t4", units: 40, f32: 8.1 * tera, f16: 65 * tera, bandwidth: 320, l2: 4, files: { f32: ["train__DeepBench_NV_T4__Results_FP32.csv"], f16: ["train__DeepBench_NV_T4__Results_FP16_ip_Mixed_math.csv"], i8: ["inference__DeepBench_NV_T4__Results_Mixed_Precision.csv"] } },
  { name: "amd-vega-fe", units: 64, f32: 13.1 * tera, bandwidth: 483, l2: 4, files: { f32: ["train__DeepBench_AMD_VegaFE__Results_FP32.csv"] } },
  { name: "apple-a8", kind: "cpu", units: 2, bandwidth: 12.8, files: { i8: ["inference__device__DeepBench_iPhone_6__Kernels.csv"] } },
];

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  return boards.map(({ name, kind = "gpu", units, f32, f16, bandwidth, l2, files }) => {
    const read = Object.entries(files).flatMap(([dtype, names]) => names.map((file) => ({ dtype, ...readText(data, `${folder}/${file}`) })));
    const kernels = read.flatMap(({ dtype, text }) => kernelsOf(text, dtype));
    return {
      file: `deepbench-${name}.json`,
      device: {
        name, kind, models: [name],
        figures: { ...(f32 && { peakFlopsPerNs: { f32, ...(f16 && { f16 }) } }), memoryBytesPerNs: bandwidth, units, ...(l2 && { cacheBytes: l2 * 2 ** 20 }) },
      },
      provenance: {
        date: "2016/2019", source: "baidu-research/DeepBench: results of the board", backend: kind === "cpu" ? "gemmlowp" : name.startsWith("amd") ? "rocBLAS, MIOpen" : "cuBLAS, cuDNN, NCCL",
        samples: fileList(read, ({ text, dtype }) => kernelsOf(text, dtype).length),
      },
      kernels,
      entry: ({ kind: of }) => (of === "all-reduce" ? { formulas: ["ring"] } : recurrentKinds.includes(of) ? { formulas: ["recurrent"] } : of.startsWith("conv") ? convolutionFit : {}),
      opOf: ({ kind: of, ...kernel }, otherwise) => ({ ...otherwise({ ...kernel, kind: of === "conv-grad" ? "conv" : of }), kind: of }),
    };
  });
}

/** The sections of a file: a title in the first column, names of columns in its row or the one below, rows until the next title. */
function sectionsOf(text) {
  const sections = [];
  for (const row of csvRows(text)) {
    if (row[0] !== "" && row[0] !== "Precision") {
      sections.push({ title: row[0].toLowerCase(), names: row.map((cell) => cell.toLowerCase()), rows: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined || row.every((cell) => cell === "")) continue;
    // The columns of a convolution are named in the row after its title.
    if (section.rows.length === 0 && row.some((cell) => /^w( \(input.*)?$/i.test(cell))) section.names = row.map((cell) => cell.toLowerCase());
    else section.rows.push(row);
  }
  return sections;
}

function kernelsOf(text, dtype) {
  return sectionsOf(text).flatMap(({ title, names, rows }) => {
    const column = (pattern) => names.findIndex((name) => pattern.test(name));
    const reader = (pattern) => {
      const at = column(pattern);
      return (row) => positive(row[at]);
    };
    if (title.startsWith("dense")) return rows.flatMap((row) => product(row, { dtype, names, ms: reader(/^time/), at: reader }));
    if (title === "convolution") return rows.flatMap((row) => convolutions(row, { dtype, column, reader }));
    // The inference tests run recurrent layers in single precision.
    if (title.startsWith("recurrent")) return rows.flatMap((row) => recurrent(row, { title, dtype: dtype === "i8" ? "f32" : dtype, names, reader }));
    if (title.startsWith("all-reduce")) return rows.flatMap((row) => reduction(row, { dtype, reader }));
    return [];
  });
}

function product(row, { dtype, names, ms, at }) {
  const [m, n, k, time] = [at(/^m$/)(row), at(/^n$/)(row), at(/^k$/)(row), ms(row)];
  const trans = (pattern) => (row[names.findIndex((name) => pattern.test(name))]?.toUpperCase() === "T" ? 2 : 1);
  return m && n && k && time ? [{ kind: "matmul", dtype, shape: { batch: 1, m, n, k, transA: trans(/^a trans/), transB: trans(/^b trans/) }, ns: [1e6 * time] }] : [];
}

function convolutions(row, { dtype, column, reader }) {
  const at = (pattern) => reader(pattern)(row);
  const pad = (pattern) => Number(row[column(pattern)]) || 0;
  const [w, h, c, n, k] = [at(/^w\b/), at(/^h \(|^h$/), at(/^c\b/), at(/^n\b/), at(/^k\b/)];
  const [kh, kw] = [at(/^r\b/), at(/^s\b/)];
  if (!(w && h && c && n && k && kh && kw)) return [];
  const hOut = Math.floor((h + 2 * pad(/^pad_h/) - kh) / at(/^vertical/)) + 1;
  const wOut = Math.floor((w + 2 * pad(/^pad_w/) - kw) / at(/^horizontal/)) + 1;
  const shape = { n, cIn: c, cOut: k, h, w, hOut, wOut, kh, kw, groups: 1 };
  const timed = (kind, time, variant) => (time ? [{ kind, dtype, shape, ...(variant && { variant }), ns: [1e6 * time] }] : []);
  return [...timed("conv", at(/^forward \(/)), ...timed("conv-grad", at(/^wrt inputs/), "input"), ...timed("conv-grad", at(/^wrt param/), "weight")];
}

function recurrent(row, { title, dtype, names, reader }) {
  const kind = title.includes("lstm") ? "lstm" : title.includes("gru") ? "gru" : "rnn";
  const hidden = positive(row[names.findIndex((name) => /^(hidden|input)/.test(name))]);
  const [batch, seq, time] = [reader(/^n$/)(row), reader(/^timesteps/)(row), reader(/^time forward/)(row)];
  return hidden && batch && seq && time ? [{ kind, dtype, shape: { seq, batch, input: hidden, hidden }, ns: [1e6 * time] }] : [];
}

function reduction(row, { dtype, reader }) {
  const [floats, workers, time] = [reader(/^size/)(row), reader(/^# chips/)(row), reader(/^mean/)(row)];
  // The column beside the number of boards holds the number of nodes, where it is not one.
  const nodes = positive(row[4]) ?? 1;
  return floats && workers && time ? [{ kind: "all-reduce", dtype, shape: { bytes: 4 * floats, workers, nodes }, ns: [1e6 * time] }] : [];
}

await fitWhenStarted(import.meta.url, load);
