import type { z } from "zod";
import { formNames, formOf, type Field, type FormName } from "./forms.ts";
import { distributionKinds } from "./read-distribution.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Where a JSON Schema of scenarios keeps the instructions, which hold each other. */
export const blockReference = "#/definitions/block";

/**
 * The instructions of thread programs as definitions of a JSON Schema (draft 7): `instruction`, `block`, `value`. From
 * the table that the reader has.
 */
export function programDefinitions(): Record<string, JsonSchema> {
  const alone = formNames.filter((form) => Object.values(formOf(form).fields).every(({ optional }) => optional));
  return {
    block: { type: "array", items: { $ref: "#/definitions/instruction" } },
    value: {
      description: "A number, a quantity (10us), an expression ($i + 1), or a distribution",
      anyOf: [{ type: ["number", "string", "boolean"] }, { type: "object", properties: Object.fromEntries([...distributionKinds.map((kind) => [kind, {}]), ["source", { type: "string", description: "Name of the random source; equal names draw equal numbers. Default: one of its own" }]]), additionalProperties: false, minProperties: 1 }],
    },
    instruction: { anyOf: [{ enum: alone }, ...formNames.map(formSchema)] },
  };
}

/** An instruction as a map: its fields in a map after its name, or beside it. */
function formSchema(form: FormName): JsonSchema {
  const { summary, main, fields } = formOf(form);
  const properties = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)]));
  const map: JsonSchema = { type: "object", properties, additionalProperties: false };
  const alone = main === undefined ? { type: "null" as const } : properties[main]!;
  const beside = Object.fromEntries(Object.entries(properties).filter(([key]) => !(formNames as readonly string[]).includes(key)));
  return { type: "object", properties: { [form]: { description: summary, anyOf: [alone, map] }, ...beside }, required: [form], additionalProperties: false };
}

function fieldSchema({ kind, summary: description }: Field): JsonSchema {
  switch (kind.type) {
    case "value": case "constant": return { description, $ref: "#/definitions/value" };
    case "times": return { description, anyOf: [{ const: "forever" }, { $ref: "#/definitions/value" }] };
    case "block": return { description, $ref: blockReference };
    case "choice": return { description, enum: [...kind.choices] };
    case "switch": return { description, type: "boolean" };
    case "values": return { description, type: "object", additionalProperties: { $ref: "#/definitions/value" } };
    case "variable": return { description, type: "string", pattern: "^\\$?[A-Za-z_]\\w*$" };
    case "object": return { description, type: "string" };
    case "name": return { description, type: ["string", "number"] };
  }
}
