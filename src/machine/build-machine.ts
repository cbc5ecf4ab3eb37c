import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { cpuParts } from "./cpu-parts.ts";
import { expandDevices, type Part } from "./expand-devices.ts";
import type { Device, Link, Machine, Memory } from "./machine.ts";
import { processorMachine } from "./processors.ts";
import { figuresOf, resolveLinkSpec, resolveMachineSpec, sourceOf, unknownName } from "./resolve-spec.ts";
import { routeTable } from "./routes.ts";
import type { DeviceSpec, LinkSpec, MachineSpec, MemorySpec } from "./schema.ts";

/**
 * The machine that a scenario's `machine:` section describes: library uses resolved, overrides applied, memories
 * joined, repeated devices multiplied, split ones divided, routes ready.
 *
 * Memories come in the order of `memories:`, then those that devices bring along, named `DEVICE.memory`.
 * @throws {InputError} with all problems; each issue's `path` is relative to the section.
 * @example
 * const machine = buildMachine(machineSchema.parse({ use: "workstation", devices: { gpu0: { slots: 2 } } }));
 */
export function buildMachine(section: MachineSpec): Machine {
  if (section.processors === undefined) return new MachineBuilder(resolveMachineSpec(section)).build();
  const other = (["use", "devices", "memories", "links", "switches"] as const).find((key) => section[key] !== undefined);
  if (other) throw new InputError({ code: "bad-machine", message: `processors: stands alone, but ${other}: is given too`, hint: "write devices with count: to mix them with others", path: [other] });
  const names = typeof section.processors === "number" ? Array.from({ length: section.processors }, (_, i) => `P${i + 1}`) : section.processors;
  return processorMachine(names, { name: section.name ?? "processors" });
}

class MachineBuilder {
  readonly #spec: ReturnType<typeof resolveMachineSpec>;
  readonly #issues: Issue[] = [];
  readonly #memories: Memory[] = [];
  readonly #memoryId = new Map<string, number>();
  /** Name of each device's memory; undefined where that is wrong. */
  readonly #deviceMemory = new Map<string, string | undefined>();
  readonly #parts: readonly Part[];
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  readonly #without: ReadonlySet<string>;

  constructor(spec: ReturnType<typeof resolveMachineSpec>) {
    this.#spec = spec;
    ({ parts: this.#parts, groups: this.#groups, without: this.#without } = expandDevices(spec, this.#issues));
  }

  build(): Machine {
    for (const [name, memory] of Object.entries(this.#spec.memories ?? {})) this.#addMemory(name, memory, ["memories", name]);
    if (this.#parts.length === 0 && this.#issues.length === 0) this.#issues.push({ code: "no-devices", message: "the machine has no devices", hint: "use: workstation, processors: 4, or devices: …", path: [] });
    this.#checkNames();
    this.#addOwnMemories();
    const devices = this.#parts.map((part, id) => this.#device(part, id));
    const links = this.#links();
    const memories = this.#memories;
    if (this.#issues.length > 0) throw new InputError(this.#issues);
    const route = routeTable(this.#places(), links, stages(devices));
    this.#checkConnected(devices, route);
    if (this.#issues.length > 0) throw new InputError(this.#issues);
    return { name: this.#spec.name ?? "machine", devices, memories, links, route };
  }

  #addMemory(name: string, { capacity = Infinity, bandwidth = Infinity, latency, disk, swap }: MemorySpec, path: readonly string[]): void {
    if (this.#memoryId.has(name)) this.#issues.push({ code: "duplicate-name", message: `two memories are named ${name}`, hint: "a memory that a device brings along is named DEVICE.memory; change its figures at the device", path });
    this.#memoryId.set(name, this.#memories.length);
    if (swap !== undefined && swap > 0 && !disk) this.#issues.push({ code: "missing-disk", message: `memory ${name} has swap space, but no disk for it`, hint: "add disk: {bandwidth: 3GB/s, latency: 80us, queue: 32}", path: [...path, "swap"] });
    this.#memories.push({
      id: this.#memories.length, name, capacityBytes: capacity, bytesPerNs: bandwidth,
      ...(latency !== undefined && { latencyNs: latency }),
      ...(disk && { disk: { bytesPerNs: disk.bandwidth, latencyNs: disk.latency ?? 0, queue: disk.queue ?? 1, readAheadBytes: disk.readAhead ?? 2 ** 17 } }),
      ...(swap !== undefined && { swapBytes: swap }),
    });
  }

  /** Links name memories, devices and switches alike, so no two of them may share a name. */
  #checkNames(): void {
    const seen = new Map<string, string>();
    const claim = (name: string, what: string, path: readonly (string | number)[]) => {
      const other = seen.get(name);
      if (other) this.#issues.push({ code: "duplicate-name", message: `${other} and ${what} are both named ${name}`, hint: "links could not tell them apart: rename one", path });
      else seen.set(name, what);
    };
    for (const { name } of this.#memories) claim(name, "a memory", ["memories", name]);
    for (const { name, path } of this.#parts) claim(name, "a device", path);
    for (const [port, { path }] of new Map(this.#parts.flatMap((part) => (part.port === undefined ? [] : [[part.port, part] as const])))) claim(port, "a split device", path);
    for (const [i, name] of (this.#spec.switches ?? []).entries()) claim(name, "a switch", ["switches", i]);
  }

  #addOwnMemories(): void {
    for (const { name, spec, path } of this.#parts) if (typeof spec.memory !== "string") this.#addMemory(`${name}.memory`, spec.memory ?? {}, [...path, "memory"]);
  }

  #device({ name, path, spec, port }: Part, id: number): Device {
    const { slots = 1, units = 1 } = spec;
    const width = spec.width ?? units / slots;
    if (width > units) this.#issues.push({ code: "bad-width", message: `an operator on ${name} would take ${width} units, but it has ${units}`, hint: `width is at most ${units}`, path: [...path, "width"] });
    if (!spec.peak || Object.keys(spec.peak).length === 0) this.#issues.push({ code: "missing-peak", message: `device ${name} can compute nothing`, hint: "add peak: { f32: 1TFLOP/s }", path });
    if (spec.pipeline && spec.pipeline.clock === undefined) this.#issues.push({ code: "missing-clock", message: `the pipeline of ${name} has no clock`, path: [...path, "pipeline"] });
    const memory = this.#memoryOf(name, spec, path);
    this.#deviceMemory.set(port ?? name, port ?? this.#memories[memory]?.name);
    const bandwidth = this.#memories[memory]?.bytesPerNs ?? Infinity;
    const sources = Object.fromEntries(figuresOf(spec).map((figure) => [figure, sourceOf(spec.sources ?? {}, figure) ?? "given"]));
    return {
      id, name, kind: spec.kind, slots, units, width, memory,
      ...(spec.use !== undefined && { model: spec.use }),
      ...(bandwidth < Infinity && { memoryBytesPerNs: bandwidth }),
      peakFlopsPerNs: spec.peak ?? {},
      unitBytesPerNs: spec.unitBandwidth ?? Infinity,
      launchNs: spec.launch ?? 0,
      efficiency: typeof spec.efficiency === "number" ? { default: spec.efficiency } : (spec.efficiency ?? { default: 1 }),
      memoryEfficiency: spec.memoryEfficiency ?? 1, ...(spec.copyEngines !== undefined && { copyEngines: spec.copyEngines }),
      fuses: spec.fuses ?? false,
      ...(spec.systolic && { systolic: spec.systolic }),
      ...(spec.pipeline && { pipeline: {
        clockGHz: spec.pipeline.clock ?? 1, initiationInterval: spec.pipeline.initiationInterval ?? 1,
        depthCycles: spec.pipeline.depth ?? 0, reconfigureNs: spec.pipeline.reconfigure ?? 0,
      } }),
      ...cpuParts(name, spec, units, path, this.#issues),
      ...(spec.power?.busy !== undefined && { power: { idleWatts: spec.power.idle ?? 0, busyWatts: spec.power.busy } }),
      ...(spec.pricePerHour !== undefined && { pricePerHour: spec.pricePerHour }),
      sources,
    };
  }

  /** A memory by name, or that of another device; chains of devices are followed until they close. -1 when wrong. */
  #memoryOf(name: string, spec: DeviceSpec, path: readonly string[]): number {
    let wanted = typeof spec.memory === "string" ? spec.memory : `${name}.memory`;
    for (const visited = new Set<string>(); !visited.has(wanted); ) {
      visited.add(wanted);
      const id = this.#memoryId.get(wanted) ?? this.#memoryId.get(`${wanted}.memory`);
      if (id !== undefined) return id;
      const owner = this.#parts.find((part) => part.name === wanted);
      if (typeof owner?.spec.memory !== "string") break;
      wanted = owner.spec.memory;
    }
    this.#issues.push(unknownName("memory", wanted, [...this.#memoryId.keys(), ...this.#parts.map((part) => part.name)].filter((known) => known !== name), [...path, "memory"]));
    return -1;
  }

  /** Where links reach each memory: at itself, or at the split device that it is a part of. */
  #places(): string[] {
    const places = this.#memories.map(({ name }) => name);
    for (const { name, port } of this.#parts) {
      const own = this.#memoryId.get(`${name}.memory`);
      if (port !== undefined && own !== undefined) places[own] = port;
    }
    return places;
  }

  #links(): Link[] {
    const links: Link[] = [];
    const names = new Map<string, number>();
    for (const written of this.#spec.links) {
      const { path } = written;
      const spec = resolveLinkSpec(written);
      if ("code" in spec) this.#issues.push(spec);
      else if (!spec.between) this.#issues.push({ code: "missing-ends", message: `${spec.name === undefined ? "a link" : `link ${spec.name}`} does not say what it is between`, hint: `add between: [cpu0, gpu0]${this.#otherLinks(spec.name)}`, path });
      else if (!spec.between.some((end) => this.#without.has(end))) {
        const { bandwidth } = spec;
        if (bandwidth === undefined) this.#issues.push({ code: "missing-bandwidth", message: `link ${spec.name ?? spec.between.join("-")} has no bandwidth`, hint: "add bandwidth: 31.5GB/s, or use: pcie4-x16", path });
        const [from, to] = spec.between.map((end, side) => this.#ends(end, [...path, "between", side]));
        const same = spec.between[0] === spec.between[1];
        const pairs = from!.flatMap((a, j) => to!.filter((_, k) => !same || j < k).map((b) => [a, b] as const));
        if (same && from!.length === 1) this.#issues.push({ code: "bad-link", message: `a link joins ${spec.between[0]} with itself`, path: [...path, "between"] });
        if (bandwidth !== undefined) for (const [a, b] of pairs) links.push(this.#link(links.length, { ...spec, bandwidth }, a, b, pairs.length === 1, names));
      }
    }
    return links;
  }

  /** For a name that was meant to be that of a link of the used machine. */
  #otherLinks(meant: string | undefined): string {
    const names = this.#spec.links.flatMap(({ spec: { name, between } }) => (name !== undefined && between !== undefined ? [name] : []));
    return meant === undefined || names.length === 0 ? "" : `, or change a link that is there: ${suggestion(meant, names)}`;
  }

  #link(id: number, spec: LinkSpec & { bandwidth: number }, a: End, b: End, alone: boolean, names: Map<string, number>): Link {
    const wanted = spec.name === undefined ? `${a.label}-${b.label}` : alone ? spec.name : `${spec.name}:${a.label}-${b.label}`;
    const used = names.get(wanted) ?? 0;
    names.set(wanted, used + 1);
    return {
      id, name: used === 0 ? wanted : `${wanted}#${used + 1}`, ends: [a.node, b.node],
      latencyNs: spec.latency ?? 0, bytesPerNs: spec.bandwidth * (spec.efficiency ?? 1) * (spec.lanes ?? 1),
      duplex: spec.duplex ?? "full", sharing: spec.sharing ?? "shared",
      ...(spec.source !== undefined && { source: spec.source }),
    };
  }

  /** The nodes that one end of a link names: several when it is a repeated device. */
  #ends(end: string, path: readonly (string | number)[]): End[] {
    const instance = this.#parts.find(({ name, port }) => port !== undefined && (end === name || end === `${name}.memory`));
    if (instance) {
      this.#issues.push({ code: "bad-link", message: `a link cannot end at ${end}: instances share the links of ${instance.port}`, hint: `name ${instance.port}`, path });
      return [];
    }
    if (this.#memoryId.has(end) || this.#spec.switches?.includes(end)) return [{ label: end, node: end }];
    const names = this.#groups.get(end) ?? (this.#deviceMemory.has(end) ? [end] : undefined);
    if (!names) {
      this.#issues.push(unknownName("memory, device or switch", end, [...new Set([...this.#memoryId.keys(), ...this.#groups.keys(), ...this.#parts.map(({ name, port }) => port ?? name), ...(this.#spec.switches ?? [])])].filter((known) => !known.endsWith(".memory")), path));
      return [];
    }
    return names.flatMap((name) => {
      const node = this.#deviceMemory.get(name);
      return node === undefined ? [] : [{ label: name, node }];
    });
  }

  #checkConnected(devices: readonly Device[], route: Machine["route"]): void {
    const first = devices[0];
    for (const device of devices) {
      if (first && !route(first.memory, device.memory)) {
        const [from, to] = [first, device].map(({ id, name }) => this.#parts[id]!.port ?? name);
        const hint = from === to ? `instances of ${from} exchange data through the memory of a CPU: add one and a link to ${from}` : `add a link, for example { between: [${from}, ${to}], use: pcie4-x16 }`;
        this.#issues.push({ code: "disconnected-device", message: `nothing connects ${device.name} with ${first.name}`, hint, path: this.#parts[device.id]!.path });
      }
    }
  }
}

/** The memories through which instances of one GPU exchange data: those of CPUs. */
function stages(devices: readonly Device[]): number[] {
  return [...new Set(devices.filter(({ kind }) => kind === "cpu").map(({ memory }) => memory))];
}

interface End {
  readonly label: string;
  readonly node: string;
}
