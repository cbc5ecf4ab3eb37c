/**
 * Fits calibration/profiles/fpga-cnn-*.json to the layers of twelve networks on four builds of a CNN accelerator on an
 * FPGA (i8, batch 1). A build is named after the output channels (m) and pixels (p) that it computes at once.
 *
 * node scripts/fit-public/fpga-cnn.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles] [--only m32p64]
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { csvTable, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/fpga_cnn_accel";
const builds = [[32, 32], [32, 64], [32, 96], [64, 64]];

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  const networks = readdirSync(join(data, folder)).sort();
  const layers = networks.map((network) => readText(data, `${folder}/${network}/layer_info.csv`));
  return builds.map(([channels, pixels]) => {
    const build = `m${channels}p${pixels}`;
    const latencies = networks.map((network) => readText(data, `${folder}/${network}/layer_latency_${build}.csv`));
    const tables = latencies.map(({ text }) => csvTable(text));
    return {
      file: `fpga-cnn-${build}.json`,
      device: {
        name: `cnn_accel ${build}`, kind: "fpga", models: [`cnn-accel-${build}`],
        figures: { units: 1, clockGHz: 0.25, tile: { m: pixels, n: channels, k: 1 } },
      },
      provenance: {
        date: "2023", source: `wkid-neu/cnn_accel: latencies of layers, build ${build}`, backend: "cnn_accel",
        samples: fileList([...layers, ...latencies], ({ text }) => csvTable(text).length),
      },
      kernels: networks.flatMap((_, i) => kernelsOf(csvTable(layers[i].text), tables[i])),
      entry: ({ kind }) => ({ formulas: ["conv", "max-pool"].includes(kind) ? ["pixel-tiles"] : ["roofline"], features: "shape", leastShapes: 3, prior: {} }),
    };
  });
}

function kernelsOf(layers, latencies) {
  const ns = new Map(latencies.map((row) => [row.layer_name, positive(row.latency_ns)]));
  // A sum has no extents of its own: it has those of the convolution before it, whose result it takes.
  let before;
  return layers.flatMap((row) => {
    const shape = shapeOf(row, before);
    if (row.layer_type === "Conv") before = shape.cOut * shape.hOut * shape.wOut;
    const time = ns.get(row.layer_name);
    return time === undefined || shape === undefined ? [] : [{ kind: kindOf(row, shape), dtype: "i8", shape, ns: [time] }];
  });
}

function kindOf({ layer_type: type }, { outputs, c }) {
  switch (type.toLowerCase()) {
    case "conv": return "conv";
    case "maxpool": return "max-pool";
    case "averagepool": return outputs === c ? "global-pool" : "average-pool";
    case "fc": return "matmul";
    case "add": return "add";
    default: throw new Error(`a layer of an unknown type: ${type}`);
  }
}

function shapeOf(row, before) {
  const at = (name) => Number(row[name]);
  const [cIn, h, w, kh, kw] = [at("INC"), at("INH_"), at("INW_"), at("KH"), at("KW")];
  const hOut = Math.floor((h + at("padU") + at("padD") - kh) / at("strideH")) + 1;
  const wOut = Math.floor((w + at("padL") + at("padR") - kw) / at("strideW")) + 1;
  switch (row.layer_type.toLowerCase()) {
    case "conv": return { n: 1, cIn, cOut: at("OC"), h, w, hOut, wOut, kh, kw, groups: 1 };
    case "fc": return { batch: 1, m: 1, n: at("OC"), k: cIn * h * w };
    case "add": return before === undefined ? undefined : { elements: before };
    default: return { inputs: cIn * h * w, outputs: cIn * hOut * wOut, window: kh * kw, c: cIn, h, w, hOut, wOut, kh, kw };
  }
}

await fitWhenStarted(import.meta.url, load);
