/**
 * Which scheduler should a scenario get that names none? Ranks all that need no options over built-in models on library
 * machines, alone and with eight requests in flight; prints the geometric mean of makespan / best, and the worst case.
 * The default (`defaultScheduler` in src/scenario/schema.ts) is the first of this table.
 */
import { compareSchedulers, defaultScenario, resolveScenario } from "../dist/index.js";

const models = ["resnet50", "mobilenet-v2", "vit-b16", "bert-base", "gpt2", "lstm", "mlp"];
const machines = ["workstation", "mixed", "laptop", "dgx-a100"];
const loads = [{ instances: 1 }, { instances: 8, inFlight: 8 }];

const ratios = new Map();
let cases = 0;
for (const machine of machines) {
  for (const model of models) {
    for (const load of loads) {
      const overrides = Object.entries({ batch: 4, ...load }).map(([key, value]) => ({ path: `workload.${key}`, value }));
      const scenario = await resolveScenario(await defaultScenario(model, { machine, compare: "all", overrides }));
      const rows = compareSchedulers(scenario);
      const best = Math.min(...rows.map((row) => row.metrics?.makespanNs ?? Infinity));
      for (const { name, metrics } of rows) ratios.set(name, [...(ratios.get(name) ?? []), metrics === undefined ? Infinity : metrics.makespanNs / best]);
      cases++;
    }
  }
}
const table = [...ratios].map(([name, all]) => ({ name, mean: Math.exp(all.reduce((sum, ratio) => sum + Math.log(ratio), 0) / all.length), worst: Math.max(...all), best: all.filter((ratio) => ratio < 1.001).length }));
table.sort((a, b) => a.mean - b.mean);
console.log(`${cases} cases: ${models.length} models × ${machines.length} machines × ${loads.length} loads\n`);
console.log("scheduler      mean vs best  worst  best in");
for (const { name, mean, worst, best } of table) console.log(`${name.padEnd(14)} ${mean.toFixed(3).padStart(12)} ${worst.toFixed(2).padStart(6)} ${String(best).padStart(8)}`);
