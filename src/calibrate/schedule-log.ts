import { InputError } from "../base/errors.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { quantile } from "../stats/quantile.ts";

/** A schedule of a pipeline that was really run, and how it went. */
export interface LoggedSchedule {
  readonly uid: string;
  /** As the schedule has them; what was run of them is another question: {@link droppedStages}. */
  readonly chunks: readonly { readonly on: string; readonly stages: readonly string[] }[];
  /** Mean time between the ends of two items, the first quarter left out: clocks rise and buffers fill. */
  readonly periodNs: number;
  /** By chunk: median time of an item in it. */
  readonly chunkNs: readonly number[];
}

/**
 * Reads a log of executions as the runtime of the Better Together pipelines prints it: schedules with their chunks
 * (`Chunk 0 [OMP/Big]: 1, 2`), then for each of them a `Schedule_UID=`, a `Frequency=` and the `Start` and `End` of every
 * item in every chunk, in ticks. Processors are called by their last word, in small letters: `big`, `vulkan`.
 * @throws {InputError} when the log has no executions, or one without its schedule.
 */
export function readScheduleLog(text: string, { file }: { readonly file: string }): LoggedSchedule[] {
  const chunksOf = new Map([...text.matchAll(/Schedule \d+ \[UID: (\S+)\]:\n((?:[ \t]+Chunk .*\n)+)/g)].map(([, uid, lines]) => [uid!, chunksIn(lines!)]));
  const executions = [...text.matchAll(/Schedule_UID=(\S+)\s+Frequency=(\d+) Hz\n([\s\S]*?)### Python End/g)];
  if (executions.length === 0) throw new InputError({ code: "no-executions", message: "the log has no executions", file, hint: "Schedule_UID=… Frequency=… Hz, then Task=… Chunk=… Start=… End=…" });
  return executions.map(([, uid, hertz, events]) => {
    const chunks = chunksOf.get(uid!);
    const items: [number, number][][] = [];
    for (const [, item, chunk, start, end] of events!.matchAll(/Task=(\d+) Chunk=(\d+) Start=(\d+) End=(\d+)/g)) (items[Number(chunk)] ??= [])[Number(item)] = [Number(start), Number(end)];
    if (chunks === undefined || chunks.length !== items.length) throw new InputError({ code: "bad-execution", message: `the execution of ${uid!} has ${items.length} chunks, and its schedule ${chunks?.length ?? 0}`, file });
    const nsPerTick = 1e9 / Number(hertz);
    const ends = items.at(-1)!.map(([, end]) => end);
    const first = Math.floor(ends.length / 4);
    return {
      uid: uid!, chunks, periodNs: ((ends.at(-1)! - ends[first]!) / (ends.length - 1 - first)) * nsPerTick,
      chunkNs: items.map((times) => quantile(times.map(([start, end]) => end - start).sort((a, b) => a - b), 0.5) * nsPerTick),
    };
  });
}

function chunksIn(lines: string): LoggedSchedule["chunks"] {
  return [...lines.matchAll(/\[(?:\w+\/)?(\w+) *\]: *([^\n]*)/g)].map(([, on, stages]) => ({ on: on!.toLowerCase(), stages: stages!.split(",").map((stage) => stage.trim()) }));
}

/** Share of its time alone that a stage cannot fall below by anything that happens to it. */
const tooShort = 0.1;

/**
 * How many stages at the beginning of each chunk were not run: 1 where chunks of a single stage took no time at all,
 * else 0. Some published executions were made by a runtime that counted the first stage of a chunk from one twice.
 */
export function droppedStages(schedules: readonly LoggedSchedule[], stages: readonly Stage[]): 0 | 1 {
  const alone = new Map(stages.map(({ name, aloneNs }) => [name, aloneNs]));
  const shares = schedules.flatMap(({ chunks, chunkNs }) => chunks.flatMap(({ on, stages: [name, second] }, c) => {
    const ns = second === undefined ? alone.get(name!)?.[on] : undefined;
    return ns === undefined ? [] : [chunkNs[c]! / ns];
  }));
  return shares.length > 0 && quantile(shares.sort((a, b) => a - b), 0.5) < tooShort ? 1 : 0;
}
