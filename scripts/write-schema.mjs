// Writes scenarios/scenario.schema.json from the compiled sources: run it after a build.
import { writeFileSync } from "node:fs";
import { scenarioJsonSchema } from "../dist/scenario/json-schema.js";

const file = new URL("../scenarios/scenario.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
