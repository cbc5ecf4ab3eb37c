import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { dtypeNames } from "../machine/schema.ts";
import { families } from "../graph/generate/families.ts";
import { models } from "../graph/models/index.ts";
import type { PhaseSpec } from "./phases.ts";
import type { GenerateSpec } from "./generate-workload.ts";
import { pipelineSchema } from "./pipeline-schema.ts";

const count = z.int().min(1);
const file = z.string().min(1);
const bytes = quantity("bytes");

const inlineOpSchema = z.strictObject({
  kind: z.string().min(1).default("op").describe("Operator kind: matmul, conv, relu … Cost models look at it, and the timeline colours by it"),
  time: z.union([quantity("time"), z.record(z.string(), quantity("time"))]).optional().describe("Duration: the same everywhere (3ms), or by device name or device kind ({cpu: 8ms, gpu0: 1ms}); a device that is not listed cannot run it. Left out: the cost model answers"),
  flops: z.number().min(0).optional().describe("Floating-point operations, a bare count: 2e9. Default: twice the macs, or what kind and shape say"),
  macs: z.number().min(0).optional().describe("Multiply-accumulates, a bare count. Default: what kind and shape say"),
  read: bytes.optional().describe("Bytes of all inputs and weights. Default: what the edges bring, and the parameters; at least what kind and shape say"),
  write: bytes.optional().describe("Bytes of all outputs. Default: the output"),
  parameters: bytes.optional().describe("Of `read`, the bytes of weights"),
  output: bytes.optional().describe("Size of the tensor that all consumers read; it moves once to each memory that needs it. Default: what kind and shape say, unless write or an edge says how much; else 0"),
  dtype: z.enum(dtypeNames).optional().describe("Element type it computes in. Default f32"),
  deadline: quantity("time").optional().describe("When it should have ended, counted from the arrival of its instance; default: by the instance's own deadline alone"),
  shape: z.record(z.string(), z.number().min(0)).optional().describe("Named extents: {m: 4096, n: 4096, k: 1024}. Of kinds in the catalogue the work and the bytes follow from them, and cost models look at them"),
});

/** A graph written by hand. */
export const inlineGraphSchema = z.strictObject({
  ops: z.record(z.string().min(1), z.union([quantity("time"), inlineOpSchema])).describe("Operators by name; a duration alone (a: 3ms) is short for {time: 3ms}"),
  edges: z.array(z.union([z.string(), z.record(z.string(), bytes)])).default([]).describe('Dependencies: "a -> b", chains "a -> b -> c", or with a tensor of their own "a -> b: 4MiB"'),
});
export type InlineGraph = z.output<typeof inlineGraphSchema>;
export type InlineOp = z.output<typeof inlineOpSchema>;

/** Most instances of a workload. */
export const mostInstances = 1_000_000;

/** What every workload may say besides its source. */
const repeat = {
  instances: count.max(mostInstances).optional().describe("How many times it runs. Default 1"),
  arrivals: z.union([
    z.literal("back-to-back"),
    z.strictObject({ every: quantity("time").describe("Fixed time between two arrivals") }),
    z.strictObject({ rate: quantity("rate").refine((perNs) => perNs > 0, { message: "must be above 0" }).describe("Mean arrivals per time, as a Poisson process: 50/s") }),
  ]).optional().describe("When the instances arrive. Default back-to-back: one starts when one ends"),
  deadline: quantity("time").optional().describe("When each instance should have ended, counted from its arrival: 20ms. What is late is reported, and nothing is stopped. Default: no deadline"),
  inFlight: count.max(mostInstances).optional().describe("Back to back: how many instances run at once. Default 1"),
};
/** What a phase says besides options of the model. */
const phase = {
  for: quantity("time").refine((ns) => ns > 0, { message: "must be longer than 0" }).describe("How long the phase lasts; the next one follows"),
  rate: quantity("rate").refine((perNs) => perNs > 0, { message: "must be above 0" }).optional().describe("Mean arrivals per time, at random: 50/s"),
  every: quantity("time").refine((ns) => ns > 0, { message: "must be longer than 0" }).optional().describe("Fixed time between two arrivals, instead of a rate"),
};
const phasesOf = (options: Record<string, z.ZodType> = {}) => z.array(z.strictObject({ ...phase, ...options })).min(1).optional().describe("A load that changes: one phase after the other, each with its own arrivals, and with a model also its own options (batch: 8); instead of instances and arrivals");
/** As an option of a phase: what is left out is as the workload says. */
const withoutDefault = (schema: z.ZodType): z.ZodType => (schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema).optional();
const weights = z.enum(["resident", "host"]).optional().describe("Where weights are before the run: in every memory already, or in the host's, as inputs are. Default resident");
const switches = ["auto", "on", "off"] as const;
const operators = {
  fuse: z.enum(switches).optional().describe("Merge element-wise operators into their producers, as runtimes do. Default auto: on when all devices of the machine fuse"),
  weights,
};
const cast = z.enum(dtypeNames).optional().describe("Element type to compute floating-point operators in, instead of the model's own");

/** How the tasks of a generated graph are weighed. */
const weighing = {
  time: quantity("time").refine((ns) => ns >= 1, { message: "must be at least 1ns" }).optional().describe("Mean duration of a task. Default 10us"),
  ccr: z.number().min(0).max(1e6).optional().describe("Communication to computation ratio: mean transfer time between two processors over mean duration. Default 1"),
  heterogeneity: z.number().min(0).max(2).optional().describe("How different processors are: a task takes its mean × (1 ∓ half of this). 0: all are equal. Default 1"),
  consistent: z.boolean().optional().describe("True: each processor has a speed, the same for all tasks. Default false: task and processor are drawn together"),
  vary: z.enum(["task", "level", "kernel", "none"]).optional().describe("What the mean duration depends on: drawn for each task, for each level of the graph, in proportion to a kernel's work, or one for all. Default by family"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("Seed of the graph and its weights. Default: the scenario's"),
};
const familyBranches = families.map((family) => z.strictObject({ family: z.literal(family.name).describe(family.summary), ...family.options.shape, ...weighing }));
/** A task graph of the literature: its family, the options of it, and how its tasks are weighed. */
export const generateSchema = z.discriminatedUnion("family", familyBranches as unknown as [(typeof familyBranches)[0]]) as unknown as z.ZodType<GenerateSpec>;

const sources = {
  onnx: z.strictObject({ onnx: file.describe("An .onnx file; its weights are not read"), dims: z.record(z.string(), count).optional().describe("Values of symbolic dimensions: {batch: 8}"), dtype: cast, ...operators, ...repeat, phases: phasesOf() }),
  tasks: z.strictObject({ tasks: file.describe("A task graph with one duration per processor (heddle-tasks/1 JSON); brings its own machine"), ...repeat, phases: phasesOf() }),
  stg: z.strictObject({ stg: file.describe("A Standard Task Graph file; needs machine: {processors: N}"), ...repeat, phases: phasesOf() }),
  dot: z.strictObject({ dot: file.describe("A Graphviz DOT file with weights; needs machine: {processors: N}"), ...repeat, phases: phasesOf() }),
  wfformat: z.strictObject({ wfformat: file.describe("A WfCommons WfFormat 1.5 workflow"), ...repeat, phases: phasesOf() }),
  estee: z.strictObject({ estee: file.describe("A data set of the Estee simulator; needs machine: {processors: N}"), graph: z.union([z.string().min(1), z.int().min(0)]).optional().describe("Which graph of the data set: its name, or its key where several have one name. Default: the only one"), ...repeat, phases: phasesOf() }),
  generate: z.strictObject({ generate: generateSchema.describe("A task graph of the literature, by family; needs machine: {processors: N}, but for those of kernels"), ...repeat, phases: phasesOf() }),
  pipeline: z.strictObject({ pipeline: pipelineSchema.describe("A stream of items through stages on processors that share a memory; brings its own machine"), ...repeat, phases: phasesOf() }),
  graph: z.strictObject({ graph: inlineGraphSchema.describe("Operators and edges, written here"), fuse: z.enum(switches).optional().describe("Merge element-wise operators into their producers. Default auto: off, what is written is what runs"), ...repeat, phases: phasesOf() }),
};

/** One branch a model builder: its options stand beside the name. */
const modelBranches = models.map((model) => z.strictObject({ model: z.literal(model.name).describe(model.summary), ...model.options.shape, ...operators, ...repeat, phases: phasesOf(Object.fromEntries(Object.entries(model.options.shape).map(([key, schema]) => [key, withoutDefault(schema as z.ZodType)]))) }));

/** The `workload:` section: exactly one source, and how often it runs. */
export const workloadSchema: z.ZodType<WorkloadSpec> = z.union([
  ...Object.values(sources),
  z.discriminatedUnion("model", modelBranches as unknown as [(typeof modelBranches)[0]]),
]).describe("What is run: exactly one of onnx, tasks, stg, dot, wfformat, estee, generate, pipeline, model, graph") as unknown as z.ZodType<WorkloadSpec>;

type SpecOf<K extends keyof typeof sources> = Partial<z.output<(typeof sources)[K]>>;

/** A checked `workload:` section: exactly one of its sources is set; beside `estee`, `graph` is the name of one of its graphs. The options of a model builder are further keys. */
export type WorkloadSpec = SpecOf<"onnx"> & SpecOf<"tasks"> & SpecOf<"stg"> & SpecOf<"dot"> & SpecOf<"wfformat"> & SpecOf<"graph"> & SpecOf<"pipeline"> & { readonly estee?: string | undefined; readonly generate?: GenerateSpec | undefined; readonly model?: string | undefined; readonly phases?: readonly PhaseSpec[] | undefined; readonly [option: string]: unknown };
