/**
 * Fits calibration/profiles/gpu-unseen.json, for GPUs that were never measured, to all five GPUs of NeuSight's data set:
 * formulas relative to the data sheet, one set of coefficients for all. Its errors are those on a GPU that was left out.
 *
 * node scripts/fit-public/neusight-unseen.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles]
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { load, operatorOf } from "./neusight.mjs";

const root = new URL("../../", import.meta.url);

/** Kinds that stream through memory as the measured element-wise ones do. */
const streamKinds = [
  "add", "sub", "mul", "div", "pow", "relu", "gelu", "tanh", "sigmoid", "silu", "exp", "sqrt", "erf", "neg", "abs", "max", "min", "where", "cast", "dropout",
  "copy", "transpose", "concat", "slice", "split", "gather", "embedding",
];

/**
 * What is fitted together: `keys` of the entries that it makes; `startsShow` where the shortest kernels measured take no
 * longer than it takes to start them; `two` generations stand in for one that is not known ({@link standIns}).
 */
const families = [
  { name: "batches of products", formula: "gpu-blocks", startsShow: true, two: true, keys: [["matmul", undefined]], has: ({ kind, variant }) => kind === "matmul" && variant === undefined },
  { name: "products with weights", formula: "gpu-blocks", startsShow: true, keys: [["matmul", "weight"]], has: ({ variant }) => variant === "weight" },
  { name: "softmax", formula: "gpu-rows", startsShow: true, keys: [["softmax", undefined]], has: ({ kind }) => kind === "softmax" },
  { name: "layer norm", formula: "gpu-rows", startsShow: true, keys: [["layer-norm", undefined]], has: ({ kind }) => kind === "layer-norm" },
  { name: "conv", formula: "gpu-conv", keys: [["conv", undefined]], has: ({ kind }) => kind === "conv" },
  { name: "element-wise", formula: "gpu-stream", keys: streamKinds.map((kind) => [kind, undefined]), has: ({ kind }) => !["matmul", "softmax", "layer-norm", "conv"].includes(kind) },
];

/** Fits all families to the sources. */
export async function fitUnseen(sources, from) {
  const { groupPoints } = await from("calibrate/fit/points.js");
  const { opOfKernel } = await from("calibrate/op-of-kernel.js");
  const { fitAcrossDevices } = await from("calibrate/fit/across-devices.js");
  const { formulas } = await from("cost/profile/formulas.js");
  const perSource = sources.map((source) => groupPoints(source.kernels.map((kernel) => ({ round: 0, ...kernel })), source.device.figures, (kernel) => operatorOf(kernel, opOfKernel)));
  return families.flatMap((family) => {
    const lists = perSource.map((groups) => groups.filter(family.has).flatMap(({ points }) => points)).filter((points) => points.length > 0);
    const given = lists.map((points) => points.filter(({ heldOut }) => !heldOut));
    const base = fitAcrossDevices(formulas.get(family.formula), given, family);
    return base === undefined ? [] : [{ family, base, points: given.flat() }];
  });
}

/**
 * Figures under which a GPU is predicted that is the only one of its generation: its kernels are not known then. The
 * generation before stands in for them (for batches, where generations differ most, the mean of both before), with the
 * arithmetic that its process sustains.
 */
export function standIns(figures, family) {
  if (figures.capability < 8) return [figures];
  return (family.two ? [6, 7] : [7]).map((capability) => ({ ...figures, capability, watts: figures.watts * 1.3 }));
}

/** Errors of each family on each GPU, from fits to the others. */
export async function leaveOneOut(sources, from) {
  const { evaluate } = await from("cost/profile/profile-model.js");
  const { groupPoints } = await from("calibrate/fit/points.js");
  const { opOfKernel } = await from("calibrate/op-of-kernel.js");
  const { errorFigures } = await from("calibrate/fit/robust.js");
  const rows = [];
  for (const left of sources) {
    const entries = await fitUnseen(sources.filter((source) => source !== left), from);
    const groups = groupPoints(left.kernels.map((kernel) => ({ round: 0, ...kernel })), left.device.figures, (kernel) => operatorOf(kernel, opOfKernel));
    for (const { family, base } of entries) {
      const points = groups.filter(family.has).flatMap(({ points }) => points);
      if (points.length === 0) continue;
      const stands = standIns(left.device.figures, family);
      const timeOf = evaluate({ base });
      const predicted = points.map((point) => stands.reduce((product, figures) => product * timeOf({ ...point, figures }).ns ** (1 / stands.length), 1));
      rows.push({ family: family.name, device: left.file, count: points.length, ...errorFigures(predicted, points.map(({ ns }) => ns)) });
    }
  }
  return rows;
}

async function main() {
  const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
  const dist = option("--dist", new URL("dist", root).pathname);
  const from = (path) => import(pathToFileURL(join(dist, path)).href);
  const { rounded } = await from("calibrate/fit/robust.js");
  const { profileText } = await from("calibrate/fit/fit-profile.js");
  const sources = load(option("--data", new URL("../shared/data", root).pathname));
  const judged = await leaveOneOut(sources, from);
  const mean = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  for (const family of families) {
    const rows = judged.filter((row) => row.family === family.name);
    console.log(family.name.padEnd(24), ...rows.map(({ device, mean }) => `${device.slice(7, -5)} ${(100 * mean).toFixed(1)}`), "mean", (100 * mean(rows, (row) => row.mean)).toFixed(1));
  }
  const entries = (await fitUnseen(sources, from)).flatMap(({ family, base, points }) => {
    const rows = judged.filter((row) => row.family === family.name);
    const error = { heldOut: rows.reduce((sum, { count }) => sum + count, 0), ...Object.fromEntries(["mean", "median", "p90"].map((figure) => [figure, rounded(mean(rows, (row) => row[figure]))])) };
    const span = (of) => [rounded(points.reduce((least, point) => Math.min(least, of(point)), Infinity)), rounded(points.reduce((most, point) => Math.max(most, of(point)), 0))];
    return family.keys.map(([kind, variant]) => ({
      kind, dtype: "f32", ...(variant && { variant }), model: { base }, sigma: error.mean,
      range: { extents: {}, flops: [0, span(({ op }) => op.flops)[1]], bytes: [0, span(({ op }) => op.readBytes + op.writeBytes)[1]] },
      points: points.length, error,
    }));
  });
  const text = profileText({
    format: "heddle-profile/1", device: { name: "GPUs that were not measured", kind: "gpu", across: true, figures: {} },
    provenance: {
      date: "2024", source: "sitar-lab/NeuSight: kernels in f32 without matrix units on P4, P100, V100, T4 and A100", backend: sources[0].provenance.backend,
      samples: sources.flatMap(({ provenance }) => provenance.samples).filter(({ file }, i, all) => all.findIndex((other) => other.file === file) === i),
      note: "Errors are the mean over the GPUs, each predicted from the others. Element-wise coefficients stand for other kinds that stream.",
    },
    entries,
  });
  writeFileSync(join(option("--out", new URL("calibration/profiles", root).pathname), "gpu-unseen.json"), text);
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) await main();
