import { join } from "node:path";
import type { Availability } from "../calibrate/backend.ts";
import type { BackendDescription } from "../calibrate/measure/messages.ts";
import { busyWarning } from "../calibrate/measure/busy.ts";
import { measureAll, usualRepeat, type MeasureAllResult } from "../calibrate/measure/measure-all.ts";
import { MeasureProcess } from "../calibrate/measure/measure-process.ts";
import { Plan } from "../calibrate/measure/plan.ts";
import { SampleStore, samplesBefore } from "../calibrate/measure/sample-store.ts";
import { thisMachine } from "../calibrate/measure/this-machine.ts";
import { sampleFormat, type SampleFailure, type SampleHeader } from "../calibrate/sample.ts";
import type { Warning } from "../base/errors.ts";
import { counted } from "../base/units.ts";
import type { Io } from "./command.ts";
import { Progress } from "./progress.ts";

/** What `heddle calibrate` was asked to measure. */
export interface MeasureWish {
  /** Names of backends, in order. */
  readonly backends: readonly string[];
  /** For all backends together. */
  readonly budgetMs: number;
  readonly threads: readonly number[];
  /** Folder of the sample files; default calibration/raw/<device>. */
  readonly out: string | undefined;
  /** Of one answer. */
  readonly timeoutMs: number;
  readonly rounds: number | undefined;
  /** Told of each sample file before anything is measured; may refuse it. */
  onBegin?(header: SampleHeader): void;
}

/** What one backend came to. */
export interface MeasuredBackend {
  readonly name: string;
  readonly available: Availability;
  /** Absent where it could not be measured. */
  readonly file?: string;
  readonly device?: string;
  readonly result?: MeasureAllResult;
  readonly counts?: { readonly all: number; readonly begun: number; readonly tight: number };
  /** The first few, for the text. */
  readonly failures: readonly SampleFailure[];
}

/** Share of the time that a backend gets, beside the others, and the part of it for kernels that are new. */
const shares: Readonly<Record<string, { readonly time: number; readonly breadth: number }>> = { host: { time: 0.3, breadth: 0.8 } };
const usualShare = { time: 1, breadth: 0.45 };

/** Asks every backend whether it can measure here, and what, each in a process of its own. */
export function describeBackends(names: readonly string[], threads: readonly number[], timeoutMs: number): Promise<readonly BackendDescription[]> {
  return Promise.all(names.map(async (name) => {
    const process = new MeasureProcess(name, timeoutMs);
    const description = await process.describe({ threads });
    process.end();
    return description;
  }));
}

/**
 * Measures with one backend after the other. Ctrl-C or a kill ends it after what is under way was thrown away; everything
 * that was measured is in the files.
 * @throws {InputError} before anything is measured, where a sample file is of another machine, and as `onBegin` does.
 */
export async function measureBackends(wish: MeasureWish, io: Io): Promise<{ readonly backends: readonly MeasuredBackend[]; readonly stopped: boolean }> {
  const measured: MeasuredBackend[] = [];
  const progress = new Progress(io, undefined);
  const found = await describeBackends(wish.backends, wish.threads, wish.timeoutMs);
  const usable = wish.backends.filter((_, at) => found[at]!.available.ok);
  const fileOf = (name: string, device: string): string => join(wish.out ?? join("calibration", "raw", deviceFolder(device)), `${name}.jsonl`);
  for (const [at, name] of wish.backends.entries()) {
    const { available } = found[at]!;
    if (!available.ok) continue;
    const header = headerOf(name, available);
    samplesBefore(fileOf(name, available.device), header);
    wish.onBegin?.(header);
  }
  const allShares = usable.reduce((sum, name) => sum + (shares[name] ?? usualShare).time, 0);
  let stopped = false;
  let port: MeasureProcess | undefined;
  const stop = (): void => {
    stopped = true;
    port?.end();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  try {
    for (const [at, name] of wish.backends.entries()) {
      const { available, batch, kernels: offered } = found[at]!;
      if (!available.ok || stopped) {
        measured.push({ name, available, failures: [] });
        continue;
      }
      const file = fileOf(name, available.device);
      const store = new SampleStore(file, headerOf(name, available));
      const share = shares[name] ?? usualShare;
      const plan = new Plan(offered, store.before, { breadth: share.breadth, ...(wish.rounds !== undefined && { rounds: wish.rounds }) });
      port = new MeasureProcess(name, Math.max(wish.timeoutMs, available.patienceMs ?? 0));
      const failures: SampleFailure[] = [];
      const startMs = performance.now();
      const budgetMs = (wish.budgetMs * share.time) / allShares;
      const elapsed = (): number => (performance.now() - startMs) / budgetMs;
      const result = await measureAll({
        plan, port, sink: store, batch, repeat: usualRepeat, elapsed, stopped: () => stopped,
        onFailure: (failure) => failures.push(failure),
        onStep({ round, kernels }) {
          const { all, begun, tight } = plan.counts;
          const left = Math.max(0, (budgetMs - (performance.now() - startMs)) / 1000);
          progress.show(`${name}: ${begun} of ${all} kernels, ${tight} of them within 3 %; round ${round + 1}, ${kernels[0]!.kind}; ${left < 100 ? `${Math.round(left)} s` : `${Math.round(left / 60)} min`} left`);
        },
      });
      store.close();
      progress.clear();
      measured.push({ name, available, file, device: available.device, result, counts: plan.counts, failures });
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop);
    port?.end();
  }
  return { backends: measured, stopped };
}

/** A folder's name from a device's: "AMD EPYC 7B13" gives amd-epyc-7b13. */
export function deviceFolder(device: string): string {
  return device.toLowerCase().replace(/\((r|tm)\)/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "device";
}

/** Of now, as 2026-01-31. */
function today(): string {
  // eslint-disable-next-line no-restricted-globals -- samples say when they were measured; no result depends on it
  return new Date().toISOString().slice(0, 10);
}

function headerOf(backend: string, { device, versions, note }: Extract<Availability, { ok: true }>): SampleHeader {
  return {
    format: sampleFormat, device, backend, date: today(),
    machine: thisMachine(), versions, ...(note !== undefined && { note }),
  };
}

/** What a reader of the times should know, by backend. */
export function measuredWarnings(measured: readonly MeasuredBackend[]): readonly Warning[] {
  return measured.flatMap(({ name, result }) => busyWarning(name, result?.load, "for good times, leave the machine alone, and begin anew with --out FOLDER") ?? []);
}

/** What was measured, in words. */
export function measuredText(measured: readonly MeasuredBackend[]): string {
  return measured.map(({ name, available, file, result, counts, failures }) => {
    if (!available.ok) return `${name}: not measured, since ${available.why}\n  to have it: ${available.install}\n`;
    if (result === undefined || counts === undefined) return `${name}: not measured, since it was stopped before\n`;
    const why = { done: "everything is known as well as it can be", time: "the time was over", stopped: "it was stopped", "given-up": "given up, since one kernel after the other ended it" }[result.end];
    const clock = result.clockSpread !== undefined && result.clockSpread > 0.1 ? `  warning: the clock of the cores changed by ${Math.round(100 * result.clockSpread)} % meanwhile; is the machine busy, hot or on battery?\n` : "";
    const shown = failures.slice(0, 3).map(({ kind, variant, shape, failure }) => `  ${[kind, variant].filter((part) => part !== undefined).join(" ")} ${Object.entries(shape).map(([extent, value]) => `${extent}=${value}`).join(" ")}: ${failure}\n`).join("");
    const more = failures.length > 3 ? `  … and ${counted(failures.length - 3, "other")} (in the file)\n` : "";
    return `${name}: ${counts.begun} of ${counted(counts.all, "kernel")} on ${available.device}, ${counts.tight} of them within 3 % in two rounds or more; ${why}\n  ${counted(result.samples, "sample")} added to ${file}\n${clock}${result.failures > 0 ? `  ${counted(result.failures, "kernel")} could not be measured:\n` : ""}${shown}${more}`;
  }).join("");
}
