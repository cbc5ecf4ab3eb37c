import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";

const compiled = new Map<string, ValidateFunction>();

/** What a plain JSON Schema checker says against the value: where, and what. @param schema file beside the shipped scenarios */
export function misfits(schema: string, value: unknown): readonly string[] {
  let fits = compiled.get(schema);
  if (fits === undefined) compiled.set(schema, (fits = new Ajv({ logger: false }).compile(JSON.parse(readFileSync(join(import.meta.dirname, "../../scenarios", schema), "utf8")) as object)));
  return fits(value) === true ? [] : fits.errors!.map(({ dataPath, message }) => `${dataPath} ${message}`);
}
