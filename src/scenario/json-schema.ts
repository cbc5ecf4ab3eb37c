import { z } from "zod";
import { machines } from "../machine/library/machines.ts";
import { loopPolicies } from "../loops/index.ts";
import { blockReference, programDefinitions } from "../programs/json-schema.ts";
import { blockSchema, loopPolicyName, loopPolicyObject } from "../programs/schema.ts";
import { schedulers } from "../schedulers/index.ts";
import { syncPolicies } from "../sync/index.ts";
import { threadPolicies } from "../threads/index.ts";
import { allocators } from "../memory/allocators/index.ts";
import type { AllocatorDefinition } from "../plugin.ts";
import type { AnyPolicyDefinition } from "./load-policy.ts";
import { allocatorName, allocatorObject } from "../memory/allocator-schema.ts";
import { workloadSources } from "./merge.ts";
import { machineName, scenarioSchema, schedulerName, schedulerObject, syncName, syncObject, threadPolicyName, threadPolicyObject } from "./schema.ts";
import { workloadSchema } from "./workload-schema.ts";
import { zodOptions } from "./zod-options.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema (draft 7) of scenario files, from the same source as the checks: what editors complete, explain and
 * underline. It knows the machines, the policies and the options of the built-in ones.
 * @example
 * JSON.stringify(scenarioJsonSchema(), null, 2);
 */
export function scenarioJsonSchema(): JsonSchema {
  const names = new Map<z.core.$ZodType, readonly string[]>([[machineName, machines.names], [schedulerName, schedulers.names], [syncName, syncPolicies.names], [threadPolicyName, threadPolicies.names], [loopPolicyName, loopPolicies.names], [allocatorName, allocators.names]]);
  const policies = new Map<z.core.$ZodType, readonly (AnyPolicyDefinition | AllocatorDefinition)[]>([[schedulerObject, schedulers.all], [syncObject, syncPolicies.all], [threadPolicyObject, threadPolicies.all], [loopPolicyObject, loopPolicies.all], [allocatorObject, allocators.all]]);
  const schema = z.toJSONSchema(scenarioSchema, {
    io: "input", target: "draft-7",
    override({ zodSchema, jsonSchema }) {
      const listed = names.get(zodSchema);
      if (listed) jsonSchema.examples = [...listed];
      if ((zodSchema as z.core.$ZodType) === workloadSchema) (jsonSchema as JsonSchema).anyOf!.push(changesOf(jsonSchema as JsonSchema));
      if ((zodSchema as z.core.$ZodType) === blockSchema) {
        // Instructions hold blocks of instructions.
        delete jsonSchema.type;
        delete jsonSchema.items;
        jsonSchema.$ref = blockReference;
      }
      const definitions = policies.get(zodSchema);
      if (definitions) (jsonSchema as JsonSchema).allOf = definitions.map(optionsOf);
    },
  }) as JsonSchema;
  return { ...schema, definitions: { ...(schema["definitions"] as Record<string, JsonSchema>), ...programDefinitions() } };
}

/** A workload without a source, in a file that changes the workload of one it includes: any option of any source. */
function changesOf(workload: JsonSchema): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const branch of workload.anyOf!.flatMap((inner) => inner.anyOf ?? inner.oneOf ?? [inner])) {
    for (const [key, option] of Object.entries(branch.properties ?? {}) as [string, JsonSchema][]) {
      if ((workloadSources as readonly string[]).includes(key)) continue;
      const known = properties[key];
      // Models may mean different things by one name.
      properties[key] = known === undefined || JSON.stringify(known) === JSON.stringify(option) ? option : { description: "An option of several models" };
    }
  }
  return { type: "object", description: "Changes to the workload of an included file", properties, additionalProperties: false };
}

/** What holds for a policy section that names this built-in. */
function optionsOf(definition: AnyPolicyDefinition | AllocatorDefinition): JsonSchema {
  const named: JsonSchema = { properties: { use: { const: definition.name } }, required: ["use"] };
  const options = zodOptions(definition);
  const schema = options && (z.toJSONSchema(options, { io: "input", target: "draft-7" }) as JsonSchema);
  const use = { const: definition.name, description: definition.summary };
  return { if: named, then: { properties: { use, ...schema?.properties }, ...(schema?.required && { required: schema.required }), additionalProperties: false } };
}
