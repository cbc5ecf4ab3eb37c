import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { cpuFields, memoryFields } from "./cpu-schema.ts";
import { above0, count, share } from "./figure-schemas.ts";

/** Element types a device may have a peak for; the same as `DType`, a test compares them. */
export const dtypeNames = ["f64", "f32", "tf32", "bf16", "f16", "f8", "i8", "i16", "i32", "i64", "u8", "bool"] as const;

const namePattern = /^[A-Za-z][\w.-]*$/;
const nameRule = "a name starts with a letter and goes on with letters, digits, _ . or -";
const name = z.string().regex(namePattern, nameRule);
const sources = z.record(z.string(), z.string());

const power = z.strictObject({
  idle: quantity("power").optional().meta({ description: "Draw while nothing runs. Default 0" }),
  busy: quantity("power").refine(...above0("power")).optional().meta({ description: "Draw while all units are busy: the data sheet's board or package power" }),
});

const memoryFigures = z.strictObject({
  capacity: quantity("bytes").refine(...above0("capacity")).optional().meta({ description: "Default: no limit" }),
  bandwidth: quantity("bandwidth").refine(...above0("bandwidth")).optional().meta({ description: "Shared by all devices on this memory. Default: never a limit" }),
  ...memoryFields,
});

/** The name of a memory or a device. Where a size stands instead, the message says where sizes belong. */
const memoryName = z.union([z.string().meta({ pattern: namePattern.source }), z.number().meta({ not: {} })]).transform((given, context) => {
  const text = String(given);
  if (namePattern.test(text)) return text;
  const size = /^[\d.]/.test(text.trim()) ? (typeof given === "number" ? `${given}GiB` : text.trim()) : undefined;
  context.addIssue({
    code: "custom", message: size === undefined ? nameRule : `${text} is no memory's name`,
    params: { code: "bad-memory", hint: size === undefined ? undefined : `a memory of its own is written {capacity: ${size}}` },
  });
  return z.NEVER;
});

const instances = count.max(64);
const unitsEach = count.meta({ description: "Compute units of each" });
const memoryEach = share.meta({ description: "Share of the memory of each, in capacity and bandwidth" });

/** Instances of a GPU as MIG makes them: how many equal ones, or what part of it they are; a list where they differ. */
const split = z.union([
  instances,
  z.strictObject({ instances, units: unitsEach.optional(), memory: memoryEach.optional() }),
  z.array(z.strictObject({ instances: instances.optional().meta({ description: "How many of these. Default 1" }), units: unitsEach, memory: memoryEach })).min(1).max(64),
]);

/**
 * One device. Every figure that is left out comes from the library device that `use` names, or else from the defaults
 * of its kind ({@link kindDefaults}).
 */
export const deviceSchema = z.strictObject({
  use: z.string().optional().meta({ description: "A device of the library; all other keys override its figures" }),
  kind: z.enum(["cpu", "gpu", "tpu", "fpga", "npu"]).optional().meta({ description: "What it is; needed without `use`" }),
  count: count.max(1024).optional().meta({ description: "This many equal devices, named NAME0, NAME1 …, each with a memory of its own if the memory is given inline; an entry of such a name overrides that copy" }),
  split: split.optional().meta({ description: "Splits a GPU into instances as MIG does, named NAME.0, NAME.1 …, each with its part of units, peaks and memory, behind the links that they share: how many equal ones, {instances, units, memory}, or a list of these; an entry of such a name overrides that instance" }),
  slots: count.max(65_536).optional().meta({ description: "Operators resident at once: worker threads, streams, kernels. Default 1" }),
  units: count.optional().meta({ description: "Compute units: cores, multiprocessors, systolic arrays, pipelines. Default 1" }),
  width: z.number().positive("must be above 0").optional().meta({ description: "Units that one operator occupies. Default: units / slots" }),
  memory: z.union([memoryName, memoryFigures]).optional().meta({ description: "A memory's name, a device's name (to share its memory), or figures for a memory of its own" }),
  peak: z.partialRecord(z.enum(dtypeNames), quantity("compute").refine(...above0("peak"))).optional().meta({ description: "Peak of all units together, by element type; a type that is absent, and that no listed wider one can stand in for, cannot run here" }),
  unitBandwidth: quantity("bandwidth").refine(...above0("bandwidth")).optional().meta({ description: "Memory bandwidth that one unit can draw alone. Default: all of it" }),
  launch: quantity("time").optional().meta({ description: "Fixed time before each operator" }),
  efficiency: z.union([share, z.record(z.string(), share)]).optional().meta({ description: "Share of the peak that operators reach: one for all, or by operator kind (conv, or conv/i8 for one element type), category (compute, memory) and `default`" }),
  memoryEfficiency: share.optional().meta({ description: "Share of the memory bandwidth that streaming operators reach" }),
  copyEngines: count.optional().meta({ description: "Engines that copy to and from its memory, apart from compute; each keeps up with the fastest link. One cannot copy in and out at once. Default: never a limit" }),
  fuses: z.boolean().optional().meta({ description: "True where the usual runtime merges element-wise operators into their producer" }),
  systolic: z.strictObject({ rows: count, columns: count }).optional().meta({ description: "Matrix units that work on whole tiles" }),
  pipeline: z.strictObject({
    clock: quantity("frequency").refine(...above0("clock")).optional(),
    initiationInterval: z.number().min(1).optional().meta({ description: "Cycles between two starts. Default 1" }),
    depth: z.number().min(0).optional().meta({ description: "Cycles from the first input to the first output" }),
    reconfigure: quantity("time").optional().meta({ description: "Time to load another kernel; 0 = one design runs every operator" }),
  }).optional(),
  ...cpuFields,
  power: power.optional(),
  pricePerHour: z.number().min(0).optional().meta({ description: "In the currency of your choice; kept with the device, and no result adds it up" }),
  sources: sources.optional().meta({ description: "Where the figures come from: figure, group of figures or * → document" }),
});

const linkFields = {
  latency: quantity("time").optional().meta({ description: "Fixed time of a transfer. Default 0" }),
  bandwidth: quantity("bandwidth").refine(...above0("bandwidth")).optional().meta({ description: "Each direction when full duplex, both together when half; needed without `use`" }),
  efficiency: share.optional().meta({ description: "Share of the bandwidth that transfers reach. Default 100%" }),
  lanes: count.optional().meta({ description: "This many side by side, used as one link. Default 1" }),
  duplex: z.enum(["full", "half"]).optional().meta({ description: "Default full" }),
  sharing: z.enum(["shared", "unlimited"]).optional().meta({ description: "shared: transfers divide the bandwidth; unlimited: each has all of it. Default shared" }),
  source: z.string().optional(),
};

/** The figures of a link of the library. */
export const linkFiguresSchema = z.strictObject(linkFields);

/**
 * A link. Its ends are memories, devices (their memories are meant) or switches. An end that names a repeated device
 * makes one link a copy; both ends the same repeated device: one between every two copies.
 */
export const linkSchema = z.strictObject({
  name: name.optional().meta({ description: "Default: its ends, joined. The name of a link of the used machine: overrides it" }),
  use: z.string().optional().meta({ description: "A link of the library" }),
  between: z.tuple([z.string(), z.string()]).optional().meta({ description: "Memories, devices or switches at its ends" }),
  ...linkFields,
});

/** The `machine:` section of a scenario, and the form in which the library is written. */
export const machineSchema = z.strictObject({
  name: z.string().optional(),
  use: z.string().optional().meta({ description: "A machine of the library; the rest of the section adds to it and overrides it by name" }),
  without: z.array(z.string()).optional().meta({ description: "Devices to leave out, with their links: by name, a repeated device as a whole or copy by copy" }),
  processors: z.union([count.max(4096), z.array(name).min(1).max(4096)]).optional().meta({ description: "Identical processors without memory, for task graphs: how many, or their names" }),
  devices: z.record(name, deviceSchema).optional(),
  memories: z.record(name, memoryFigures).optional(),
  switches: z.array(name).optional().meta({ description: "Names that links may meet at" }),
  links: z.array(linkSchema).optional(),
});

/** What people write: quantities are strings with units. */
export type MachineInput = z.input<typeof machineSchema>;
export type DeviceInput = z.input<typeof deviceSchema>;
export type LinkFiguresInput = z.input<typeof linkFiguresSchema>;
/** What {@link buildMachine} takes: quantities are numbers in canonical units. */
export type MachineSpec = z.output<typeof machineSchema>;
export type DeviceSpec = z.output<typeof deviceSchema>;
export type SplitSpec = z.output<typeof split>;
export type LinkSpec = z.output<typeof linkSchema>;
export type MemorySpec = z.output<typeof memoryFigures>;
