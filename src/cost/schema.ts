import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { dtypeNames } from "../machine/schema.ts";

const time = quantity("time");
const share = quantity("ratio").refine((value) => value > 0 && value <= 1, { message: "must be above 0 and at most 100%" });

const tableRow = z.strictObject({
  kind: z.string().meta({ description: "Operator kind" }),
  shape: z.record(z.string(), z.number()).optional().meta({ description: "Extents that must be equal" }),
  dtype: z.enum(dtypeNames).optional(),
  device: z.string().optional().meta({ description: "Name, library model or kind of a device. Default: any" }),
  time,
  sigma: quantity("ratio").optional().meta({ description: "Relative standard deviation. Default 0" }),
});

/** Rows, or for short { kind: { device: time } } and { kind: time }. */
const table = z.union([z.array(tableRow), z.record(z.string(), z.union([time, z.record(z.string(), time)]))]);

const roofline = z.strictObject({
  efficiency: z.union([share, z.record(z.string(), share)]).optional().meta({ description: "Share of the peak that operators reach: one for all, or by operator kind, category (compute, memory) and `default`. Looked up before the devices' own" }),
  memoryEfficiency: share.optional(),
  launch: time.optional(),
});

const model = z.strictObject({
  table: table.optional().meta({ description: "Durations as they are given" }),
  roofline: z.union([z.literal(true), roofline]).optional().meta({ description: "From the figures of the devices; true = without changes" }),
  constant: time.optional().meta({ description: "The same duration for every operator on every device" }),
  profile: z.string().min(1).optional().meta({ description: "Models fitted to measured times: the name of a shipped profile (heddle list profiles), or a file relative to this one" }),
  device: z.string().optional().meta({ description: "With profile: name, library model or kind of the devices that it speaks for. Default: those that it was measured on" }),
  noise: z.boolean().optional().meta({ description: "With profile: runs differ as the measured ones did. Default false" }),
}).refine(({ device: _device, noise: _noise, ...kinds }) => Object.values(kinds).filter((part) => part !== undefined).length === 1, { message: "each entry holds exactly one of table, roofline, constant and profile; write a list to chain several" })
  .refine(({ profile, device, noise }) => profile !== undefined || (device === undefined && noise === undefined), { message: "device and noise belong to a profile" });

/**
 * The `cost:` section of a scenario: a list of models, of which the first that answers is believed; or one model;
 * or, for short, `roofline` or a constant duration.
 */
export const costSchema = z.union([z.literal("roofline"), time, model, z.array(z.union([z.literal("roofline"), time, model])).min(1)]);

export type CostInput = z.input<typeof costSchema>;
export type CostSpec = z.output<typeof costSchema>;
