import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { devices as deviceLibrary } from "../machine/library/devices.ts";
import type { Machine } from "../machine/machine.ts";
import { chainModels } from "./chain.ts";
import { constantModel } from "./constant.ts";
import type { CostModel } from "./cost-model.ts";
import { pipelineModel } from "./pipeline.ts";
import { rooflineModel, type RooflineOptions } from "./roofline.ts";
import type { Profile } from "./profile/profile.ts";
import { profileModel, speaksFor } from "./profile/profile-model.ts";
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
 * @param machine - If given, tables and profiles may name its devices, library models and kinds of devices only.
 * @param profiles - The profiles that the section names, by that name.
 * @throws {InputError} for a device that is none of these, a profile that speaks for no device of the machine, and one
 * that was not given; the `path` is relative to the section.
 * @example
 * buildCostModel(costSchema.parse([{ table: { relu: "3us" } }, "roofline"]));
 */
export function buildCostModel(section: CostSpec = "roofline", machine?: Machine, profiles: ReadonlyMap<string, Profile> = new Map()): CostModel {
  const list = Array.isArray(section);
  const specs = list ? section : [section];
  if (machine) {
    const issues = specs.flatMap((spec, i) => [...unknownDevices(spec, machine), ...idleProfile(spec, machine, profiles)].map((issue) => ({ ...issue, path: list ? [i, ...issue.path!] : issue.path! })));
    if (issues.length > 0) throw new InputError(issues);
  }
  const models = specs.map((spec) => one(spec, profiles));
  return models.length === 1 ? models[0]! : chainModels(models);
}

type OneSpec = Exclude<CostSpec, readonly unknown[]>;
type TableSpec = NonNullable<Extract<OneSpec, object>["table"]>;

function one(spec: OneSpec, profiles: ReadonlyMap<string, Profile>): CostModel {
  if (spec === "roofline") return defaultCostModel();
  if (typeof spec === "number") return constantModel(spec);
  if (spec.table !== undefined) return tableModel(rowsOf(spec.table));
  if (spec.constant !== undefined) return constantModel(spec.constant);
  if (spec.profile !== undefined) return profileOf(spec.profile, spec, profiles);
  if (spec.roofline === undefined || spec.roofline === true) return defaultCostModel();
  const { efficiency, memoryEfficiency, launch } = spec.roofline;
  return defaultCostModel({
    ...(efficiency !== undefined && { efficiency: typeof efficiency === "number" ? { default: efficiency } : efficiency }),
    ...(memoryEfficiency !== undefined && { memoryEfficiency }),
    ...(launch !== undefined && { launchNs: launch }),
  });
}

function profileOf(name: string, { device, noise }: Extract<OneSpec, object>, profiles: ReadonlyMap<string, Profile>): CostModel {
  const profile = profiles.get(name);
  if (profile === undefined) throw new InputError({ code: "unknown-profile", message: `the profile "${name}" was not read`, hint: "profiles are files: hand them to buildCostModel, or resolve a scenario" });
  return profileModel(profile, { ...(device !== undefined && { device }), ...(noise !== undefined && { noise }) });
}

/** A profile of another device would never be asked, and the data sheet answer in its place without a word. */
function idleProfile(spec: OneSpec, machine: Machine, profiles: ReadonlyMap<string, Profile>): Issue[] {
  if (typeof spec !== "object" || spec.profile === undefined) return [];
  const profile = profiles.get(spec.profile);
  if (profile === undefined || machine.devices.some((device) => speaksFor(profile, spec.device, device))) return [];
  const here = [...new Set(machine.devices.flatMap(({ name, kind, model }) => [name, ...(model === undefined ? [] : [model]), kind]))];
  if (spec.device !== undefined) return [{ code: "unknown-device", message: `${machine.name} has no device "${spec.device}"`, hint: suggestion(spec.device, here), path: ["device"] }];
  const measured = profile.device.models?.join(", ") ?? `any ${profile.device.kind}`;
  return [{ code: "unknown-device", message: `the profile ${spec.profile} speaks for ${measured}, and ${machine.name} has ${machine.devices.map(({ name, model }) => model ?? name).join(", ")}`, hint: `device: ${machine.devices.find(({ kind }) => kind === profile.device.kind)?.name ?? here[0]} beside it takes it for that one all the same`, path: ["profile"] }];
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
