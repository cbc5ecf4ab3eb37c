import type { z } from "zod";
import type { StandardSchema } from "../plugin.ts";

/**
 * The schema of a policy's options where zod made it, which says more than the common interface: known keys, defaults,
 * which branch of a union was meant. Undefined for other libraries', and where there are no options.
 */
export function zodOptions({ options }: { readonly options?: StandardSchema<unknown> }): z.ZodType | undefined {
  return options !== undefined && "_zod" in options ? (options as StandardSchema<unknown> & z.ZodType) : undefined;
}
