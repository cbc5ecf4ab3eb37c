import { z } from "zod";
import { parseQuantity, quantityPattern, type Dimension } from "./units.ts";

/**
 * A zod schema for a quantity of one dimension: takes "10us", gives 10000 (the canonical unit).
 * @example
 * z.object({ latency: quantity("time") }).parse({ latency: "10us" }); // { latency: 10000 }
 */
export function quantity(dimension: Dimension) {
  // The pattern and the constant are for JSON Schema, so that editors underline a bare number too; parsing says why.
  const bare = z.number().meta(dimension === "ratio" ? { minimum: 0 } : { const: 0 });
  const accepted = z.union([z.string().meta({ pattern: quantityPattern(dimension) }), bare]);
  return accepted.transform((input, context) => {
    const parsed = parseQuantity(input, dimension);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.message, params: { code: "bad-unit", hint: parsed.hint } });
    return z.NEVER;
  });
}
