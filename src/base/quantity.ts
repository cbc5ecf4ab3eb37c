import { z } from "zod";
import { parseQuantity, quantityPattern, type Dimension } from "./units.ts";

/**
 * A zod schema for a quantity of one dimension: takes "10us", gives 10000 (the canonical unit).
 * @example
 * z.object({ latency: quantity("time") }).parse({ latency: "10us" }); // { latency: 10000 }
 */
export function quantity(dimension: Dimension) {
  const accepted = z.union([z.string().meta({ pattern: quantityPattern(dimension) }), z.number()]);
  return accepted.transform((input, context) => {
    const parsed = parseQuantity(input, dimension);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.message, params: { code: "bad-unit", hint: parsed.hint } });
    return z.NEVER;
  });
}
