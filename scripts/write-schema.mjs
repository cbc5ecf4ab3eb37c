// Writes scenarios/*.schema.json from the compiled sources: run it after a build.
import { writeFileSync } from "node:fs";
import { scenarioJsonSchema } from "../dist/scenario/json-schema.js";
import { runtimeJsonSchema } from "../dist/scenario/runtime-json-schema.js";

for (const [name, schema] of [["scenario", scenarioJsonSchema()], ["runtime", runtimeJsonSchema()]]) {
  writeFileSync(new URL(`../scenarios/${name}.schema.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
