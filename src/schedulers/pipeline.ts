import { z } from "zod";
import { defineScheduler, type Dispatch, type PlanningView, type PolicyReport, type PolicyView, type Scheduler } from "../plugin.ts";
import { chunkingsWithin, shortestPeriod, type Chunking } from "./planning/chunkings.ts";
import { fastestDevice, pipelineBatches, type PipelineBatch } from "./planning/pipeline-batches.ts";

const options = z.strictObject({
  rehearsals: z.int().min(0).max(10_000).default(50).describe("How many of the most promising chunkings are rehearsed, since chunks that share a memory slow each other; 0 = the one whose slowest chunk is shortest"),
});
type Options = z.infer<typeof options>;

/** Most operators that are rehearsed in all, so that large graphs are planned in seconds. */
const mostRehearsed = 2_000_000;

/**
 * A software pipeline: the operators of a job, in topological order, are cut into chunks of consecutive ones, each chunk
 * on a device of its own. Jobs stream through: a device works on the oldest job that it can, and takes all operators of
 * its chunk one after the other. The chunking is the one with the shortest makespan in a rehearsal, which knows
 * what chunks do to each other; only those are rehearsed whose slowest chunk, alone, leaves room for that. Longer
 * graphs than 64 operators are first divided into 64 parts of equal work; of more than 8 devices, the 8 fastest are
 * tried. An operator that its device cannot run goes where it is fastest. Made for chains; for other graphs it is one
 * way of many.
 * @source S. H. Bokhari, "Partitioning problems in parallel, pipelined, and distributed computing", IEEE Transactions on Computers 37(1), 1988, doi:10.1109/12.75137
 */
export const pipeline = defineScheduler<Options>({
  name: "pipeline",
  summary: "a stream of jobs through chunks of consecutive operators, each chunk on its own device, cut so that the slowest is short",
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
      if (batch === batches[0] && chosen) this.#report = { chunks: describe(view, batch, chosen), slowestChunkNs: chosen.periodTicks * view.tickNs, rehearsed: this.#rehearsed };
    }
  }

  dispatch(): void {}

  report(): PolicyReport {
    return this.#report;
  }

  /** Jobs that differ cannot be rehearsed by themselves: then the slowest chunk decides. */
  #choose(view: PlanningView, { problem, ops }: PipelineBatch, alone: boolean): Chunking | undefined {
    const shortest = shortestPeriod(problem);
    if (shortest === Infinity) return undefined;
    const forgiving = 1 + 1e-9;
    let best = chunkingsWithin(problem, shortest * forgiving)[0];
    const most = Math.min(this.#rehearsals, Math.floor(mostRehearsed / Math.max(1, view.opCount)));
    if (!alone || best === undefined || most === 0) return best;
    let makespan = view.rehearse(new Pipeline(0, best)).makespanTicks;
    this.#rehearsed = 1;
    // All jobs pass the slowest chunk, so none of the others can be better.
    for (const candidate of chunkingsWithin(problem, makespan / ops.length)) {
      if (this.#rehearsed >= most || candidate.periodTicks * ops.length >= makespan) break;
      if (sameChunks(candidate, best)) continue;
      const other = view.rehearse(new Pipeline(0, candidate)).makespanTicks;
      this.#rehearsed++;
      if (other < makespan) [best, makespan] = [candidate, other];
    }
    return best;
  }
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

function sameChunks(a: Chunking, b: Chunking): boolean {
  return a.chunks.length === b.chunks.length && a.chunks.every(({ device, end }, i) => device === b.chunks[i]!.device && end === b.chunks[i]!.end);
}

/** "big decode … resize | gpu conv1 … fc". */
function describe(view: PolicyView, { ops, devices, stepOf }: PipelineBatch, { chunks }: Chunking): string {
  const name = (i: number): string => view.opName(ops[0]![i]!).replace(/@\d+$/, "");
  return chunks.map(({ device, first, end }) => {
    const [from, to] = [stepOf.indexOf(first), stepOf.lastIndexOf(end - 1)];
    return `${view.deviceName(devices[device]!)} ${from === to ? name(from) : `${name(from)} … ${name(to)}`}`;
  }).join(" | ");
}
