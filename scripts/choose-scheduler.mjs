/**
 * Writes the tables of docs/choosing-a-scheduler.md: runs the situations of scheduler-situations.mjs with every
 * scheduler, in as many threads as there are cores. Run after a build; some minutes. No clock has a part in the tables,
 * but in the one of `--cost`, which is marked so.
 *
 * node scripts/choose-scheduler.mjs [--only KEY,…] [--raw FILE]
 *   --only KEY,…  these situations alone; what the page has of the others stays
 *   --raw FILE    every value, as JSON
 *   --cost        instead: the time that planning and deciding take
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
  const also = [...(situation.also ?? []), ...(situation.known ?? [])].map((name) => ({ definition: heddle.schedulers.get(name), options: {} }));
  const values = {};
  const failures = {};
  for (const scheduler of [...resolved.compare, ...also]) {
    const { name } = scheduler.definition;
    values[name] = Infinity;
    try {
      const trace = runScenario(resolved, { instance, scheduler });
      if (trace.report?.planProven === false) throw new Error(`the optimum is not proven: ${text}`);
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

/**
 * What one run says of a scheduler: its value over the best one's. Schedulers in `known` are not the measure of others.
 * @returns {Map<string, Map<string, number[]>[]>} by scheduler, for each group: ratios by case
 */
export function ratiosOf({ groups, known = [], measuredBy }, runs) {
  const ratios = new Map();
  for (const { group, name, values } of runs) {
    const best = measuredBy === undefined ? Math.min(...Object.entries(values).filter(([scheduler]) => !known.includes(scheduler)).map(([, value]) => value)) : values[measuredBy];
    for (const [scheduler, value] of Object.entries(values)) {
      if (!ratios.has(scheduler)) ratios.set(scheduler, groups.map(() => new Map()));
      const cases = ratios.get(scheduler)[group];
      cases.set(name, [...(cases.get(name) ?? []), value / best]);
    }
  }
  return ratios;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const logMean = (ratios) => mean(ratios.map(Math.log));
const figure = (ratio) => (ratio === Infinity ? "fails" : ratio < 9.995 ? ratio.toFixed(2) : ratio < 99.95 ? ratio.toFixed(1) : ratio.toFixed(0));

/** Row by row what a table says of each scheduler, best first; ties by name. */
function rowsOf(heddle, situation, runs) {
  return [...ratiosOf(situation, runs)].map(([name, groups]) => {
    const all = groups.flatMap((cases) => [...cases.values()].flat());
    const passed = all.filter((ratio) => ratio < Infinity);
    const cases = groups.flatMap((byCase) => [...byCase.values()].map(logMean));
    const overall = mean(cases);
    const least = Math.min(1, ...all);
    const { low, high } = cases.length > 3 && overall < Infinity ? heddle.meanInterval(cases) : {};
    return {
      name, overall: Math.exp(overall), passed: passed.length, count: all.length,
      ofPassed: passed.length === 0 ? Infinity : Math.exp(logMean(passed)),
      groups: groups.map((byCase) => ({ ratio: Math.exp(mean([...byCase.values()].map(logMean))), passed: [...byCase.values()].flat().filter((ratio) => ratio < Infinity).length, count: [...byCase.values()].flat().length })),
      interval: low === undefined ? "" : `${figure(Math.max(least, Math.exp(low)))} – ${figure(Math.exp(high))}`,
      best: all.filter((ratio) => ratio < 1.001).length, worst: Math.max(...all),
    };
  }).sort((a, b) => (situation.fits ? b.passed - a.passed || a.ofPassed - b.ofPassed : a.overall - b.overall) || (a.name < b.name ? -1 : 1));
}

const markdown = (header, rows) => [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The table of a situation: its best rows, and those that people ask for. */
export function tableOf(heddle, situation, runs) {
  const { groups, known = [], fits, show = [] } = situation;
  const rows = rowsOf(heddle, situation, runs);
  const wanted = new Set([...show, ...usual]);
  const shown = rows.filter(({ name }, i) => i < 7 || wanted.has(name));
  const label = (name) => `\`${name}\`${known.includes(name) ? " †" : ""}`;
  if (fits) {
    return markdown(["scheduler", ...groups.map(({ title }) => `fits: ${title}`), "mean vs best, where it fits"], shown.map((row) => [label(row.name), ...row.groups.map(({ passed, count }) => `${passed} of ${count}`), row.passed === 0 ? "" : figure(row.ofPassed)]));
  }
  const columns = groups.length > 1 ? groups.map(({ title }) => title) : [];
  return markdown(["scheduler", ...columns, "all", "95 %", `best in (of ${rows[0].count})`, "worst"], shown.map((row) =>
    [label(row.name), ...columns.map((_, g) => figure(row.groups[g].ratio)), `**${figure(row.overall)}**`, row.interval, row.best, figure(row.worst)]));
}

/** Rows that every table has. */
const usual = ["peft", "heft", "dmda", "mct", "hybrid", "b-level", "work-stealing", "fifo"];

/** What the overview says of the schedulers in one situation, by name. */
export function columnOf(heddle, situation, runs) {
  return new Map(rowsOf(heddle, situation, runs).map((row) => [row.name, situation.fits ? `${row.passed} of ${row.count}` : figure(row.overall)]));
}

/** The overview with the columns of some situations replaced. */
function overview(old, columns) {
  const cells = new Map();
  const [header, , ...rows] = old.trim().split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  for (const [name, ...row] of rows) row.forEach((cell, i) => header[i + 1] !== undefined && cells.set(`${name} ${header[i + 1]}`, cell));
  const names = new Set(rows.map(([name]) => name));
  for (const [title, column] of columns) {
    for (const name of names) cells.delete(`${name} ${title}`);
    for (const [name, cell] of column) {
      names.add(`\`${name}\``);
      cells.set(`\`${name}\` ${title}`, cell);
    }
  }
  const titles = situations.map(({ title }) => title);
  const key = (name) => {
    const ratios = titles.map((title) => Number(cells.get(`${name} ${title}`))).filter((ratio) => ratio > 0);
    // Those that were not everywhere come last.
    return [titles.filter((title) => !cells.get(`${name} ${title}`)).length > 2 ? 1 : 0, logMean(ratios)];
  };
  const sorted = [...names].filter((name) => titles.some((title) => cells.has(`${name} ${title}`))).map((name) => [name, ...key(name)]).sort((a, b) => a[1] - b[1] || a[2] - b[2] || (a[0] < b[0] ? -1 : 1));
  return markdown(["scheduler", ...titles], sorted.map(([name]) => [name, ...titles.map((title) => cells.get(`${name} ${title}`) ?? "")]));
}

/** What stands between the marks of `name` on the page. */
export function partOf(text, name) {
  const [start, end] = bounds(text, name);
  return text.slice(start, end).trim();
}

function filled(text, name, content) {
  const [start, end] = bounds(text, name);
  return `${text.slice(0, start)}\n${content}\n${text.slice(end)}`;
}

function bounds(text, name) {
  const open = `<!-- generated: ${name} -->`;
  const start = text.indexOf(open);
  const end = text.indexOf("<!-- end -->", start);
  if (start < 0 || end < 0) throw new Error(`${page} has no place for "${name}": ${open} … <!-- end -->`);
  return [start + open.length, end];
}

/** The time of planning and deciding, as multiples of fifo's whole run on 20,000 operators: the median of five, by powers of two. */
async function costTable(heddle) {
  const situation = situations.find(({ key }) => key === "huge");
  const text = JSON.stringify({ ...situation.groups[0].cases[0].scenario, compare: situation.only });
  const resolved = await heddle.resolveScenario(await heddle.loadScenario("situation.yaml", { readFile: async () => new TextEncoder().encode(text) }));
  const instance = heddle.compileScenario(resolved);
  const rows = resolved.compare.map((scheduler) => {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      heddle.runScenario(resolved, { instance, scheduler });
      return performance.now() - start;
    }).sort((a, b) => a - b);
    return [scheduler.definition.name, times[2]];
  });
  const least = rows.find(([name]) => name === "fifo")[1];
  const classes = new Map();
  for (const [name, time] of rows) {
    const power = Math.max(0, Math.round(Math.log2(time / least)));
    classes.set(power, [...(classes.get(power) ?? []), `\`${name}\``]);
  }
  return markdown(["time of the run, fifo's = 1", "schedulers"], [...classes].sort((a, b) => a[0] - b[0]).map(([power, names]) => [power === 0 ? "1" : `about ${2 ** power}`, names.join(", ")]));
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
  const read = () => readFileSync(new URL(page, root), "utf8").replaceAll("\r\n", "\n");
  const heddle = await import(dist);
  if (process.argv.includes("--cost")) writeFileSync(new URL(page, root), filled(read(), "cost", await costTable(heddle)));
  else {
    const results = await runAll(runs, dist, (done, total) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${total} runs `));
    const raw = runs.map((run, i) => ({ ...run, ...results[i] }));
    if (option("--raw") !== undefined) writeFileSync(option("--raw"), JSON.stringify(raw, (_, value) => (value === Infinity ? "Infinity" : value)));
    let text = read();
    const columns = chosen.map((situation) => [situation, raw.filter(({ key }) => key === situation.key)]);
    for (const [situation, own] of columns) text = filled(text, situation.key, tableOf(heddle, situation, own));
    text = filled(text, "overview", overview(partOf(text, "overview"), columns.map(([situation, own]) => [situation.title, columnOf(heddle, situation, own)])));
    writeFileSync(new URL(page, root), text);
  }
}
