import type { Issue } from "../base/errors.ts";
import type { DeviceKind } from "./machine.ts";
import { copyNames, overlay, resolveDeviceSpec, unknownName } from "./resolve-spec.ts";
import type { DeviceSpec, MachineSpec } from "./schema.ts";

/** One device after repetition: what it is called, where it stands in the section, and its figures. */
export interface Part {
  readonly name: string;
  readonly path: readonly string[];
  readonly spec: DeviceSpec & { readonly kind: DeviceKind };
}

export interface Expansion {
  /** In the order of the section; copies in the place of the repeated device. */
  readonly parts: readonly Part[];
  /** Names as they are written → names of the devices made from them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Names of the devices and groups that are not there. */
  readonly without: ReadonlySet<string>;
}

/**
 * Multiplies repeated devices (`count:`), lays entries that are named like a copy over that copy, and leaves out what
 * `without:` names. Problems go to `issues`.
 */
export function expandDevices(section: Pick<MachineSpec, "devices" | "without">, issues: Issue[]): Expansion {
  const written = Object.entries(section.devices ?? {});
  const groups = new Map(written.map(([name, spec]) => [name, copyNames(name, spec)]));
  const copyOf = new Map(written.flatMap(([name, { count }]) => (count === undefined ? [] : groups.get(name)!.map((copy) => [copy, name] as const))));
  const without = new Set((section.without ?? []).flatMap((name) => [name, ...(groups.get(name) ?? [])]));
  for (const [i, name] of (section.without ?? []).entries()) {
    if (!groups.has(name) && !copyOf.has(name)) issues.push(unknownName("device", name, [...new Set([...groups.keys(), ...copyOf.keys()])], ["without", i]));
  }

  const parts: Part[] = [];
  const add = (name: string, path: readonly string[], resolved: DeviceSpec | Issue) => {
    if ("code" in resolved) {
      // Links to it are left out as well: one problem is told once.
      without.add(name);
      if (!issues.includes(resolved)) issues.push(resolved);
    } else parts.push({ name, path, spec: resolved as Part["spec"] });
  };
  for (const [name, spec] of written) {
    if (copyOf.has(name) && spec.count === undefined) {
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
  const made = new Set(parts.map(({ name }) => name));
  for (const [name, copies] of groups) {
    groups.set(name, copies.filter((copy) => made.has(copy)));
    if (groups.get(name)!.length === 0) without.add(name);
  }
  return { parts, groups, without };
}
