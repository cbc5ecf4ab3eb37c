import { z } from "zod";
import { defineScheduler, type Dispatch, type PlanningView, type PolicyReport, type PolicyView, type Scheduler } from "../plugin.ts";
import { chunkingsWithin, shortestPeriod, type Chunking } from "./planning/chunkings.ts";
import { fastestDevice, pipelineBatches, type PipelineBatch } from "./planning/pipeline-batches.ts";
import { recurringChunkings } from "./planning/recurring-chunkings.ts";

const options = z.strictObject({
  rehearsals: z.int().min(0).max(10_000).default(50).describe("How many of the most promising chunkings are rehearsed, since chunks that share a memory slow each other: up to so many that use each device once, and as many that do not; 0 = the one whose busiest device has least to do"),
});
type Options = z.infer<typeof options>;

/** Most operators that are rehearsed in all, so that large graphs are planned in seconds. */
const mostRehearsed = 2_000_000;

/**
 * A software pipeline: the operators of a job, in topological order, are cut into chunks of consecutive ones. Jobs stream
 * through: a device works on the oldest job that it can, so what it has begun of a job comes before all younger ones. A
 * device may have several chunks, as a CPU that both feeds an accelerator and takes what comes out of it. The chunking is
 * the one with the shortest makespan in a rehearsal, which knows what chunks do to each other; only those are rehearsed
 * whose busiest device, alone, leaves room for that: all on the fastest device, which is best where each job waits for
 * the one before, then those that use each device once, then the others. Longer graphs than 64 operators are first
 * divided into 64 parts of equal work; of more than 8 devices, the 8 fastest are tried. An operator that its device
 * cannot run goes where it is fastest. Made for chains; for other graphs it is one way of many.
 * @source S. H. Bokhari, "Partitioning problems in parallel, pipelined, and distributed computing", IEEE Transactions on Computers 37(1), 1988, doi:10.1109/12.75137. There each processor has one chunk
 */
export const pipeline = defineScheduler<Options>({
  name: "pipeline",
  summary: "a stream of jobs through chunks of consecutive operators, cut so that the busiest device has little to do for each",
  source: "S. H. Bokhari, \"Partitioning problems in parallel, pipelined, and distributed computing\", IEEE Transactions on Computers 37(1), 1988, doi:10.1109/12.75137",
  options,
  create: ({ rehearsals }) => new Pipeline(rehearsals),
});

class Pipeline implements Scheduler {
  readonly #rehearsals: number;
  readonly #given: Chunking | undefined;
  #rehearsed = 0;
  #report: PolicyReport = {};

  constructor(rehearsals: number, given?: Chunking) {
    this.#rehearsals = rehearsals;
    this.#given = given;
  }

  prepare(view: PlanningView, out: Dispatch): void {
    const batches = pipelineBatches(view);
    for (const batch of batches) {
      const chosen = this.#given ?? this.#choose(view, batch, batches.length === 1);
      place(view, out, batch, chosen);
      if (batch === batches[0] && chosen) this.#report = { chunks: describe(view, batch, chosen), busiestDeviceNs: chosen.periodTicks * view.tickNs, rehearsed: this.#rehearsed };
    }
  }

  dispatch(): void {}

  report(): PolicyReport {
    return this.#report;
  }

  /** Jobs that differ cannot be rehearsed by themselves: then the busiest device decides. */
  #choose(view: PlanningView, { problem, ops }: PipelineBatch, alone: boolean): Chunking | undefined {
    const shortest = shortestPeriod(problem);
    const forgiving = 1 + 1e-9;
    const once = shortest === Infinity ? [] : chunkingsWithin(problem, shortest * forgiving).slice(0, 1);
    const recurring = recurringChunkings(problem, shortest);
    const first = [...once, ...recurring].reduce<Chunking | undefined>((best, other) => (best !== undefined && best.periodTicks <= other.periodTicks ? best : other), undefined);
    const most = Math.min(this.#rehearsals, Math.floor(mostRehearsed / Math.max(1, view.opCount)));
    if (!alone || first === undefined || most === 0) return first;
    let best = first;
    let makespan = Infinity;
    const tried = new Set<string>();
    const attempt = (candidates: readonly Chunking[], limit: number): void => {
      for (const candidate of candidates) {
        if (this.#rehearsed >= limit) return;
        // All jobs pass the busiest device, so it cannot be better.
        if (candidate.periodTicks * ops.length >= makespan || tried.has(keyOf(candidate))) continue;
        tried.add(keyOf(candidate));
        const other = view.rehearse(new Pipeline(0, candidate)).makespanTicks;
        this.#rehearsed++;
        if (other < makespan) [best, makespan] = [candidate, other];
      }
    };
    attempt([first], 1);
    // Where few jobs are under way at once, no pipeline may be better than one.
    attempt(unchunked(problem), most);
    attempt(once, most);
    attempt(chunkingsWithin(problem, makespan / ops.length), most);
    attempt(recurringChunkings(problem, makespan / ops.length), this.#rehearsed + most);
    return best;
  }
}

/** All steps on the device that is fastest at that. */
function unchunked({ steps, ticks, slots }: PipelineBatch["problem"]): Chunking[] {
  const latency = Array.from(slots, (_, device) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) sum += ticks[step * slots.length + device]!;
    return sum;
  });
  const device = latency.indexOf(Math.min(...latency));
  return latency[device]! < Infinity ? [{ chunks: [{ device, first: 0, end: steps }], periodTicks: latency[device]! / slots[device]!, latencyTicks: latency[device]! }] : [];
}

function place(view: PolicyView, out: Dispatch, { ops, devices, stepOf }: PipelineBatch, chunking: Chunking | undefined): void {
  const deviceOf = new Int32Array(stepOf.length).fill(-1);
  for (const { device, first, end } of chunking?.chunks ?? []) stepOf.forEach((step, i) => step >= first && step < end && (deviceOf[i] = devices[device]!));
  for (const job of ops) {
    job.forEach((op, i) => {
      const device = deviceOf[i]!;
      // The oldest first: what has begun in a chunk goes through it without others between.
      out.place(op, device >= 0 && view.estimateTicks(op, device) < Infinity ? device : fastestDevice(view, op), -view.jobOf(op));
    });
  }
}

function keyOf({ chunks }: Chunking): string {
  return chunks.map(({ device, end }) => `${device}:${end}`).join(" ");
}

/** "big decode … resize | gpu conv1 … fc". */
function describe(view: PolicyView, { ops, devices, stepOf }: PipelineBatch, { chunks }: Chunking): string {
  const name = (i: number): string => view.opName(ops[0]![i]!).replace(/@\d+$/, "");
  return chunks.map(({ device, first, end }) => {
    const [from, to] = [stepOf.indexOf(first), stepOf.lastIndexOf(end - 1)];
    return `${view.deviceName(devices[device]!)} ${from === to ? name(from) : `${name(from)} … ${name(to)}`}`;
  }).join(" | ");
}
