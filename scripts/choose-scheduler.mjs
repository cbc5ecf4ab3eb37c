/**
 * Writes the tables of docs/choosing-a-scheduler.md: runs the situations of scheduler-situations.mjs with every
 * scheduler, in as many threads as there are cores. Run after a build. Nothing in the tables depends on a clock but
 * those of `--cost`, which are printed and not written.
 *
 * node scripts/choose-scheduler.mjs [--only KEY,…] [--raw FILE]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { situations } from "./scheduler-situations.mjs";

const root = new URL("../", import.meta.url);
const page = "docs/choosing-a-scheduler.md";

/**
 * One value a scheduler: ns, or Infinity where it failed.
 * @returns {Promise<{values: Record<string, number>, failures: Record<string, string>}>}
 */
export async function runCase(heddle, situation, scenario, seed) {
  const { loadScenario, resolveScenario, compileScenario, runScenario, computeMetrics, HeddleError } = heddle;
  const text = JSON.stringify({ ...scenario, seed, compare: situation.only ?? "all" });
  const readFile = async () => new TextEncoder().encode(text);
  const resolved = await resolveScenario(await loadScenario("situation.yaml", { readFile }));
  const instance = compileScenario(resolved);
  const also = (situation.also ?? []).map((name) => ({ definition: heddle.schedulers.get(name), options: {} }));
  const values = {};
  const failures = {};
  for (const scheduler of [...resolved.compare, ...also]) {
    const { name } = scheduler.definition;
    values[name] = Infinity;
    try {
      const trace = runScenario(resolved, { instance, scheduler });
      const metrics = situation.measure === "p99" || situation.fits ? computeMetrics(trace) : undefined;
      const full = situation.fits ? metrics.warnings.find(({ code }) => code === "memory-exceeded") : undefined;
      if (full !== undefined) failures[name] = full.message;
      else values[name] = situation.measure === "p99" ? metrics.jobs.latencyNs.p99 : trace.makespanTicks * instance.tickNs;
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      failures[name] = error.issues[0].message;
    }
  }
  return { values, failures };
}

/** Every run of the situations, in order: situation, group and case by position, and the seed. */
export function runsOf(chosen) {
  return chosen.flatMap((situation) => situation.groups.flatMap(({ cases }, g) => cases.flatMap(({ name, scenario, seeds = 1 }) =>
    Array.from({ length: seeds }, (_, seed) => ({ key: situation.key, group: g, name, scenario, seed })))));
}

/** The values of all runs, in their order, made in several threads. */
async function runAll(runs, dist, onProgress) {
  const results = new Array(runs.length);
  let next = 0;
  let done = 0;
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, () => new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { dist } });
    const give = () => (next < runs.length ? worker.postMessage([next, runs[next++]]) : worker.terminate().then(resolve));
    worker.on("message", ([index, result]) => {
      results[index] = result;
      onProgress(++done, runs.length);
      give();
    });
    worker.on("error", reject);
    give();
  })));
  return results;
}

if (!isMainThread) {
  const heddle = await import(workerData.dist);
  parentPort.on("message", async ([index, { key, scenario, seed }]) => parentPort.postMessage([index, await runCase(heddle, situations.find((situation) => situation.key === key), scenario, seed)]));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
  const only = option("--only")?.split(",");
  const chosen = situations.filter(({ key }) => only?.includes(key) ?? true);
  const runs = runsOf(chosen);
  const dist = option("--dist") ?? new URL("dist/index.js", root).href;
  const results = await runAll(runs, dist, (done, total) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${total} runs `));
  const raw = runs.map((run, i) => ({ ...run, ...results[i] }));
  if (option("--raw") !== undefined) writeFileSync(option("--raw"), JSON.stringify(raw, (_, value) => (value === Infinity ? "Infinity" : value)));
}
