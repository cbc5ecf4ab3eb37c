import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { kindDefaults } from "./defaults.ts";
import { devices as deviceLibrary } from "./library/devices.ts";
import { links as linkLibrary } from "./library/links.ts";
import { machines as machineLibrary } from "./library/machines.ts";
import type { DeviceKind } from "./machine.ts";
import { deviceSchema, linkFiguresSchema, machineSchema, type DeviceSpec, type LinkSpec, type MachineSpec } from "./schema.ts";

type Path = readonly (string | number)[];

/** A link and where it stands in the section; links of the used machine stand at `use`. */
export interface PlacedLink {
  readonly spec: LinkSpec;
  readonly path: Path;
}

/** A machine section laid over the library machine it uses: what the section names wins, key by key. */
export function resolveMachineSpec(spec: MachineSpec): Omit<MachineSpec, "links"> & { readonly links: readonly PlacedLink[] } {
  const own = (spec.links ?? []).map((link, i): PlacedLink => ({ spec: link, path: ["links", i] }));
  if (spec.use === undefined) return { ...spec, links: own };
  const entry = machineLibrary.tryGet(spec.use);
  if (!entry) throw new InputError({ ...unknownName("machine", spec.use, machineLibrary.names, ["use"]), ...(/[/\\]|\.ya?ml$/.test(spec.use) && { hint: `a file that has a section machine is included: include: ${spec.use}` }) });
  const base = machineSchema.parse(entry.machine);
  const devices = { ...base.devices };
  for (const [name, device] of Object.entries(spec.devices ?? {})) devices[name] = Object.hasOwn(devices, name) ? overlay(devices[name]!, device) : device;
  const memories = { ...base.memories };
  for (const [name, memory] of Object.entries(spec.memories ?? {})) memories[name] = { ...memories[name], ...defined(memory) };
  // A smaller count: links of the used machine to copies that are gone go with them.
  const left = new Set(Object.entries(devices).flatMap(([name, device]) => copyNames(name, device)));
  const gone = new Set(Object.entries(base.devices ?? {}).flatMap(([name, device]) => copyNames(name, device)).filter((name) => !left.has(name)));
  const links = (base.links ?? []).filter((link) => !link.between?.some((end) => gone.has(end))).map((link): PlacedLink => ({ spec: link, path: ["use"] }));
  for (const link of own) {
    const same = links.findIndex(({ spec: { name } }) => name !== undefined && name === link.spec.name);
    if (same >= 0) links[same] = { spec: { ...links[same]!.spec, ...defined(link.spec) }, path: link.path };
    else links.push(link);
  }
  return { name: spec.name ?? entry.name, processors: spec.processors, without: spec.without, devices, memories, links, switches: [...new Set([...(base.switches ?? []), ...(spec.switches ?? [])])] };
}

const defaultsOf = new Map<DeviceKind, DeviceSpec>();
function parsedDefaults(kind: DeviceKind): DeviceSpec {
  let parsed = defaultsOf.get(kind);
  if (!parsed) defaultsOf.set(kind, (parsed = deviceSchema.parse(kindDefaults[kind])));
  return parsed;
}

/** A device with every figure it has: its own, then those of the library device it uses, then those of its kind. */
export function resolveDeviceSpec(spec: DeviceSpec, path: Path): DeviceSpec | Issue {
  const entry = spec.use === undefined ? undefined : deviceLibrary.tryGet(spec.use);
  if (spec.use !== undefined && !entry) return unknownName("device", spec.use, deviceLibrary.names, [...path, "use"]);
  const given = entry ? overlay(deviceSchema.parse(entry.device), spec) : spec;
  if (!given.kind) return { code: "missing-kind", message: `device ${path.at(-1)} has neither kind nor use`, hint: "add kind: cpu, gpu, tpu, fpga or npu, or use: a device of the library", path };
  const { pipeline, ...defaults } = parsedDefaults(given.kind);
  return overlay({ ...defaults, ...((given.kind === "fpga" || given.pipeline) && { pipeline }) }, given);
}

/** A link with the figures of the library link it uses. */
export function resolveLinkSpec({ spec, path }: PlacedLink): LinkSpec | Issue {
  if (spec.use === undefined) return spec;
  const entry = linkLibrary.tryGet(spec.use);
  if (!entry) return unknownName("link", spec.use, linkLibrary.names, [...path, "use"]);
  return { ...linkFiguresSchema.parse(entry.link), ...defined(spec) };
}

export function unknownName(what: string, name: string, known: readonly string[], path: Path): Issue {
  return { code: `unknown-${what.replace(/,? .*/, "")}`, message: `there is no ${what} "${name}"`, hint: known.length > 0 ? suggestion(name, known) : `none is defined`, path };
}

const groups = ["memory", "peak", "efficiency", "systolic", "pipeline", "caches", "numa", "tlb", "pages", "power"] as const;
const single = ["slots", "units", "width", "unitBandwidth", "launch", "memoryEfficiency", "copyEngines", "fuses", "cores", "pricePerHour"] as const;

/** Figures of a device as they are named in `sources`: "launch", "peak.f16", "memory.bandwidth" … */
export function figuresOf(spec: DeviceSpec): string[] {
  const grouped = groups.flatMap((group) => {
    const value = spec[group];
    if (typeof value === "number") return [group];
    return typeof value === "object" ? Object.keys(defined(value)).map((key) => `${group}.${key}`) : [];
  });
  return [...single.filter((figure) => spec[figure] !== undefined), ...grouped];
}

/** The source of a figure: its own, that of its group, or that of everything. */
export function sourceOf(sources: Readonly<Record<string, string>>, figure: string): string | undefined {
  return sources[figure] ?? sources[figure.split(".")[0]!] ?? sources["*"];
}

/** Names of the devices that an entry makes: gpu → gpu0, gpu1 …; core0 → core0-0, core0-1 …; itself where `count` is not given. */
export function copyNames(name: string, { count }: DeviceSpec): string[] {
  if (count === undefined) return [name];
  const separator = /\d$/.test(name) ? "-" : "";
  return Array.from({ length: count }, (_, i) => `${name}${separator}${i}`);
}

/**
 * `top` over `base`, figure by figure, with their sources. Groups are merged key by key, caches level by level; a bare
 * number for all efficiencies, the name of another memory, or a list of cores, replaces its group.
 */
export function overlay(base: DeviceSpec, top: DeviceSpec): DeviceSpec {
  const sources: Record<string, string> = {};
  for (const figure of figuresOf(base)) {
    const source = sourceOf(base.sources ?? {}, figure);
    if (source !== undefined) sources[figure] = source;
  }
  for (const figure of figuresOf(top)) sources[figure] = sourceOf(top.sources ?? {}, figure) ?? "given";
  const merged = groups.map((group) => {
    const [below, above] = [base[group], top[group]];
    return [group, typeof below === "object" && typeof above === "object" ? { ...below, ...defined(above) } : (above ?? below)];
  });
  return { ...base, ...defined(top), ...(defined(Object.fromEntries(merged)) as Partial<DeviceSpec>), ...(base.caches && top.caches && { caches: overlaidCaches(base.caches, top.caches) }), sources };
}

/** Caches figure by figure: who makes the L3 larger keeps its latency. */
function overlaidCaches(base: NonNullable<DeviceSpec["caches"]>, top: NonNullable<DeviceSpec["caches"]>): NonNullable<DeviceSpec["caches"]> {
  const levels = Object.entries(defined(top)) as [keyof typeof top, NonNullable<typeof top.l1>][];
  return { ...base, ...Object.fromEntries(levels.map(([level, figures]) => [level, { ...base[level], ...defined(figures) }])) };
}

function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
