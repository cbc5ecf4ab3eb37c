import { z } from "zod";
import { quantity } from "../base/quantity.ts";

/** A count of things: 1 and more. */
export const count = z.int().min(1);
/** A check that a figure is above 0, with its message. */
export const above0 = (what: string) => [(value: number) => value > 0, { message: `${what} must be above 0` }] as const;
/** A share: above 0, at most 100 %. */
export const share = quantity("ratio").refine((value) => value > 0 && value <= 1, { message: "must be above 0 and at most 100%" });
/** A bandwidth above 0. */
export const bandwidth = quantity("bandwidth").refine(...above0("bandwidth"));
/** A size above 0. */
export const size = (what: string) => quantity("bytes").refine(...above0(what));
