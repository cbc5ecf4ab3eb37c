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

/** How a GPU runs a graph: one operator after the other. */
const oneByOne = { executor: "sequential", intraThreads: 1, interThreads: 1 };

/** Models by GPU, as graphs: their operators one after the other. A weight that lies transposed is of the variant "weight". */
export function modelsOf(data, opOfKernel, GraphBuilder) {
  return wholeModels(data).map(({ device, name, measuredMs, ops }) => {
    const builder = new GraphBuilder(name);
    let last;
    for (const { kernel: { untransposed, ...kernel }, times } of ops) {
      const { variant, ...op } = operatorOf(kernel, opOfKernel);
      for (let time = 0; time < times; time++) {
        const id = builder.op({ ...op, ...(variant && !untransposed && { variant }) });
        if (last !== undefined) builder.edge(last, id, 0);
        last = id;
      }
    }
    return { device, name, measuredMs, graph: builder.build() };
  });
}

/** What `heddle predict` says of a model, ms. */
export async function predictedMs(graph, profile, predictRun) {
  return (await predictRun({ graph, profile, setting: oneByOne })).latencyNs / 1e6;
}

async function main() {
  const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
  const dist = option("--dist", new URL("dist", root).pathname);
  const data = option("--data", new URL("../shared/data", root).pathname);
  const from = (path) => import(pathToFileURL(join(dist, path)).href);
  const { opOfKernel } = await from("calibrate/op-of-kernel.js");
  const { GraphBuilder } = await from("graph/builder.js");
  const { evaluate } = await from("cost/profile/profile-model.js");
  const { readProfile } = await from("cost/profile/read-profile.js");
  const { launchedAheadNs } = await from("predict/launched-ahead.js");
  const { predictRun } = await from("predict/predict-run.js");
  const { fastest, productKernels } = await from("predict/product-kernels.js");
  const sources = load(data);
  const models = modelsOf(data, opOfKernel, GraphBuilder);
  for (const [i, { name, measured, figures }] of gpus.entries()) {
    const own = readProfile(readFileSync(new URL(`nvidia-${name}.json`, profiles), "utf8"), name);
    const fits = await fitUnseen(sources.filter((_, j) => j !== i), from);
    const timeOf = new Map(fits.flatMap(({ family, base }) => family.keys.map((key) => [String(key), { family, of: evaluate({ base }) }])));
    const ask = (op) => {
      const { family, of } = timeOf.get(String([op.kind, op.variant]));
      const stands = standIns(figures, family).map((figures) => of({ op, threads: 1, figures }));
      return { ns: stands.reduce((product, { ns }) => product * ns ** (1 / stands.length), 1), fixedNs: stands[0].phases.fixedNs };
    };
    const leftOut = (op) => fastest((productKernels(op) ?? [op]).map(ask));
    const errors = [[], []];
    for (const { name: title, measuredMs, graph } of models.filter(({ device }) => device === measured)) {
      const predicted = [await predictedMs(graph, own, predictRun), launchedAheadNs(graph, leftOut) / 1e6];
      predicted.forEach((ms, j) => errors[j].push(Math.abs(ms / measuredMs - 1)));
      const cell = (ms) => `${ms.toFixed(0)} (${(100 * (ms / measuredMs - 1)).toFixed(1)} %)`;
      console.log(`| ${name} | ${title} | ${measuredMs.toFixed(0)} | ${predicted.map(cell).join(" | ")} |`);
    }
    console.log(`${name} mean: ${errors.map((list) => (100 * list.reduce((a, b) => a + b, 0) / list.length).toFixed(1)).join(" own, left out ")}`);
  }
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) await main();
