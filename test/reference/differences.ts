import type { Trace } from "../../src/core/trace.ts";
import type { ReferenceResult } from "./world.ts";

/** Where a trace of the engine and a run of the reference differ, in words; empty when they agree to the last tick. */
export function differences(trace: Trace, reference: ReferenceResult): string[] {
  const found: string[] = [];
  const same = (what: string, engine: number | undefined, expected: number): void => {
    if (!Object.is(engine, expected)) found.push(`${what}: engine ${engine}, reference ${expected}`);
  };
  for (const op of reference.ops) {
    same(`op ${op.id} device`, trace.ops.device[op.id], op.device);
    same(`op ${op.id} slot`, trace.ops.slot[op.id], op.slot);
    same(`op ${op.id} ready`, trace.ops.readyTicks[op.id], op.ready);
    same(`op ${op.id} placed`, trace.ops.placedTicks[op.id], op.placed);
    same(`op ${op.id} data`, trace.ops.dataTicks[op.id], op.data);
    same(`op ${op.id} start`, trace.ops.startTicks[op.id], op.start);
    same(`op ${op.id} end`, trace.ops.endTicks[op.id], op.end);
  }
  same("transfers", trace.transfers.length, reference.transfers.length);
  for (const transfer of reference.transfers) {
    same(`transfer ${transfer.id} tensor`, trace.transfers.tensor[transfer.id], transfer.tensor);
    same(`transfer ${transfer.id} from`, trace.transfers.from[transfer.id], transfer.from);
    same(`transfer ${transfer.id} to`, trace.transfers.to[transfer.id], transfer.to);
    same(`transfer ${transfer.id} for`, trace.transfers.forOp[transfer.id], transfer.forOp);
    same(`transfer ${transfer.id} start`, trace.transfers.startTicks[transfer.id], transfer.start);
    same(`transfer ${transfer.id} end`, trace.transfers.endTicks[transfer.id], transfer.end);
  }
  for (const job of reference.jobs) {
    same(`job ${job.id} arrival`, trace.jobs.arrivalTicks[job.id], job.arrival);
    same(`job ${job.id} end`, trace.jobs.endTicks[job.id], job.end);
  }
  for (const [memory, bytes] of reference.peakBytes.entries()) {
    if (!(Math.abs(trace.peakBytes[memory]! - bytes) <= 1e-9 * bytes)) found.push(`peak of memory ${memory}: engine ${trace.peakBytes[memory]}, reference ${bytes}`);
  }
  same("makespan", trace.makespanTicks, reference.makespan);
  same("dispatches", trace.dispatchCount, reference.dispatchCount);
  same("redirections", trace.redirectedCount ?? 0, reference.redirectedCount);
  return found;
}
