import type { Issue } from "../base/errors.ts";
import type { Part } from "./expand-devices.ts";
import { figuresOf, overlay, sourceOf } from "./resolve-spec.ts";
import type { DeviceSpec, SplitSpec } from "./schema.ts";

/** Names of the instances that a split device becomes: gpu0 → gpu0.0, gpu0.1 … */
export function instanceNames(name: string, split: SplitSpec): string[] {
  return Array.from({ length: typeof split === "number" ? split : split.instances }, (_, i) => `${name}.${i}`);
}

/**
 * The instances of a split GPU, or what is wrong with the split. Each has whole units of its own with their part of the
 * peaks, and its part of the memory: of capacity and bandwidth alike. Power and price are divided equally, also where
 * units or memory are left over, so that all instances together draw and cost what the GPU does. Slots, launch time and
 * efficiencies are those of each instance. Instances share the links of the GPU, whose name is their `port`.
 * @source NVIDIA Multi-Instance GPU User Guide, chapters "Concepts" (compute and memory slices) and "Supported MIG Profiles"
 */
export function splitDevice({ name, path, spec: { split, ...whole } }: Part): Part[] | Issue {
  const { instances, units: wanted, memory: share } = typeof split === "number" ? { instances: split } : split!;
  const wrong = (message: string, hint: string, ...key: string[]): Issue => ({ code: "bad-split", message, hint, path: [...path, "split", ...key] });
  if (whole.kind !== "gpu") return wrong(`${name} is a ${whole.kind}, and only GPUs can be split`, "slots: lets a device run several operators at once");
  if (typeof whole.memory === "string") return wrong(`${name} cannot be split: its memory is ${whole.memory}, and instances have memories of their own`, "give the figures of its memory at the device: memory: {capacity: 40GiB, bandwidth: 1555GB/s}");
  if (whole.copyEngines !== undefined) return wrong(`${name} cannot be split: its copyEngines would be instances' own, but they share its links`, "leave copyEngines out");
  const wholeUnits = whole.units ?? 1;
  const units = wanted ?? Math.floor(wholeUnits / instances);
  if (units < 1 || units * instances > wholeUnits) {
    const each = wanted === undefined ? "" : ` of ${wanted} units`;
    return wrong(`${name} has ${wholeUnits} units, too few for ${instances} instances${each}`, `at most ${Math.floor(wholeUnits / (wanted ?? 1))} are possible`, ...(typeof split === "number" ? [] : [wanted === undefined ? "instances" : "units"]));
  }
  const part = share ?? 1 / instances;
  if (part * instances > 1 + 1e-9) return wrong(`${instances} instances with ${100 * part} % of the memory each are more than ${name} has`, `at most ${Math.floor(10_000 / instances) / 100}% each`, "memory");

  const figures = partOf(whole, units / wholeUnits, part, instances);
  const note = `an instance of ${units} of ${wholeUnits} units and ${Math.round(10_000 * part) / 100} % of the memory`;
  const sources = Object.fromEntries(figuresOf({ ...figures, units }).map((figure) => [figure, `${sourceOf(whole.sources ?? {}, figure) ?? "given"}; ${note}`]));
  const spec = { ...overlay(whole, { ...figures, units, sources }), kind: whole.kind };
  return instanceNames(name, split!).map((instance) => ({ name: instance, path, spec, port: name }));
}

/** The figures that an instance has only a part of: of the units, of the memory, or an equal one. */
function partOf({ peak, memory, power, pricePerHour }: DeviceSpec, ofUnits: number, ofMemory: number, instances: number): DeviceSpec {
  const times = <T extends object>(figures: T | undefined, factor: number): T | undefined =>
    figures && (Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, typeof value === "number" ? value * factor : value])) as T);
  const own = typeof memory === "object" ? times(memory, ofMemory) : undefined;
  return {
    peak: times(peak, ofUnits), power: times(power, 1 / instances),
    memory: own?.capacity === undefined ? own : { ...own, capacity: Math.floor(own.capacity) },
    pricePerHour: pricePerHour === undefined ? undefined : pricePerHour / instances,
  };
}
