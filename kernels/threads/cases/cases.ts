import { barrierDesigns, lockDesigns } from "../primitives/designs.ts";
import type { Schedule } from "../programs/loop-chunks.ts";
import type { CaseProgram, ThreadCase } from "./thread-case.ts";

const counts = [1, 2, 3, 4];
/** Locks and barriers at which a preempted thread stops all others for a slice: few rounds take long. */
const convoys = new Set(["ticket", "mcs", "central", "tree", "dissemination"]);

/**
 * Every case. Parameters are chosen so that a repetition takes tens of milliseconds, and some hundred where threads
 * that spin outnumber the cores.
 * @param cores of the machine that will run them
 */
export function threadCases(cores: number): readonly ThreadCase[] {
  return [...lockCases(cores), ...barrierCases(cores), ...stealCases(), ...loopCases(), ...streamCases()];
}

function lockCases(cores: number): ThreadCase[] {
  // Hardly contended, contended, saturated.
  const loads = [{ local: 4000, critical: 200 }, { local: 400, critical: 400 }, { local: 100, critical: 2000 }];
  return lockDesigns.flatMap(({ name: design }) => loads.flatMap(({ local, critical }) => counts.map((threads) => {
    const windowMs = threads > cores && convoys.has(design) ? 200 : 0;
    const rounds = windowMs > 0 ? 1e9 : Math.round(2e7 / (local + critical) / threads);
    return named(`${design}/w${local}-c${critical}`, threads, cores, { program: "lock-loop", params: { design, local, critical, rounds, windowMs } });
  })));
}

function barrierCases(cores: number): ThreadCase[] {
  return barrierDesigns.flatMap(({ name: design }) => [0, 0.5].flatMap((skew) => counts.slice(1).map((threads) => {
    const rounds = threads > cores && convoys.has(design) ? 20 : 2000;
    return named(`barrier-${design}/w4000-skew${skew}`, threads, cores, { program: "barrier-loop", params: { design, work: 4000, skew, rounds } });
  })));
}

function stealCases(): ThreadCase[] {
  return (["list", "tree"] as const).flatMap((shape) => [400, 4000].flatMap((steps) => counts.map((threads) =>
    named(`steal-${shape}/w${steps}`, threads, threads, { program: "steal-loop", params: { shape, tasks: 2e6 / steps, steps, seed: 1 } }))));
}

function loopCases(): ThreadCase[] {
  const schedules: readonly { readonly schedule: Schedule; readonly chunk: number }[] = [{ schedule: "static", chunk: 1 }, { schedule: "dynamic", chunk: 1 }, { schedule: "dynamic", chunk: 16 }, { schedule: "guided", chunk: 1 }];
  return schedules.flatMap(({ schedule, chunk }) => [0, 3].flatMap((ramp) => counts.map((threads) =>
    named(`for-${schedule}${schedule === "dynamic" ? chunk : ""}/ramp${ramp}`, threads, threads, { program: "parallel-for", params: { schedule, chunk, iterations: 1000, passes: 50, ramp, serial: 2000, loops: 20 } }))));
}

function streamCases(): ThreadCase[] {
  const forms: readonly { readonly kernel: "copy" | "triad"; readonly work: number }[] = [{ kernel: "copy", work: 0 }, { kernel: "triad", work: 0 }, { kernel: "triad", work: 1e7 }];
  return forms.flatMap(({ kernel, work }) => counts.map((threads) =>
    named(`stream-${kernel}/w${work}`, threads, threads, { program: "stream-loop", params: { kernel, mebibytes: 96, passes: 3, work } })));
}

/** More repetitions where threads do not fight for cores: those are short. */
function named(base: string, threads: number, cores: number, program: CaseProgram): ThreadCase {
  return { name: `${base}/n${threads}`, threads, repeats: threads > cores ? 2 : 3, ...program };
}
