import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import type { CostModel } from "../cost/cost-model.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";
import { stageTimes } from "./stage-times.ts";
import { unifiedMachine } from "./unified-machine.ts";

/** A value by the name of a processor. */
export type ByProcessor = Readonly<Record<string, number>>;

/** A step that every item goes through. */
export interface Stage {
  readonly name: string;
  /** Time of an item, in ns, on each processor that can run the stage, while all others rest. */
  readonly aloneNs: ByProcessor;
  /** The same while all others are awake but leave the memory alone, where that is shorter. */
  readonly awakeNs?: ByProcessor;
  /** Bytes a nanosecond that it draws of the shared memory when nothing holds it up. Default 0. */
  readonly demand?: ByProcessor;
}

/** Consecutive stages on one processor. */
export interface StageChunk {
  readonly on: string;
  /** How many stages; 0 = the processor takes part and passes items on. */
  readonly stages: number;
}

/** A stream of items through stages, in chunks, on processors that share a memory. */
export interface Pipeline {
  /** In their order. */
  readonly stages: readonly Stage[];
  /** Which processor runs which stages, from the first; default: a scheduler decides, and all processors are awake. */
  readonly chunks?: readonly StageChunk[];
  /** Bytes a nanosecond that the shared memory gives to all together. Default: no limit. */
  readonly bytesPerNs?: number;
}

/** A pipeline as the engine takes it: one item is one run of the graph. */
export interface PipelineWorkload {
  /** A chain of the stages, each an operator of its own kind. */
  readonly graph: OperatorGraph;
  /** Its processors, in the order in which the stages name them, on one memory. */
  readonly machine: Machine;
  /** Times for this machine, or for another that has devices of these names. */
  readonly costs: CostModel;
}

/**
 * Builds a pipeline: stages as operators, times and demands as a cost model, processors as a machine. Where chunks are
 * given, a stage can run on no other processor than that of its chunk. Repeat the graph for a stream of items, and limit
 * those under way (`inFlight`) to what the buffers between the chunks hold together.
 * @throws {InputError} with all that does not fit together; paths are relative to the pipeline.
 * @example
 * const { graph, machine, costs } = buildPipeline("camera", {
 *   stages: [{ name: "decode", aloneNs: { little: 9e6, big: 3e6 } }, { name: "detect", aloneNs: { big: 8e6, gpu: 4e6 } }],
 *   chunks: [{ on: "big", stages: 1 }, { on: "gpu", stages: 1 }],
 * });
 */
export function buildPipeline(name: string, pipeline: Pipeline): PipelineWorkload {
  const { stages, chunks, bytesPerNs = Infinity } = pipeline;
  const processors = processorsOf(pipeline);
  const issues = checkPipeline(pipeline, processors);
  if (issues.length > 0) throw new InputError(issues);
  const builder = new GraphBuilder(name);
  stages.forEach((stage, i) => {
    builder.op({ kind: stage.name }, stage.name);
    if (i > 0) builder.edge(i - 1, i);
  });
  return { graph: builder.build(), machine: unifiedMachine(processors, bytesPerNs), costs: stageTimes(stages, processors, chunks) };
}

function processorsOf({ stages, chunks = [] }: Pipeline): string[] {
  return [...new Set([...stages.flatMap(({ aloneNs }) => Object.keys(aloneNs)), ...chunks.map(({ on }) => on)])];
}

function checkPipeline({ stages, chunks, bytesPerNs }: Pipeline, processors: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  if (stages.length === 0) issues.push({ code: "empty-pipeline", message: "the pipeline has no stages", path: ["stages"] });
  for (const { name, aloneNs, awakeNs = {}, demand = {} } of stages) {
    const at = (key: string, processor: string) => ["stages", name, key, processor];
    const hint = timesOn(aloneNs);
    if (Object.keys(aloneNs).length === 0) issues.push({ code: "runs-nowhere", message: `stage ${name} has no time on any processor`, path: ["stages", name, "time"] });
    for (const key of ["awake", "demand"] as const) {
      for (const processor of Object.keys(key === "awake" ? awakeNs : demand)) if (!Object.hasOwn(aloneNs, processor)) issues.push({ code: "runs-nowhere", message: `stage ${name} has no time on ${processor}`, path: at(key, processor), hint });
    }
    for (const [processor, ns] of Object.entries(awakeNs)) if (ns > (aloneNs[processor] ?? Infinity)) issues.push({ code: "bad-value", message: `stage ${name} takes longer on ${processor} when others are awake than alone`, path: at("awake", processor), hint: "what others slow down is its demand of the shared memory" });
    if (bytesPerNs !== undefined) for (const [processor, drawn] of Object.entries(demand)) if (drawn > bytesPerNs * (1 + 1e-9)) issues.push({ code: "bad-value", message: `stage ${name} on ${processor} draws more than the memory gives`, path: at("demand", processor) });
  }
  const drawing = stages.find(({ demand = {} }) => Object.values(demand).some((drawn) => drawn > 0));
  if (bytesPerNs === undefined && drawing) issues.push({ code: "missing-bandwidth", message: `stage ${drawing.name} draws on a memory of which nobody says what it gives`, path: ["stages", drawing.name, "demand"], hint: "add bandwidth: 25GB/s to the pipeline" });
  if (chunks !== undefined) issues.push(...checkChunks(stages, chunks, processors));
  return issues;
}

function checkChunks(stages: readonly Stage[], chunks: readonly StageChunk[], processors: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  const timed = processors.filter((processor) => stages.some(({ aloneNs }) => Object.hasOwn(aloneNs, processor)));
  let next = 0;
  chunks.forEach(({ on, stages: count }, i) => {
    if (!timed.includes(on)) issues.push({ code: "unknown-processor", message: `no stage has a time on ${JSON.stringify(on)}`, path: ["chunks", i, "on"], hint: suggestion(on, timed) });
    else for (const { name, aloneNs } of stages.slice(next, next + count)) if (!Object.hasOwn(aloneNs, on)) issues.push({ code: "runs-nowhere", message: `stage ${name} has no time on ${on}`, path: ["chunks", i, "on"], hint: timesOn(aloneNs) });
    next += count;
  });
  if (next !== stages.length) issues.push({ code: "bad-chunks", message: `the chunks have ${next} stages together, and the pipeline has ${stages.length}`, path: ["chunks"], hint: "every stage belongs to one chunk, in their order" });
  return issues;
}

function timesOn(aloneNs: ByProcessor): string {
  return `it has times on ${Object.keys(aloneNs).join(", ")}`;
}
