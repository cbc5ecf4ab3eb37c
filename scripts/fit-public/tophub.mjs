/**
 * Fits calibration/profiles/tophub-*.json to the best times that AutoTVM found for operators on NVIDIA and ARM boards and
 * on the VTA accelerator (TopHub). Where several ways to compute one operator were tuned, the fastest counts.
 *
 * node scripts/fit-public/tophub.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles] [--only tx2]
 */
import { convolutionFit, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/tophub";
const files = ["arm_cpu_v0.08.log.gz", "cuda_v0.10.log.gz", "vta_v0.10.log.gz"];

/** Boards by the model that the logs name; others have too few operators. */
const boards = {
  "1080ti": { name: "nvidia-gtx-1080-ti", kind: "gpu", figures: { peakFlopsPerNs: { f32: 11_340 }, memoryBytesPerNs: 484, units: 28, cacheBytes: 2.75 * 2 ** 20 } },
  titanx: { name: "nvidia-titan-x-maxwell", kind: "gpu", figures: { peakFlopsPerNs: { f32: 6600 }, memoryBytesPerNs: 336, units: 24, cacheBytes: 3 * 2 ** 20 } },
  v100: { name: "nvidia-v100", kind: "gpu", figures: { peakFlopsPerNs: { f32: 15_700 }, memoryBytesPerNs: 900, units: 80, cacheBytes: 6 * 2 ** 20 } },
  tx2: { name: "nvidia-jetson-tx2", kind: "gpu", figures: { peakFlopsPerNs: { f32: 665 }, memoryBytesPerNs: 59.7, units: 2, cacheBytes: 2 ** 19 } },
  "jetson-nano": { name: "nvidia-jetson-nano", kind: "gpu", figures: { peakFlopsPerNs: { f32: 236 }, memoryBytesPerNs: 25.6, units: 1, cacheBytes: 2 ** 18 } },
  rk3399: { name: "rockchip-rk3399", kind: "cpu", figures: { units: 2 } },
  bcm2837: { name: "broadcom-bcm2837", kind: "cpu", figures: { units: 4 } },
  kirin970: { name: "hisilicon-kirin-970", kind: "cpu", figures: { units: 4 } },
  snapdragon835: { name: "qualcomm-snapdragon-835", kind: "cpu", figures: { units: 4 } },
  pynq: { name: "xilinx-pynq-z1-cpu", kind: "cpu", figures: { units: 2 } },
  "pynq_1x16_i8w8a32_15_15_18_17": { name: "vta-pynq-1x16", kind: "fpga", figures: { units: 1, clockGHz: 0.1, tile: { m: 1, n: 16, k: 16 } } },
  "pynq_4x8_i8w8a32_15_16_16_18": { name: "vta-pynq-4x8", kind: "fpga", figures: { units: 1, clockGHz: 0.1, tile: { m: 4, n: 8, k: 8 } } },
};

const dtypes = { float32: "f32", float16: "f16", int8: "i8", uint8: "u8" };

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  const read = files.map((file) => readText(data, `${folder}/${file}`)).map((file) => ({ ...file, records: recordsOf(file.text) }));
  return Object.entries(boards).map(([model, { name, kind, figures }]) => {
    const best = new Map();
    const used = read.filter(({ records }) => records.some((record) => record.model === model));
    const { own, copies } = withoutCopies(used.flatMap(({ records }) => records).filter((record) => record.model === model));
    for (const { kernel } of own) {
      const key = JSON.stringify([kernel.kind, kernel.dtype, kernel.shape]);
      if (!(best.get(key)?.ns[0] <= kernel.ns[0])) best.set(key, kernel);
    }
    return {
      file: `tophub-${name}.json`, device: { name, kind, models: [name], figures },
      provenance: {
        date: "2018/2020", source: "tlc-pack/tophub: pre-tuned schedules", backend: "TVM",
        samples: fileList(used, ({ records }) => records.filter((record) => record.model === model).length),
        note: `Best time that the tuner found for each operator.${copies > 0 ? ` Left out: ${copies} entries whose time is, digit for digit, that of another operator.` : ""}`,
      },
      kernels: [...best.values()],
      entry: ({ kind: of }) => (of.startsWith("conv") ? convolutionFit : {}),
    };
  });
}

/** A time that several operators have to the last digit was measured of one of them at most: schedules were copied with their times. */
function withoutCopies(records) {
  const owners = new Map();
  for (const { kernel } of records) {
    const shapes = owners.get(kernel.ns[0]) ?? new Set();
    owners.set(kernel.ns[0], shapes.add(JSON.stringify(kernel.shape)));
  }
  const own = records.filter(({ kernel }) => owners.get(kernel.ns[0]).size === 1);
  return { own, copies: records.length - own.length };
}

/** Lines of JSON; comments, failed runs and operators that the catalogue has not are left out. */
function recordsOf(text) {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const { input: [target, template, args], result: [times, error] } = JSON.parse(line);
    const model = /-model=(\S+)/.exec(target)?.[1];
    const seconds = positive(Array.isArray(times) ? Math.min(...times) : undefined);
    const operator = error === 0 && seconds !== undefined && operatorOf(template, args);
    return operator ? [{ model, kernel: { ...operator, ns: [1e9 * seconds] } }] : [];
  });
}

function operatorOf(template, args) {
  const tensors = args.filter((arg) => Array.isArray(arg) && arg[0] === "TENSOR").map(([, extents]) => extents);
  const dtype = dtypes[args[0][2]];
  if (tensors.length < 2 || dtype === undefined) return undefined;
  const [input, weight] = tensors;
  if (template.startsWith("batch_matmul")) return { kind: "matmul", dtype, shape: { batch: input[0], m: input[1], n: weight[1], k: input[2] } };
  if (template.startsWith("dense_nopack")) return { kind: "matmul", dtype, shape: { batch: 1, m: input[0], n: weight[0], k: input[1] } };
  if (template.startsWith("dense_packed")) return { kind: "matmul", dtype, shape: { batch: 1, m: input[0] * input[2], n: weight[0] * weight[2], k: input[1] * input[3] } };
  const lists = args.slice(2).filter((arg) => Array.isArray(arg) && arg[0] !== "TENSOR");
  const [[strideY, strideX = strideY], pads] = lists;
  const [top, left, bottom = top, right = left] = pads;
  // Packed tensors have blocks of images and channels as their last two axes.
  const packed = template.includes("_packed");
  const [n, cIn, h, w] = packed ? [input[0] * input[4], input[1] * input[5], input[2], input[3]] : input;
  const [outer, inner, kh, kw] = packed ? [weight[0] * weight[4], weight[1] * weight[5], weight[2], weight[3]] : weight;
  if (![n, cIn, h, w, kh, kw, outer, inner].every((extent) => extent > 0)) return undefined;
  if (template.startsWith("conv2d_transpose")) {
    const cOut = packed ? outer : inner;
    return { kind: "conv-transpose", dtype, shape: { n, cIn, cOut, h, w, hOut: (h - 1) * strideY - top - bottom + kh, wOut: (w - 1) * strideX - left - right + kw, kh, kw, groups: 1 } };
  }
  const [hOut, wOut] = [Math.floor((h + top + bottom - kh) / strideY) + 1, Math.floor((w + left + right - kw) / strideX) + 1];
  if (template.startsWith("depthwise")) return { kind: "depthwise-conv", dtype, shape: { n, cIn, cOut: cIn * inner, h, w, hOut, wOut, kh, kw, groups: cIn } };
  if (!/^(group_)?conv2d/.test(template)) return undefined;
  return { kind: "conv", dtype, shape: { n, cIn, cOut: outer, h, w, hOut, wOut, kh, kw, groups: Math.max(1, Math.round(cIn / inner)) } };
}

await fitWhenStarted(import.meta.url, load);
