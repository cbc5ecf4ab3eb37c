import type { Issue } from "../base/errors.ts";
import type { Part } from "./expand-devices.ts";
import { figuresOf, overlay, sourceOf } from "./resolve-spec.ts";
import type { DeviceSpec, SplitSpec } from "./schema.ts";

/** Names of the instances that a split device becomes: gpu0 → gpu0.0, gpu0.1 … */
export function instanceNames(name: string, split: SplitSpec): string[] {
  const count = typeof split === "number" ? split : [split].flat().reduce((sum, { instances = 1 }) => sum + instances, 0);
  return Array.from({ length: count }, (_, i) => `${name}.${i}`);
}

/**
 * The instances of a split GPU, or what is wrong with the split. Each has whole units of its own with their part of the
 * peaks, and its part of the memory: of capacity and bandwidth alike. Power and price are divided by units, and what is
 * left over is divided with them, so that all instances together draw and cost what the GPU does. Slots, launch time
 * and efficiencies are those of each instance. Instances share the links of the GPU, whose name is their `port`.
 * @source NVIDIA Multi-Instance GPU User Guide, chapters "Concepts" (compute and memory slices) and "Supported MIG Profiles"
 */
export function splitDevice({ name, path, spec }: Part): Part[] | Issue {
  const { split = 1, ...whole } = spec;
  const wrong = (message: string, hint: string): Issue => ({ code: "bad-split", message, hint, path: [...path, "split"] });
  if (whole.kind !== "gpu") return wrong(`${name} is a ${whole.kind}, and only GPUs can be split`, "slots: lets a device run several operators at once");
  if (typeof whole.memory === "string") return wrong(`${name} cannot be split: its memory is ${whole.memory}, and instances have memories of their own`, "give the figures of its memory at the device: memory: {capacity: 40GiB, bandwidth: 1555GB/s}");
  if (whole.copyEngines !== undefined) return wrong(`${name} cannot be split: which copyEngines an instance has is not modelled`, "leave copyEngines out");

  const names = instanceNames(name, split);
  const { units: wholeUnits = 1 } = whole;
  const equal = { units: Math.floor(wholeUnits / names.length), memory: 1 / names.length };
  if (equal.units < 1) return wrong(`${name} has ${wholeUnits} units, too few for ${names.length} instances`, `at most ${wholeUnits} are possible`);
  const groups = typeof split === "number" ? [{ instances: split }] : [split].flat();
  const shares = groups.flatMap(({ instances = 1, ...given }) => Array.from({ length: instances }, () => ({ units: given.units ?? equal.units, memory: given.memory ?? equal.memory })));
  const units = shares.reduce((sum, share) => sum + share.units, 0);
  const memory = shares.reduce((sum, share) => sum + share.memory, 0);
  if (units > wholeUnits) return wrong(`the instances of ${name} have ${units} units together, but it has ${wholeUnits}`, "fewer instances, or fewer units each");
  if (memory > 1 + 1e-9) return wrong(`the instances of ${name} have ${percent(memory)} of its memory together`, "fewer instances, or less memory each");

  return shares.map((share, i) => {
    const figures = partOf(whole, share.units / wholeUnits, share.memory, share.units / units);
    const note = `an instance of ${share.units} of ${wholeUnits} units and ${percent(share.memory)} of the memory`;
    const own: DeviceSpec = { ...figures, units: share.units };
    const sources = Object.fromEntries(figuresOf(own).map((figure) => [figure, `${sourceOf(whole.sources ?? {}, figure) ?? "given"}; ${note}`]));
    return { name: names[i]!, path, spec: { ...overlay(whole, { ...own, sources }), kind: whole.kind }, port: name };
  });
}

function percent(share: number): string {
  return `${Math.round(10_000 * share) / 100} %`;
}

/** The figures that an instance has only a part of: of the units, of the memory, or of what all instances draw and cost. */
function partOf({ peak, memory, power, pricePerHour }: DeviceSpec, ofUnits: number, ofMemory: number, ofAll: number): DeviceSpec {
  const { capacity, bandwidth, ...rest } = typeof memory === "object" ? memory : {};
  const own = typeof memory === "object" ? { ...rest, ...times({ capacity, bandwidth }, ofMemory) } : undefined;
  return {
    peak: times(peak, ofUnits), power: times(power, ofAll),
    memory: own?.capacity === undefined ? own : { ...own, capacity: Math.floor(own.capacity) },
    pricePerHour: pricePerHour === undefined ? undefined : pricePerHour * ofAll,
  };
}

function times<T extends object | undefined>(figures: T, factor: number): T {
  return figures && (Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, typeof value === "number" ? value * factor : value])) as T);
}
