import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import type { CostSpec } from "../cost/schema.ts";
import type { Machine } from "../machine/machine.ts";
import { quote, type Path } from "./source-tree.ts";

/**
 * Checks that every device named in the tables of `cost:` is one of the machine: by name, library model or kind. A row
 * for a device that is not there would never be asked, and a misspelt name would go unnoticed.
 * @throws {InputError} with all unknown names; paths are relative to the section.
 */
export function checkCostDevices(spec: CostSpec, machine: Machine): void {
  const known = [...new Set(machine.devices.flatMap(({ name, kind, model }) => (model === undefined ? [name, kind] : [name, model, kind])))];
  const issues: Issue[] = [];
  const check = (device: string | undefined, path: Path): void => {
    if (device === undefined || known.includes(device)) return;
    issues.push({ code: "unknown-device", message: `${machine.name} has no device ${quote(device)}`, path, hint: suggestion(device, known) });
  };
  for (const [path, model] of Array.isArray(spec) ? spec.map((item, i) => [[i], item] as const) : [[[], spec] as const]) {
    if (typeof model !== "object" || !("table" in model) || model.table === undefined) continue;
    if (Array.isArray(model.table)) for (const [i, row] of model.table.entries()) check(row.device, [...path, "table", i, "device"]);
    else for (const [kind, times] of Object.entries(model.table)) if (typeof times === "object") for (const device of Object.keys(times)) check(device, [...path, "table", kind, device]);
  }
  if (issues.length > 0) throw new InputError(issues);
}
