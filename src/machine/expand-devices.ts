import type { Issue } from "../base/errors.ts";
import type { DeviceKind } from "./machine.ts";
import { copyNames, overlay, resolveDeviceSpec, unknownName } from "./resolve-spec.ts";
import type { DeviceSpec, MachineSpec } from "./schema.ts";
import { instanceNames, splitDevice } from "./split-device.ts";

/** One device after repetition and splitting: what it is called, where it stands in the section, and its figures. */
export interface Part {
  readonly name: string;
  readonly path: readonly string[];
  readonly spec: DeviceSpec & { readonly kind: DeviceKind };
  /** The split device that this is an instance of: links end there. */
  readonly port?: string;
}

export interface Expansion {
  /** In the order of the section; copies in the place of the repeated device, instances in that of the split one. */
  readonly parts: readonly Part[];
  /** Names as they are written → names of the devices made from them; a split device keeps its name. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Names of the devices and groups that are not there. */
  readonly without: ReadonlySet<string>;
}

/**
 * Multiplies repeated devices (`count:`), splits GPUs (`split:`), lays entries that are named like a copy or an instance
 * over it, and leaves out what `without:` names. Problems go to `issues`.
 */
export function expandDevices(section: Pick<MachineSpec, "devices" | "without">, issues: Issue[]): Expansion {
  const written = Object.entries(section.devices ?? {});
  const groups = new Map(written.map(([name, spec]) => [name, copyNames(name, spec)]));
  const copyOf = new Map(written.flatMap(([name, { count }]) => (count === undefined ? [] : groups.get(name)!.map((copy) => [copy, name] as const))));
  const instanceOf = new Map(written.flatMap(([name, spec]) => groups.get(name)!.flatMap((copy) => {
    const split = section.devices?.[copy]?.split ?? spec.split;
    return split === undefined ? [] : instanceNames(copy, split).map((instance) => [instance, copy] as const);
  })));
  const isPart = (name: string): boolean => copyOf.has(name) || instanceOf.has(name);
  const without = new Set((section.without ?? []).flatMap((name) => [name, ...(groups.get(name) ?? [])]));
  for (const [i, name] of (section.without ?? []).entries()) {
    if (!groups.has(name) && !isPart(name)) issues.push(unknownName("device", name, [...new Set([...groups.keys(), ...copyOf.keys(), ...instanceOf.keys()])], ["without", i]));
  }

  const parts: Part[] = [];
  const add = (name: string, path: readonly string[], resolved: DeviceSpec | Issue) => {
    const part: Part | Issue = "code" in resolved ? resolved : { name, path, spec: resolved as Part["spec"] };
    const made = "code" in part ? part : part.spec.split === undefined ? [part] : splitDevice(part);
    if ("code" in made) {
      // Links to it are left out as well, and copies have it in common: one problem is told once.
      without.add(name);
      if (!issues.some((told) => told.code === made.code && told.path?.join() === made.path?.join())) issues.push(made);
    } else parts.push(...made.filter((one) => one.port === undefined || !without.has(one.name)).map(withOwn));
  };
  const withOwn = (part: Part): Part => {
    const own = part.port === undefined ? undefined : section.devices?.[part.name];
    return own ? { ...part, path: ["devices", part.name], spec: overlay(part.spec, own) as Part["spec"] } : part;
  };
  for (const [name, spec] of written) {
    if (isPart(name) && spec.count === undefined) {
      groups.delete(name);
      continue;
    }
    const copies = groups.get(name)!.filter((copy) => !without.has(copy));
    const path = ["devices", name];
    const common = copies.length > 0 ? resolveDeviceSpec(spec, path) : spec;
    for (const copy of copies) {
      const own = copy === name ? undefined : section.devices?.[copy];
      if (own) add(copy, ["devices", copy], resolveDeviceSpec(overlay(spec, own), ["devices", copy]));
      else add(copy, path, common);
    }
  }
  const made = new Set(parts.map(({ name, port }) => port ?? name));
  for (const [name, copies] of groups) {
    groups.set(name, copies.filter((copy) => made.has(copy)));
    if (groups.get(name)!.length === 0) without.add(name);
  }
  return { parts, groups, without };
}
