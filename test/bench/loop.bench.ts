/**
 * The whole loop beside the naive reference simulator of the tests: the same instance, policy and schedule. And how many
 * operators a second it does once its code is compiled: `fifo`, three inputs an operator, 16 devices, no transfers.
 */
import assert from "node:assert/strict";
import { randomSource } from "../../src/base/random.ts";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { Simulation } from "../../src/core/simulation.ts";
import { heterogeneousCosts, layered } from "../../src/graph/generate.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { referenceSimulate } from "../reference/reference-simulator.ts";
import { cpuMs, median, pairedRatio, type BenchContext, type Table } from "./harness.ts";
import { drawCase, instanceOf } from "./peers/case.ts";
import { schedulerOf } from "./peers/heddle.ts";

/** Runs of the engine for one of the reference. */
const REPEAT = 20;
/** Warm runs that count, after as many that do not. */
const WARM_RUNS = 20;
const AIM = 3;

/** CPU ms of the loop alone in each warm run: in a process of its own, in which V8 has seen nothing else. */
export function child(ops: string): number[] {
  const instance = instanceOf(drawCase({ ops: Number(ops), data: false }), false);
  const runs = Array.from({ length: 2 * WARM_RUNS }, () => {
    const simulation = new Simulation({ instance, scheduler: schedulerOf("fifo") });
    const start = process.cpuUsage();
    assert(simulation.run().complete);
    return cpuMs(start);
  });
  return runs.slice(WARM_RUNS);
}

export function bench({ sizes = [100_000, 1_000_000], inChild, progress }: BenchContext): Table[] {
  return [besideReference(), {
    title: "loop: operators a second once it is warm, fifo without transfers", columns: ["ops", { title: "median ms", digits: 1 }, { title: "M ops/s", digits: 2 }, { title: "at best", digits: 2 }, "aim"],
    rows: sizes.map((ops) => {
      progress(`warm loop, ${ops} …`);
      const ms: number[] = inChild(String(ops));
      const perSecond = (value: number): number => ops / value / 1000;
      return [ops, median(ms), perSecond(median(ms)), perSecond(Math.min(...ms)), AIM];
    }),
  }];
}

function besideReference(): Table {
  const ops = 1000;
  const rows = [["no data", 0], ["with transfers", 2000]].map(([title, edgeBytes]) => {
    const graph = layered({ ops, width: 40, edgeBytes: edgeBytes as number, random: randomSource(1, "graph") });
    const instance = compile({ graph, machine: processorMachine(Array.from({ length: 8 }, (_, i) => `P${i}`)), costs: heterogeneousCosts({ ops, devices: 8, random: randomSource(1, "costs") }) });
    const makespans = new Set<number>();
    const r = pairedRatio(
      () => { for (let i = 0; i < REPEAT; i++) makespans.add(simulate({ instance, scheduler: schedulerOf("fifo") }).makespanTicks); },
      () => makespans.add(referenceSimulate(instance, schedulerOf("fifo"), {}).makespan),
      5,
    );
    assert.equal(makespans.size, 1, "both must find the same schedule");
    return [title, ops, r.aMs / REPEAT, r.bMs, r.ratio * REPEAT];
  });
  return { title: "loop: the engine beside the naive reference, CPU ms a run", columns: ["case", "ops", { title: "engine", digits: 2 }, { title: "reference", digits: 1 }, { title: "times engine", digits: 0 }], rows };
}
