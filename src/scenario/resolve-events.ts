import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { formatNs } from "../base/units.ts";
import type { DeviceEvent } from "../core/compile-changes.ts";
import type { Machine } from "../machine/machine.ts";
import type { EventSpec } from "./events-schema.ts";
import { quote } from "./source-tree.ts";

/**
 * The section `events` as changes of device speeds, in the order of time (of several at one time, as written).
 * @param threadCpus devices on whose cores threads run: nothing can happen to these, since the cores of threads stay as they are
 * @throws {InputError} for unknown devices, those of threads, and events that do not fit together; paths are relative to the section.
 */
export function resolveEvents(events: readonly EventSpec[], machine: Machine, threadCpus: readonly number[] = []): DeviceEvent[] {
  const issues: Issue[] = [];
  const resolved: DeviceEvent[] = [];
  const names = machine.devices.map(({ name }) => name);
  const order = events.map((_, i) => i).sort((a, b) => events[a]!.at - events[b]!.at || a - b);
  /** By device: whether it is there, and when it last left or joined. */
  const there = new Map<number, boolean>();
  for (const i of order) {
    const { at, device: name, speed, lost, joins } = events[i]!;
    const fail = (code: string, message: string, hint: string, key?: string): void => void issues.push({ code, message, hint, path: key === undefined ? [i] : [i, key] });
    const device = names.indexOf(name);
    if (device < 0) {
      fail("unknown-device", `${machine.name} has no device ${quote(name)}`, suggestion(name, names), "device");
      continue;
    }
    if (threadCpus.includes(device)) {
      fail("threads-on-device", `threads run on the cores of ${name}, and these stay as they are from the start to the end`, "leave the event out; cores that are slower from the start are written as cores: [{count: 4, speed: 50%}]", "device");
      continue;
    }
    if (lost === undefined && joins === undefined && speed === undefined) fail("missing-key", `nothing happens to ${name} here`, "write speed: 50%, lost: true or joins: true");
    else if (lost && (joins || speed !== undefined)) fail("conflicting-keys", `${name} is lost, and ${joins ? "joins" : "has a speed"}`, "make it two events");
    else if (lost && there.get(device) === false) fail("not-there", `${name} is lost at ${formatNs(at)}, when it is not there`, "let it join before", "lost");
    else if (joins && there.get(device) === true) fail("already-there", `${name} joins at ${formatNs(at)}, when it is there`, "let it be lost before", "joins");
    else if (!lost && !joins && there.get(device) === false) fail("not-there", `${name} changes its speed at ${formatNs(at)}, when it is not there`, "write joins: true beside the speed", "speed");
    else {
      // Whoever joins first was never there.
      if (joins && !there.has(device) && at > 0) resolved.push({ atNs: 0, device, speed: 0 });
      resolved.push({ atNs: at, device, speed: lost ? 0 : (speed ?? 1) });
    }
    there.set(device, !lost);
  }
  if (issues.length > 0) throw new InputError(issues);
  return resolved.sort((a, b) => a.atNs - b.atNs);
}
