import { describe, expect, it } from "vitest";
import { interferenceScenario } from "../../src/calibrate/interference-scenario.ts";
import type { FittedStage } from "../../src/calibrate/interference.ts";
import { droppedStages, type LoggedSchedule } from "../../src/calibrate/schedule-log.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { buildPipeline } from "../../src/pipeline/pipeline.ts";
import { pipeline } from "../../src/schedulers/pipeline.ts";
import { kendallTau } from "../../src/stats/kendall-tau.ts";
import { quantile } from "../../src/stats/quantile.ts";
import { jobPeriodNs } from "../../src/trace/job-period.ts";
import { phoneSchedules, stageTimesText } from "./phone-schedules.ts";

// Executions of pipelines on a phone, published by others. Fitted are the tables of stage times, alone and with
// everything busy; no execution is seen by the fit. See docs/calibration.md, "Pipelines and interference".

const apps = ["cifar-dense", "tree"] as const;
type App = (typeof apps)[number];
const present = stageTimesText("tree", "normal") !== undefined;
if (!present) console.warn("skipped: ../shared/data/measured-schedules is not present");

/** Items that circulate in the published runtime: a pool of 16, which the last chunk gives back to the first. */
const inFlight = 16;
const items = 100;
/** The published runtime begins each chunk with its second stage; the test below holds that against the executions. */
const executed = (stages: readonly string[]): readonly string[] => stages.slice(1);

const median = (values: readonly number[]): number => quantile([...values].sort((a, b) => a - b), 0.5);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function predictedNs(stages: readonly FittedStage[], { chunks }: LoggedSchedule): number {
  const ran = chunks.map(({ on, stages: names }) => ({ on, names: executed(names) }));
  const { graph, machine, costs } = buildPipeline("phone", {
    bytesPerNs: 1, chunks: ran.map(({ on, names }) => ({ on, stages: names.length })),
    stages: ran.flatMap(({ names }) => names.map((name) => stages.find((stage) => stage.name === name)!)),
  });
  const instance = compile({ graph, machine, costs, arrivalsNs: Array.from({ length: items }, (_, item) => (item < inFlight ? 0 : Infinity)) });
  return jobPeriodNs(simulate({ instance, scheduler: pipeline.create({ rehearsals: 0 }) }))!;
}

/** What a chunk takes by a table, of all its stages or of some. */
function chunkByTable(stages: readonly FittedStage[], names: readonly string[], time: (stage: FittedStage) => number): number {
  return sumOf(names.map((name) => time(stages.find((stage) => stage.name === name)!)));
}

interface Score {
  readonly error: number;
  readonly tau: number;
  /** Among the pairs that the phone itself puts in the same order in all three runs. */
  readonly settledTau: number;
  readonly regret: number;
}

function scoreOf(schedules: readonly LoggedSchedule[][], predicted: readonly number[]): Score {
  const measured = schedules.map((runs) => median(runs.map(({ periodNs }) => periodNs)));
  let [agreement, pairs] = [0, 0];
  schedules.forEach((one, i) => schedules.slice(0, i).forEach((other, j) => {
    const order = one.map(({ periodNs }, run) => Math.sign(periodNs - other[run]!.periodNs));
    if (!order.every((sign) => sign === order[0])) return;
    pairs++;
    agreement += order[0]! * Math.sign(predicted[i]! - predicted[j]!);
  }));
  return {
    error: median(predicted.map((period, i) => Math.abs(period - measured[i]!) / measured[i]!)),
    tau: kendallTau(predicted, measured), settledTau: agreement / pairs,
    regret: measured[predicted.indexOf(Math.min(...predicted))]! / Math.min(...measured) - 1,
  };
}

describe.skipIf(!present)("published executions on a phone", () => {
  const cases = new Map(present ? apps.map((app) => [app, {
    schedules: phoneSchedules(app),
    stages: interferenceScenario({ file: "normal.csv", text: stageTimesText(app, "normal")! }, { file: "fully.csv", text: stageTimesText(app, "fully")! }).stages,
  }]) : []);
  const score = (app: App): Score => {
    const { schedules, stages } = cases.get(app)!;
    return scoreOf(schedules, schedules.map(([schedule]) => predictedNs(stages, schedule!)));
  };

  it.each(apps)("%s: each chunk begins with its second stage", (app) => {
    const { schedules, stages } = cases.get(app)!;
    expect([schedules.length, new Set(schedules.map(({ length }) => length))]).toEqual([20, new Set([3])]);
    expect(droppedStages(schedules.flat(), stages)).toBe(1);
    const chunks = schedules.flatMap((runs) => runs[0]!.chunks.map(({ on, stages: names }, c) => {
      const alone = (some: readonly string[]): number => chunkByTable(stages, some, ({ aloneNs }) => aloneNs[on]!);
      return { on, names, ns: runs.map(({ chunkNs }) => chunkNs[c]!), all: alone(names), rest: alone(executed(names)) };
    }));
    // What has one stage takes no time, whatever the stage …
    const single = chunks.filter(({ names }) => names.length === 1).flatMap(({ ns, all }) => ns.map((time) => time / all));
    expect(single.length).toBeGreaterThan(30);
    expect(Math.max(...single)).toBeLessThan(0.02);
    // … and what has several, on the CPU, the time of all but the first.
    const several = chunks.filter(({ on, names }) => on !== "vulkan" && names.length > 1);
    expect(Math.abs(median(several.map(({ ns, rest }) => median(ns) / rest)) - 1)).toBeLessThan(0.1);
    expect(median(several.map(({ ns, all }) => median(ns) / all))).toBeLessThan(0.95);
  });

  it("cifar-dense: the period within 5 % at the median, the best schedule within 5 %", () => {
    // Two runs of the phone agree with each other at a τ of 0.65 to 0.83: 15 of the schedules lie between 5.9 and 7.5 ms.
    const { error, regret, tau, settledTau } = score("cifar-dense");
    expect(error).toBeLessThan(0.05);
    expect(regret).toBeLessThan(0.05);
    expect(tau).toBeGreaterThan(0.65);
    expect(settledTau).toBeGreaterThan(0.75);
  });

  it("tree: the period within 15 % at the median, τ above 0.9, the best schedule within 5 %", () => {
    const { error, regret, tau, settledTau } = score("tree");
    expect(error).toBeLessThan(0.15);
    expect(regret).toBeLessThan(0.05);
    expect(tau).toBeGreaterThan(0.9);
    expect(settledTau).toBeGreaterThan(0.9);
  });

  it.each(apps)("%s: nearer than the slowest chunk by either table", (app) => {
    const { schedules, stages } = cases.get(app)!;
    const bySlowest = (time: (stage: FittedStage, on: string) => number): number =>
      scoreOf(schedules, schedules.map(([schedule]) => Math.max(...schedule!.chunks.map(({ on, stages: names }) => chunkByTable(stages, executed(names), (stage) => time(stage, on)))))).error;
    expect(score(app).error).toBeLessThan(bySlowest(({ aloneNs }, on) => aloneNs[on]!));
    expect(score(app).error).toBeLessThan(bySlowest(({ aloneNs, awakeNs, slowdown }, on) => awakeNs?.[on] ?? aloneNs[on]! * (slowdown[on] ?? 1)));
  });
});
