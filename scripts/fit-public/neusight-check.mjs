/**
 * What the profiles of NeuSight's GPUs are worth on the whole transformers of its data set, which no fit has seen:
 * predicted and measured time of a forward pass, by the GPU's own profile and by a fit that left the GPU out.
 *
 * node scripts/fit-public/neusight-check.mjs [--data ../shared/data] [--dist dist]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { wholeModels } from "./neusight-models.mjs";
import { gpus, load, operatorOf } from "./neusight.mjs";
import { fitUnseen, standIns } from "./neusight-unseen.mjs";

const root = new URL("../../", import.meta.url);
const profiles = new URL("calibration/profiles/", root);

/** The host starts kernels ahead of the device, so that of the fixed time of a kernel measured alone only this gap is left, ns. */
const gapNs = 5000;

/**
 * Time of a model, ms: the sum over its operators, which run one after the other. A weight that is kept as it is
 * multiplied is served by the faster of two kernels: that of transposed weights, and that of batches.
 * @param estimate an operator's time and the fixed part of it, ns
 */
export function modelMs(ops, estimate) {
  return ops.reduce((sum, { op, other, times }) => {
    const ns = [op, other].filter((one) => one !== undefined).map(estimate).map(({ ns, fixedNs }) => ns - fixedNs);
    return sum + (times * (Math.min(...ns) + gapNs)) / 1e6;
  }, 0);
}

/** Models by GPU, with the operators that the catalogue makes of their kernels. */
export function modelsOf(data, opOfKernel) {
  return wholeModels(data).map((model) => ({ ...model, ops: model.ops.map(({ kernel: { untransposed, ...kernel }, times }) => (
    { op: operatorOf(kernel, opOfKernel), ...(untransposed && { other: opOfKernel({ ...kernel, variant: undefined }) }), times }
  )) }));
}

/** Estimates from the shipped profiles: the GPU's own, and the one for unseen GPUs where that has nothing. */
export async function shippedEstimate(from, file, device) {
  const { readProfile } = await from("cost/profile/read-profile.js");
  const { profileModel } = await from("cost/profile/profile-model.js");
  const models = [file, "gpu-unseen.json"].map((name) => profileModel(readProfile(readFileSync(new URL(name, profiles), "utf8"), name), { device: "gpu" }));
  return (op) => models.map((model) => model.estimate(op, device, 1)).find((estimate) => estimate !== undefined);
}

async function main() {
  const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
  const dist = option("--dist", new URL("dist", root).pathname);
  const data = option("--data", new URL("../shared/data", root).pathname);
  const from = (path) => import(pathToFileURL(join(dist, path)).href);
  const { opOfKernel } = await from("calibrate/op-of-kernel.js");
  const { evaluate } = await from("cost/profile/profile-model.js");
  const { generationOf } = await from("cost/profile/gpu-tiles.js");
  const sources = load(data);
  const models = modelsOf(data, opOfKernel);
  for (const [i, { name, measured, models: [library], figures }] of gpus.entries()) {
    const device = { name: "gpu", kind: "gpu", model: library, ...figures, power: { idleWatts: 0, busyWatts: figures.watts } };
    const own = await shippedEstimate(from, `nvidia-${name}.json`, device).catch(() => undefined);
    const fits = await fitUnseen(sources.filter((_, j) => j !== i), from, generationOf(Math.min(7, figures.capability)));
    const left = (op) => {
      const { family, base } = fits.find(({ family }) => family.keys.some(([kind, variant]) => kind === op.kind && variant === (op.kind === "matmul" && op.parameterBytes > 0 ? "weight" : undefined)));
      const stands = standIns(figures, family).map((figures) => evaluate({ base })({ op, threads: 1, figures }));
      return { ns: stands.reduce((product, { ns }) => product * ns ** (1 / stands.length), 1), fixedNs: stands[0].phases.fixedNs };
    };
    const errors = [[], []];
    for (const model of models.filter(({ device }) => device === measured)) {
      const predicted = [own, left].map((estimate) => (estimate === undefined ? NaN : modelMs(model.ops, estimate)));
      predicted.forEach((ms, j) => errors[j].push(Math.abs(ms / model.measuredMs - 1)));
      const cell = (ms) => `${ms.toFixed(0)} (${(100 * (ms / model.measuredMs - 1)).toFixed(1)} %)`;
      console.log(`| ${name} | ${model.name} | ${model.measuredMs.toFixed(0)} | ${predicted.map(cell).join(" | ")} |`);
    }
    console.log(`${name} mean: ${errors.map((list) => (100 * list.reduce((a, b) => a + b, 0) / list.length).toFixed(1)).join(" own, left out ")}`);
  }
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) await main();
