import { z } from "zod";
import { threadSections } from "../programs/schema.ts";
import { scenarioJsonSchema } from "./json-schema.ts";
import { runtimeHead } from "./runtime-file.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema (draft 7) of runtimes' files and of the parts that they include: their knobs, and the sections of
 * threads as scenarios have them, where any value may also be computed from knobs or chosen by them.
 * @example
 * JSON.stringify(runtimeJsonSchema(), null, 2);
 */
export function runtimeJsonSchema(): JsonSchema {
  const scenario = scenarioJsonSchema();
  const head = z.toJSONSchema(runtimeHead, { io: "input", target: "draft-7" }) as JsonSchema;
  const { block, value, instruction } = scenario["definitions"] as Record<string, JsonSchema>;
  const sections = [...Object.keys(threadSections), "threadPolicy"].map((key) => [key, scenario.properties![key] as JsonSchema]);
  const derived = head.properties!["derived"] as JsonSchema;
  return {
    $schema: scenario.$schema!,
    title: "Heddle runtime",
    type: "object",
    // None is required: an included file may bring it.
    properties: {
      include: scenario.properties!["include"]!,
      ...head.properties,
      derived: { ...derived, additionalProperties: open({ type: ["string", "number", "boolean"] } as unknown as JsonSchema, "/properties/derived/additionalProperties") },
      ...openAll(Object.fromEntries(sections) as Record<string, JsonSchema>, "/properties"),
    },
    additionalProperties: false,
    definitions: { ...Object.fromEntries(Object.entries({ block, value, instruction }).map(([name, schema]) => [name, inside(schema!, `/definitions/${name}`)])), ...shared },
  };
}

const shared = {
  computed: { description: "Computed from knobs", type: "string", pattern: "\\$" },
  condition: { description: "An expression of knobs, or a map of knobs and the words that they must be", type: ["string", "boolean", "number", "object"] },
} as unknown as Record<string, JsonSchema>;

/** The schema of a value that may be computed from knobs, or be chosen by them. @param at pointer to where it will be. @param isItem of a list, where a chosen list stands for its items */
function open(schema: JsonSchema, at: string, isItem = false): JsonSchema {
  if (Object.keys(schema).length === 0) return schema;
  const { description, ...rest } = inside(schema, `${at}/anyOf/0`);
  const itself = { $ref: `#${at}` };
  const branch = isItem ? { anyOf: [itself, { type: "array", items: itself }] } : itself;
  const chosen = { type: "object" as const, properties: { when: { $ref: "#/definitions/condition" }, then: branch, else: branch }, required: ["when"], additionalProperties: false };
  return { ...(description !== undefined && { description }), anyOf: [rest, { $ref: "#/definitions/computed" }, chosen] } as JsonSchema;
}

function openAll(schemas: Readonly<Record<string, JsonSchema>>, at: string): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, open(schema, `${at}/${key}`)]));
}

/** The schema with all that a value holds opened, but not the value itself. */
function inside(schema: JsonSchema, at: string): JsonSchema {
  const { anyOf, oneOf, allOf, then, properties, additionalProperties, items } = schema;
  const each = (key: string, branches: readonly JsonSchema[] | undefined) => branches && { [key]: branches.map((branch, i) => inside(branch, `${at}/${key}/${i}`)) };
  return {
    ...schema,
    ...each("anyOf", anyOf), ...each("oneOf", oneOf), ...each("allOf", allOf),
    ...(then && { then: inside(then as JsonSchema, `${at}/then`) }),
    ...(properties && { properties: openAll(properties as Record<string, JsonSchema>, `${at}/properties`) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: open(additionalProperties as JsonSchema, `${at}/additionalProperties`) }),
    ...(items && { items: open(items as JsonSchema, `${at}/items`, true) }),
  };
}
