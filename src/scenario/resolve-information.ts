import type { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { ownValue } from "../base/own-value.ts";
import { suggestion } from "../base/registry.ts";
import type { Information } from "../core/information.ts";
import type { DispatchCost } from "../core/scheduler-host.ts";
import type { Machine } from "../machine/machine.ts";
import type { dispatchSchema, informationSchema } from "./information-schema.ts";
import { quote } from "./source-tree.ts";

/**
 * What schedulers know, with factors by device: a device's own name counts before its library model, and that before its kind.
 * @throws {InputError} for a device that the machine does not have, and a spread that does not fit the mode; paths are relative to the section.
 */
export function resolveInformation({ mode = "exact", spread, factor = {} }: z.output<typeof informationSchema>, machine: Machine): Information {
  const issues: Issue[] = [];
  const known = [...new Set(machine.devices.flatMap(({ name, model, kind }) => [name, ...(model === undefined ? [] : [model]), kind]))];
  for (const name of Object.keys(factor)) {
    if (!known.includes(name)) issues.push({ code: "unknown-device", message: `${machine.name} has no device ${quote(name)}`, path: ["factor", name], hint: suggestion(name, known) });
  }
  if (mode === "noisy" && spread === undefined) issues.push({ code: "missing-key", message: "noisy estimates need a spread", path: ["mode"], hint: "for example spread: 30%" });
  if (mode !== "noisy" && spread !== undefined) issues.push({ code: "conflicting-keys", message: `${mode} estimates have no spread`, path: ["spread"], hint: "only mode: noisy has" });
  if (issues.length > 0) throw new InputError(issues);
  const byDevice = machine.devices.flatMap(({ name, model, kind }) => {
    const value = ownValue(factor, name) ?? (model === undefined ? undefined : factor[model]) ?? factor[kind];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { mode, ...(spread !== undefined && { spread }), factor: Object.fromEntries(byDevice) };
}

/** What deciding takes, in ticks. */
export function resolveDispatch({ perOp = 0, perCall = 0, minInterval = 0 }: z.output<typeof dispatchSchema>, tickNs: number): DispatchCost {
  return { perOpTicks: perOp / tickNs, perCallTicks: perCall / tickNs, minIntervalTicks: minInterval / tickNs };
}
