/**
 * Predicts executions of pipelines that others published, and prints both: node scripts/replay-schedules.mjs
 * ALONE.csv LOADED.csv RUN.log … (logs packed or not; several are runs of the same schedules). What is fitted are the
 * two tables; the logs are only compared with. Needs `npm run build`.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { buildPipeline, compile, droppedStages, interferenceScenario, jobPeriodNs, kendallTau, quantile, readScheduleLog, schedulers, simulate } from "../dist/index.js";

/** Items of the published runs, and how many of them circulate. */
const items = 100;
const inFlight = 16;

const [aloneFile, loadedFile, ...logs] = process.argv.slice(2);
if (logs.length === 0) {
  console.error("node scripts/replay-schedules.mjs ALONE.csv LOADED.csv RUN.log …");
  process.exit(2);
}
const text = (file) => (file.endsWith(".gz") ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString();
const median = (values) => quantile([...values].sort((a, b) => a - b), 0.5);
const { stages, summary } = interferenceScenario({ file: aloneFile, text: text(aloneFile) }, { file: loadedFile, text: text(loadedFile) });
const runs = logs.map((file) => readScheduleLog(text(file), { file }));
const dropped = droppedStages(runs.flat(), stages);
const named = (name) => stages.find((stage) => stage.name === name);

function predicted({ chunks }) {
  const ran = chunks.map(({ on, stages: names }) => ({ on, names: names.slice(dropped) }));
  const { graph, machine, costs } = buildPipeline("replay", {
    bytesPerNs: 1, stages: ran.flatMap(({ names }) => names.map(named)), chunks: ran.map(({ on, names }) => ({ on, stages: names.length })),
  });
  const arrivalsNs = Array.from({ length: items }, (_, item) => (item < inFlight ? 0 : Infinity));
  return jobPeriodNs(simulate({ instance: compile({ graph, machine, costs, arrivalsNs }), scheduler: schedulers.get("pipeline").create({ rehearsals: 0 }) }));
}

function slowestChunk({ chunks }, time) {
  return Math.max(...chunks.map(({ on, stages: names }) => names.slice(dropped).reduce((sum, name) => sum + time(named(name), on), 0)));
}

const rows = runs[0].map((schedule) => {
  const periods = runs.map((run) => run.find(({ uid }) => uid === schedule.uid)).filter((other) => other !== undefined).map(({ periodNs }) => periodNs);
  return {
    uid: schedule.uid, measured: median(periods), spread: Math.max(...periods) / Math.min(...periods) - 1, predicted: predicted(schedule),
    alone: slowestChunk(schedule, ({ aloneNs }, on) => aloneNs[on]),
    loaded: slowestChunk(schedule, ({ aloneNs, awakeNs, slowdown }, on) => awakeNs?.[on] ?? aloneNs[on] * (slowdown[on] ?? 1)),
  };
});

const percent = (share) => `${(share * 100).toFixed(1)} %`.padStart(8);
const ms = (ns) => (ns / 1e6).toFixed(2).padStart(9);
console.log(summary);
if (dropped > 0) console.log("chunks of one stage took no time: these executions began each chunk with its second stage, and so does the replay\n");
console.log(`${"schedule".padEnd(28)} measured predicted    error   spread   (ms a item)`);
for (const row of rows) console.log(`${row.uid.padEnd(28)}${ms(row.measured)} ${ms(row.predicted)} ${percent(row.predicted / row.measured - 1)} ${percent(row.spread)}`);
const best = Math.min(...rows.map(({ measured }) => measured));
for (const [name, of] of [["Heddle", (row) => row.predicted], ["slowest chunk, alone", (row) => row.alone], ["slowest chunk, loaded", (row) => row.loaded]]) {
  const errors = rows.map((row) => Math.abs(of(row) / row.measured - 1));
  const pick = rows.reduce((one, other) => (of(other) < of(one) ? other : one));
  console.log(`${name.padEnd(22)} error: median ${percent(median(errors))}, mean ${percent(errors.reduce((a, b) => a + b, 0) / errors.length)}; τ ${kendallTau(rows.map(of), rows.map(({ measured }) => measured)).toFixed(2)}; regret ${percent(pick.measured / best - 1)}`);
}
if (runs.length > 1) console.log(`${"one run of another".padEnd(22)} error: median ${percent(median(rows.map(({ uid }) => { const [a, b] = runs.map((run) => run.find((other) => other.uid === uid).periodNs); return Math.abs(b / a - 1); })))}; τ ${kendallTau(...runs.slice(0, 2).map((run) => rows.map(({ uid }) => run.find((other) => other.uid === uid).periodNs))).toFixed(2)}`);
