import { z } from "zod";
import { quantity } from "../base/quantity.ts";

/** One entry of the section `events`: what happens to a device, and when. */
const eventSchema = z.strictObject({
  at: quantity("time").describe("When it happens, from the start of the run; at 0 it holds from the start"),
  device: z.string().min(1).describe("The device it happens to, by name"),
  speed: quantity("ratio").refine((speed) => speed > 0 && speed <= 1000, { message: "must be above 0 and at most 1000; a device that stops is lost: true" }).optional().describe("How fast the device runs from then on: 50% takes twice as long, 1 is normal. Schedulers are not told"),
  lost: z.literal(true).optional().describe("The device is gone: what runs there is lost and runs again, here or elsewhere; what has ended stays readable"),
  joins: z.literal(true).optional().describe("The device is there from then on. One that joins without having been lost is absent from the start"),
});

/** The section `events`: devices that are slowed, lost, and join. */
export const eventsSchema = z.array(eventSchema);
export type EventSpec = z.output<typeof eventSchema>;
