import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scenarioJsonSchema } from "../../src/scenario/json-schema.ts";
import { runtimeJsonSchema } from "../../src/scenario/runtime-json-schema.ts";
import { misfits } from "./published-schema.ts";

interface Node { readonly [key: string]: unknown }
const schema = scenarioJsonSchema() as unknown as Node & { readonly properties: Record<string, Node> };

const published = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, `../../scenarios/${name}.schema.json`), "utf8"));

describe("runtimeJsonSchema", () => {
  it("is what is published: npm run schema writes it", () => expect(published("runtime")).toEqual(JSON.parse(JSON.stringify(runtimeJsonSchema()))));

  it("lets values be computed from knobs and chosen by them, and refuses what cannot be", () => {
    const runtime = (sections: object) => misfits("runtime.schema.json", { name: "Mine", description: "A pool.", knobs: { width: { type: "integer", default: "$cores", description: "Threads" } }, ...sections });
    expect(runtime({ threads: { worker: "$width" }, queues: { q: { when: "$width > 1", then: { spin: "1us" }, else: { capacity: "2 * $width" } } } })).toEqual([]);
    expect(runtime({ programs: { p: [{ when: { width: 1 }, then: [{ compute: "1us" }, "yield"] }] }, threads: { p: 1 } })).toEqual([]);
    expect(runtime({ threads: { worker: "many" } })).not.toEqual([]);
    expect(runtime({ queues: { q: { when: "$width > 1", then: { spins: "1us" } } } })).not.toEqual([]);
    expect(runtime({ programs: { p: [{ when: { width: 1 }, then: [{ computes: "1us" }] }] } })).not.toEqual([]);
    expect(runtime({ workload: { model: "mlp" } })).not.toEqual([]);
    expect(runtime({ knobs: { width: { type: "integer", description: "Threads" } } })).not.toEqual([]);
  }, 60_000);
});

describe("scenarioJsonSchema", () => {
  it("is what is published: npm run schema writes it", () => expect(published("scenario")).toEqual(JSON.parse(JSON.stringify(schema))));

  it("explains every key of a scenario, and refuses others", () => {
    expect(schema["additionalProperties"]).toBe(false);
    for (const [key, value] of Object.entries(schema.properties)) expect([key, describes(value)]).toEqual([key, true]);
  });

  it("explains every key of a workload, whatever its source", () => {
    const branches = (schema.properties["workload"]!["anyOf"] as Node[]).flatMap((branch) => (branch["anyOf"] ?? branch["oneOf"] ?? [branch]) as Node[]);
    // Nine kinds of file and graph, nine models, and changes to an included workload.
    expect(branches).toHaveLength(19);
    for (const branch of branches) for (const [key, value] of Object.entries(branch["properties"] as Record<string, Node>)) expect([branch["required"], key, describes(value)]).toEqual([branch["required"], key, true]);
  });

  it("knows the machines, the policies and their options", () => {
    const text = JSON.stringify(schema);
    for (const word of ['"workstation"', '"heft"', '"level-barrier"', '"alpha"']) expect(text).toContain(word);
  });

  it("lets editors underline a quantity without its unit", () => {
    const noise = JSON.stringify(schema.properties["noise"]);
    expect(noise).toContain("pattern");
    expect(JSON.stringify(schema.properties["machine"])).toContain('"const":0');
  });
});

/** A description of its own, or by reference. */
function describes(node: Node): boolean {
  if (typeof node["$ref"] === "string") return describes(((schema["definitions"] ?? {}) as Record<string, Node>)[node["$ref"].split("/").at(-1)!]!);
  return typeof node["description"] === "string" || (Array.isArray(node["allOf"]) && node["allOf"].some(describes));
}
