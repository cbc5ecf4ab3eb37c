/**
 * The whole way at three sizes: builder → graph → compile → plan → loop. 3 edges an op, 16 mixed devices; each case in a
 * process of its own, code compilation included, so that time and memory are its own.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpuMs, met, type BenchContext, type Table } from "./harness.ts";
import { drawCase, instanceOf } from "./peers/case.ts";
import { timeRun } from "./peers/heddle.ts";

interface ScaleCase {
  readonly scheduler: string;
  readonly data: boolean;
  /** At a million ops: CPU seconds, of the part named. */
  readonly aim?: { readonly of: "plan" | "loop"; readonly seconds: number };
}

const cases: Readonly<Record<string, ScaleCase>> = {
  "fifo, no transfers": { scheduler: "fifo", data: false, aim: { of: "loop", seconds: 0.4 } },
  fifo: { scheduler: "fifo", data: true },
  "dmda, no transfers": { scheduler: "dmda", data: false, aim: { of: "loop", seconds: 1 } },
  dmda: { scheduler: "dmda", data: true, aim: { of: "loop", seconds: 1 } },
  heft: { scheduler: "heft", data: true, aim: { of: "plan", seconds: 2 } },
};

/** Most memory that a run may add at a million ops, MB. */
const MEMORY_AIM = 400;
/** Most that ten times the ops may cost. */
const GROWTH_AIM = 12;

interface ScaleRun {
  readonly buildMs: number;
  readonly planMs: number;
  readonly loopMs: number;
  /** What the run adds to the compiled instance, at its peak; undefined where the system does not say. */
  readonly runMb: number | undefined;
  readonly peakMb: number;
}

/** One case, in a process of its own. */
export function child(name: string, ops: string): ScaleRun {
  const { scheduler, data } = cases[name]!;
  const start = process.cpuUsage();
  const instance = instanceOf(drawCase({ ops: Number(ops), data }), false);
  const buildMs = cpuMs(start);
  const memory = new PeakMemory();
  const { planMs, loopMs } = timeRun(instance, scheduler);
  return { buildMs, planMs, loopMs, runMb: memory.addedMb(), peakMb: process.resourceUsage().maxRSS / 1024 };
}

/** Most resident memory since it was made, beyond what there was: Linux keeps a high-water mark that can be set back. */
class PeakMemory {
  readonly #before: number | undefined;

  constructor() {
    globalThis.gc?.();
    globalThis.gc?.();
    try {
      writeFileSync("/proc/self/clear_refs", "5");
      this.#before = status("VmRSS");
    } catch {
      this.#before = undefined;
    }
  }

  addedMb(): number | undefined {
    return this.#before === undefined ? undefined : (status("VmHWM") - this.#before) / 1024;
  }
}

function status(name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))![1]);
}

export function bench({ sizes = [10_000, 100_000, 1_000_000], inChild, progress }: BenchContext): Table[] {
  const rows: (string | number | undefined)[][] = [];
  const smallest = Math.min(...sizes);
  for (const [name, { aim }] of Object.entries(cases)) {
    const costs = new Map<number, number>();
    for (const ops of sizes) {
      progress(`${name}, ${ops} ops …`);
      const { buildMs, planMs, loopMs, runMb, peakMb } = inChild<ScaleRun>(name, String(ops));
      const cost = planMs + loopMs;
      costs.set(ops, cost);
      const tenth = costs.get(ops / 10);
      const growth = tenth === undefined ? undefined : cost / tenth;
      const atAim = ops === 1_000_000;
      const missed = atAim ? [
        ...(aim !== undefined && (aim.of === "plan" ? planMs : loopMs) > aim.seconds * 1000 ? [`${aim.of} ${aim.seconds} s`] : []),
        ...(runMb !== undefined && runMb > MEMORY_AIM ? [`${MEMORY_AIM} MB`] : []),
        ...(growth !== undefined && growth > GROWTH_AIM ? [`growth ${GROWTH_AIM}×`] : []),
      ] : undefined;
      rows.push([name, ops, buildMs / 1000, planMs / 1000, loopMs / 1000, ops / loopMs, runMb, peakMb, growth, cost / ops / (costs.get(smallest)! / smallest), aim && `${aim.of} ${aim.seconds} s`, missed && met(missed.length === 0) + (missed.length > 0 ? `: ${missed.join(", ")}` : "")]);
    }
  }
  return [{
    title: "scale: 3 edges an op, 16 mixed devices; CPU seconds of a fresh process",
    columns: ["case", "ops", { title: "build s", digits: 2 }, { title: "plan s", digits: 3 }, { title: "loop s", digits: 3 }, "k tasks/s", "run MB", "peak MB", { title: "growth of ×10", digits: 1 }, { title: "an op, to smallest", digits: 2 }, "aim at 1 m", "met"],
    rows,
    notes: ["plan: state and what the policy does before the run; growth and \"an op\" are of plan + loop; run MB: what the run adds to the compiled instance", `aims at 1 m beside the time: ${MEMORY_AIM} MB for the run, growth of at most ${GROWTH_AIM}× from 100 k`],
  }];
}
