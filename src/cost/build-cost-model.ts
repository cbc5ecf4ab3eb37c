import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { devices as deviceLibrary } from "../machine/library/devices.ts";
import type { Machine } from "../machine/machine.ts";
import { chainModels } from "./chain.ts";
import { constantModel } from "./constant.ts";
import type { CostModel } from "./cost-model.ts";
import { pipelineModel } from "./pipeline.ts";
import { rooflineModel, type RooflineOptions } from "./roofline.ts";
import type { CostSpec } from "./schema.ts";
import { tableModel, type TableRow } from "./table.ts";

/**
 * The models from data sheets: pipelines where devices have them, the roofline elsewhere.
 * @example
 * defaultCostModel().estimate(op, device, device.width)?.ns;
 */
export function defaultCostModel(options: RooflineOptions = {}): CostModel {
  return chainModels([pipelineModel(options), rooflineModel(options)]);
}

/**
 * The models that a scenario's `cost:` section names, chained in its order; without a section, {@link defaultCostModel}.
 * @param machine - If given, tables may name its devices, library models and kinds of devices only.
 * @throws {InputError} for a table's device that is none of these; the `path` is relative to the section.
 * @example
 * buildCostModel(costSchema.parse([{ table: { relu: "3us" } }, "roofline"]));
 */
export function buildCostModel(section: CostSpec = "roofline", machine?: Machine): CostModel {
  const list = Array.isArray(section);
  const specs = list ? section : [section];
  if (machine) {
    const issues = specs.flatMap((spec, i) => unknownDevices(spec, machine).map((issue) => ({ ...issue, path: list ? [i, ...issue.path!] : issue.path! })));
    if (issues.length > 0) throw new InputError(issues);
  }
  const models = specs.map(one);
  return models.length === 1 ? models[0]! : chainModels(models);
}

type OneSpec = Exclude<CostSpec, readonly unknown[]>;
type TableSpec = NonNullable<Extract<OneSpec, object>["table"]>;

function one(spec: OneSpec): CostModel {
  if (spec === "roofline") return defaultCostModel();
  if (typeof spec === "number") return constantModel(spec);
  if (spec.table !== undefined) return tableModel(rowsOf(spec.table));
  if (spec.constant !== undefined) return constantModel(spec.constant);
  if (spec.roofline === undefined || spec.roofline === true) return defaultCostModel();
  const { efficiency, memoryEfficiency, launch } = spec.roofline;
  return defaultCostModel({
    ...(efficiency !== undefined && { efficiency: typeof efficiency === "number" ? { default: efficiency } : efficiency }),
    ...(memoryEfficiency !== undefined && { memoryEfficiency }),
    ...(launch !== undefined && { launchNs: launch }),
  });
}

function rowsOf(table: TableSpec): TableRow[] {
  if (Array.isArray(table)) {
    return table.map(({ kind, shape, dtype, device, time, sigma }) => ({
      kind, ns: time, ...(shape && { shape }), ...(dtype && { dtype }), ...(device !== undefined && { device }), ...(sigma !== undefined && { sigma }),
    }));
  }
  return Object.entries(table).flatMap(([kind, times]): TableRow[] =>
    typeof times === "number" ? [{ kind, ns: times }] : Object.entries(times).map(([device, ns]) => ({ kind, device, ns })));
}

/** A misspelt device would match nothing, and its row be passed over without a word. */
function unknownDevices(spec: OneSpec, machine: Machine): Issue[] {
  if (typeof spec !== "object" || spec.table === undefined) return [];
  const here = [...new Set(machine.devices.flatMap(({ name, kind }) => [name, kind]))];
  const known = new Set([...here, "cpu", "gpu", "tpu", "fpga", "npu", ...machine.devices.map(({ model }) => model), ...deviceLibrary.names]);
  const named: [string, (string | number)[]][] = Array.isArray(spec.table)
    ? spec.table.flatMap(({ device }, i): [string, (string | number)[]][] => (device === undefined ? [] : [[device, ["table", i, "device"]]]))
    : Object.entries(spec.table).flatMap(([kind, times]) => (typeof times === "number" ? [] : Object.keys(times).map((device): [string, (string | number)[]] => [device, ["table", kind, device]])));
  return named.filter(([device]) => !known.has(device)).map(([device, path]) => ({ code: "unknown-device", message: `the cost table names "${device}", which is no device, library model or kind`, hint: suggestion(device, here), path }));
}
