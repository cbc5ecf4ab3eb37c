import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { mostSpread } from "../core/information.ts";

/** Largest factor of estimates: far beyond it they would be no numbers any more. */
const mostFactor = 1_000_000;

/** The section `information`: what schedulers know. */
export const informationSchema = z.strictObject({
  mode: z.enum(["exact", "noisy", "type-average", "none"]).optional().describe("exact: the true means. noisy: each off by an error of mean 1. type-average: one mean for each kind of operator and device. none: one time for everything. Default exact"),
  spread: quantity("ratio").refine((spread) => spread <= mostSpread, { message: `must be at most ${100 * mostSpread}%` }).optional().describe("Relative standard deviation of the error, for noisy: 30%"),
  factor: z.record(z.string(), quantity("ratio").refine((factor) => factor > 0 && factor <= mostFactor, { message: `must be above 0 and at most ${mostFactor}` })).optional().describe("Estimates that are wrong for a device, by name, library model or kind: {gpu0: 2} makes it look half as fast as it is"),
});

/** The section `dispatch`: what deciding takes. */
export const dispatchSchema = z.strictObject({
  perOp: quantity("time").optional().describe("Time of the host thread for each operator that the scheduler places during the run. Default 0"),
  perCall: quantity("time").optional().describe("Time of the host thread each time the scheduler is asked. Default 0"),
  minInterval: quantity("time").optional().describe("The scheduler is asked at most this often. Default 0"),
});
