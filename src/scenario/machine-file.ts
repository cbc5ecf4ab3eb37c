import { InputError } from "../base/errors.ts";
import type { ReadFile } from "./read-file.ts";
import { readSources } from "./read-sources.ts";
import type { SourceNode } from "./source-tree.ts";

/**
 * The section `machine` of a YAML file, which may be a scenario and include others: only its machine is taken.
 * @throws {InputError} when the file cannot be read, or has no machine.
 * @example
 * const source = await readMachine("scenarios/machines/two-boards.yaml");
 * const scenario = await loadScenario("scenarios/quickstart.yaml", { overrides: [{ path: "machine", source }] });
 */
export async function readMachine(file: string, readFile?: ReadFile): Promise<SourceNode> {
  const root = await readSources(file, readFile);
  const machine = root.entries.get("machine");
  if (machine !== undefined) return machine.node;
  throw new InputError({ code: "missing-key", message: "the file has no machine", ...root.at, hint: root.entries.has("devices") ? "write it under the key machine" : "for example machine: {devices: {cpu0: {use: amd-epyc-7763}}}; heddle list machine NAME prints one to start from" });
}
