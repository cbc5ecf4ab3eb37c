import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { formatNs, parseQuantity } from "../base/units.ts";
import { costSchema } from "../cost/schema.ts";
import { machineSchema, type MachineSpec } from "../machine/schema.ts";
import { threadSections, type ThreadSections } from "../programs/schema.ts";
import { eventsSchema } from "./events-schema.ts";
import { dispatchSchema, informationSchema } from "./information-schema.ts";
import { memorySchema } from "./memory-schema.ts";
import { workloadSchema, type WorkloadSpec } from "./workload-schema.ts";

/** What a scenario gets that names no scheduler. */
export const defaultScheduler = "peft";
/** The same, of a scenario whose workload is a pipeline. */
export const pipelineScheduler = "pipeline";
/** What a scenario gets that names no synchronization policy. */
export const defaultSync = "dataflow";

/** What threads get that name no policy. */
export const defaultThreadPolicy = "fair";

/** What a scenario runs on that names no machine, and whose workload brings none. */
export const defaultMachine = "workstation";

const file = z.string().min(1);

/** A policy as scenarios name it: a name, a file or a package, with options beside `use`. */
export interface PolicyUse {
  readonly use: string;
  readonly [option: string]: unknown;
}

/** Names that JSON Schema lists for editors; any other text may be a file or a package. */
export const machineName = z.string().min(1);
export const schedulerName = z.string().min(1);
export const syncName = z.string().min(1);
export const threadPolicyName = z.string().min(1);
export const runtimeName = z.string().min(1);

/** A policy with options beside its name. */
const policyObject = (name: z.ZodString) => z.looseObject({ use: name.describe("A built-in name, ./file.mjs#export, or a package; its options stand beside it") });
export const schedulerObject = policyObject(schedulerName);
export const syncObject = policyObject(syncName);
export const threadPolicyObject = policyObject(threadPolicyName);
export const runtimeObject = z.looseObject({ use: runtimeName.describe("A name (heddle list runtimes), or ./file.yaml; its knobs stand beside it") });

/** A name alone is short for `{use: name}`. */
function shortForUse<T extends z.ZodType>(name: z.ZodString, section: T, description: string) {
  return z.union([name.transform((use) => ({ use })), section]).describe(description);
}

const schedulerSchema = shortForUse(schedulerName, schedulerObject, `Which operator runs where, and when: a name, a file or a package, or {use: …, its options}. Default ${defaultScheduler}; of a pipeline ${pipelineScheduler}`).meta({ id: "scheduler" });
const syncSchema = shortForUse(syncName, syncObject, `When a finished operator's output may be seen. Default ${defaultSync}`);

/** With finer ticks a run would end within seconds: times are exact up to 2^53 of them. */
const finestTickNs = 1e-6;

/** "1ns", or a fraction of a unit that makes a published example exact: "1/3ns". */
const tickSchema = z.union([z.string(), z.number().meta({ not: {} })]).transform((input, context) => {
  const [, numerator, denominator, unit] = /^\s*(\d+)\s*\/\s*(\d+)\s*([a-zµ]+)\s*$/.exec(String(input).slice(0, 100)) ?? [];
  const parsed = parseQuantity(numerator === undefined ? input : `${numerator}${unit}`, "time");
  const tickNs = parsed.ok ? parsed.value / Number(denominator ?? 1) : NaN;
  if (tickNs >= finestTickNs && tickNs < Infinity) return tickNs;
  context.addIssue({ code: "custom", message: parsed.ok ? `a tick is ${formatNs(finestTickNs)} at least` : parsed.message, params: { code: "bad-unit", hint: parsed.ok ? "for example 1ns, 1ps or 1/3ns" : parsed.hint } });
  return z.NEVER;
}).describe("Resolution of time, 1fs at least; every duration is rounded to it. Default: 1ns, or finer where a task file has fractions of a ns");

const outputSchema = z.strictObject({
  directory: file.optional().describe("Folder for the files, relative to where heddle is started; made if needed. Default: there"),
  timeline: file.optional().describe("Schedule as a picture (SVG): timeline.svg"),
  trace: file.optional().describe("Every event, for Perfetto and chrome://tracing: trace.json"),
  metrics: file.optional().describe("The result as JSON: metrics.json"),
});

/** A whole scenario file. An included file may hold any part of it. */
export const scenarioSchema = z.strictObject({
  include: z.union([file, z.array(file)]).optional().describe("Scenario files to start from, relative to this one; maps are merged, and what comes later wins"),
  name: z.string().min(1).max(200).optional().describe("Title in results and pictures. Default: the file's name"),
  description: z.string().optional().describe("What the scenario shows; for people"),
  workload: workloadSchema.optional(),
  machine: shortForUse(machineName, machineSchema, "What it runs on: a machine of the library, one written here, or {processors: N}. Default: the task file's own processors, else workstation").optional(),
  scheduler: schedulerSchema.optional(),
  sync: syncSchema.optional(),
  events: eventsSchema.optional().describe("Devices that are slowed, lost, and join while the run goes on"),
  memory: memorySchema.optional().describe("How tensors take room: allocators, what is done in place, and what happens when a memory is full. Default: bytes are counted, and a memory that is too small is a warning"),
  cost: costSchema.optional().describe("How long operators take: roofline, a table, a constant, or a list of these, of which the first that answers is believed. Default roofline, from the data sheets"),
  runtime: shortForUse(runtimeName, runtimeObject, "What runs the operators on the cores of the CPU, as frameworks do: a name, a file, or {use: …, its knobs}. Its programs and threads come with it").optional(),
  ...threadSections,
  threadPolicy: shortForUse(threadPolicyName, threadPolicyObject, `Which thread holds which core, and for how long: what the operating system does. Default ${defaultThreadPolicy}`).optional(),
  compareThreads: z.union([z.literal("all"), z.array(shortForUse(threadPolicyName, threadPolicyObject, "A thread policy: a name, a file or a package, or {use: …, its options}")).min(1)]).optional().describe("Thread policies to rank on this scenario, or all"),
  noise: quantity("ratio").refine((share) => share <= 1, { message: "must be at most 100%" }).optional().describe("Relative standard deviation of operator times, on top of the cost model's own: 5%. Default 0"),
  information: informationSchema.optional().describe("What schedulers know of the time that operators take; the run itself takes the true times"),
  dispatch: dispatchSchema.optional().describe("What deciding takes: time of the one host thread that runs the scheduler"),
  tick: tickSchema.optional(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("Seed of everything random. Default 0"),
  compare: z.union([z.literal("all"), z.array(schedulerSchema).min(1)]).optional().describe("Schedulers to rank on this scenario, or all"),
  output: outputSchema.optional().describe("Files to write"),
}).meta({ title: "Heddle scenario" });

/** The scheduler that a scenario names, or gets. */
export function schedulerOf({ scheduler, workload }: Pick<ScenarioSpec, "scheduler" | "workload">): PolicyUse {
  return scheduler ?? { use: workload.pipeline === undefined ? defaultScheduler : pipelineScheduler };
}

/** A checked scenario: quantities are numbers in canonical units, and shorthands are written out. */
export type ScenarioSpec = Readonly<Omit<z.output<typeof scenarioSchema>, "workload" | "machine" | "scheduler" | "sync" | "compare" | "runtime" | "threadPolicy" | "compareThreads" | keyof ThreadSections>> & ThreadSections & {
  /** Without a source where threads are all that runs. */
  readonly workload: WorkloadSpec;
  readonly machine?: MachineSpec | undefined;
  readonly scheduler?: PolicyUse | undefined;
  readonly sync?: PolicyUse | undefined;
  readonly runtime?: PolicyUse | undefined;
  readonly threadPolicy?: PolicyUse | undefined;
  readonly compareThreads?: "all" | readonly PolicyUse[] | undefined;
  readonly compare?: "all" | readonly PolicyUse[] | undefined;
};
