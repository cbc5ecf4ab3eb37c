import type { CacheLevel, CoreType, Device, Machine } from "../../machine/machine.ts";
import { sumOfSpeeds } from "./core-speeds.ts";
import type { CacheSpec, InterconnectSpec, MemoryCoreSpec, MemorySystemSpec, NumaNodeSpec } from "./memory-spec.ts";
import { colourShares, wayShares } from "./partition.ts";

/** The hardware threads of a machine, in the order in which {@link memorySystemOf} numbers them. */
export interface HardwareThreads {
  /** "cpu0.0": device and core; with several hardware threads "cpu0.0a", "cpu0.0b" … */
  readonly names: readonly string[];
  /** Id of the device of each. */
  readonly device: Uint32Array;
  /** Beside the first: by the peak of a core of each device's first type, and the speed of its own. */
  readonly speed: Float64Array;
  /** Physical core of each, from 0. */
  readonly physical: Uint32Array;
  /** NUMA node of each: a position in the nodes of the memory system. */
  readonly node: Uint32Array;
}

/** A machine's CPUs as threads see them. */
export interface CpuSystem {
  readonly threads: HardwareThreads;
  readonly memory: MemorySystemSpec;
}

/** Latency of a memory that does not state one: typical of servers, 80 to 120 ns. */
const MEMORY_NS = 100;

/**
 * Cores and memory system of the CPUs of a machine. Cores are numbered device by device, type by type: first one hardware
 * thread of each, then the second ones, as operating systems do, so that whoever fills cores by number leaves no core idle
 * beside a busy one's second thread. Each memory is a NUMA node, or as many as its CPU has, with equal parts; what nodes are
 * joined by are the links between the memories, and within a CPU what `numa` says. What is not described costs nothing:
 * a CPU without caches takes everything from memory.
 * @param devices ids of the CPUs; default: all
 * @param smt hardware threads of each core that are used, at most; default: all
 * @example
 * const { threads } = memorySystemOf(buildMachine(machineSchema.parse({ use: "server" })));
 * threads.names.length; // 384
 */
export function memorySystemOf(machine: Machine, { devices, smt = Infinity }: { readonly devices?: readonly number[]; readonly smt?: number } = {}): CpuSystem {
  const cpus = machine.devices.filter(({ id, kind }) => (devices ? devices.includes(id) : kind === "cpu"));
  const { nodes, first, owner } = numaNodes(machine, cpus);
  const cores: MemoryCoreSpec[] = [];
  const caches: CacheSpec[] = [];
  const [names, device, speed, node]: [string[], number[], number[], number[]] = [[], [], [], []];
  const peak = (cpu: Device): number | undefined => (cpu.peakFlopsPerNs.f32 === undefined ? undefined : cpu.peakFlopsPerNs.f32 / sumOfSpeeds(cpu));
  /** By physical core: its type, device, node and hardware threads. */
  const physicals: { readonly type: CoreType; readonly cpu: Device; readonly at: number; readonly name: string; readonly own: number[] }[] = [];
  /** First physical core of each CPU. */
  const firstCore: number[] = [];
  for (const cpu of cpus) {
    const types = cpu.cores ?? [{ name: "core", count: cpu.units, threads: 1, speed: 1, outstanding: 10 } satisfies CoreType];
    const from = first.get(cpu.memory)!;
    const count = nodes.filter((_, n) => owner[n] === cpu.memory).length;
    firstCore.push(physicals.length);
    for (const type of types) for (let i = 0; i < type.count; i++) {
      const here = physicals.length - firstCore.at(-1)!;
      physicals.push({ type, cpu, at: from + Math.min(count - 1, Math.floor((here * count) / cpu.units)), name: `${cpu.name}.${here}`, own: [] });
    }
  }
  const most = Math.max(0, ...physicals.map(({ type }) => Math.min(smt, type.threads)));
  for (let t = 0; t < most; t++) for (const [physical, { type, cpu, at, name, own }] of physicals.entries()) {
    const threads = Math.min(smt, type.threads);
    if (t >= threads) continue;
    own.push(cores.length);
    cores.push({ node: at, physical, bytesPerNs: cpu.unitBytesPerNs, outstanding: type.outstanding, ...(cpu.tlb && { tlb: cpu.tlb }) });
    names.push(`${name}${threads > 1 ? String.fromCharCode(97 + t) : ""}`);
    device.push(cpu.id);
    speed.push((type.speed * (peak(cpu) ?? 1)) / (peak(cpus[0]!) ?? peak(cpu) ?? 1));
    node.push(at);
  }
  for (const [i, cpu] of cpus.entries()) {
    const served = physicals.slice(firstCore[i], firstCore[i + 1]).map(({ own }) => own);
    for (const level of cpu.caches ?? []) {
      for (let core = 0; core < served.length; core += level.cores) caches.push(cacheOf(`${cpu.name}.l${level.level}.${core / level.cores}`, level, served.slice(core, core + level.cores).flat(), cpu.pages?.bytes));
    }
  }
  const memories = cpus.map(({ memory }) => machine.memories[memory]!);
  const disk = memories.find((memory) => memory.disk);
  const swapBytes = [...new Set(memories)].reduce((sum, memory) => sum + (memory.swapBytes ?? 0), 0);
  const pages = cpus.find((cpu) => cpu.pages)?.pages;
  return {
    threads: { names, device: Uint32Array.from(device), speed: Float64Array.from(speed), physical: Uint32Array.from(cores, (core) => core.physical), node: Uint32Array.from(node) },
    memory: {
      cores, caches, nodes, distance: distances(cpus, owner, first), interconnects: interconnects(machine, cpus, nodes, owner, first),
      ...(pages && { pages }),
      ...(disk?.disk && { disk: { name: `${disk.name}.disk`, ...disk.disk } }),
      ...(swapBytes > 0 && { swapBytes }),
    },
  };
}

function cacheOf(name: string, { level, capacityBytes, latencyNs, bytesPerNs, sharedBytesPerNs, transferNs, victim, ways, divide }: CacheLevel, cores: readonly number[], pageBytes = 4096): CacheSpec {
  return {
    name, level, capacityBytes, cores, latencyNs, bytesPerNs, sharedBytesPerNs, victim,
    ...(transferNs !== undefined && { transferNs }),
    ...(divide && { shares: "ways" in divide ? wayShares(ways!, divide.ways) : colourShares({ capacityBytes, ways: ways!, pageBytes }, divide.colours) }),
  };
}

interface Nodes {
  readonly nodes: NumaNodeSpec[];
  /** The first node of each memory, by its id. */
  readonly first: ReadonlyMap<number, number>;
  /** By node: the id of its memory. */
  readonly owner: readonly number[];
}

function numaNodes(machine: Machine, cpus: readonly Device[]): Nodes {
  const nodes: NumaNodeSpec[] = [];
  const first = new Map<number, number>();
  const owner: number[] = [];
  for (const { memory: id, numa } of cpus) {
    if (first.has(id)) continue;
    first.set(id, nodes.length);
    const { name, capacityBytes, bytesPerNs, latencyNs = MEMORY_NS } = machine.memories[id]!;
    const count = numa?.nodes ?? 1;
    for (let i = 0; i < count; i++) {
      nodes.push({ name: count === 1 ? name : `${name}.${i}`, capacityBytes: capacityBytes / count, bytesPerNs: bytesPerNs / count, latencyNs });
      owner.push(id);
    }
  }
  return { nodes, first, owner };
}

/** The CPU that says how its memory's nodes are laid out: the first of those that share it. */
function cpuOf(cpus: readonly Device[], memory: number): Device {
  return cpus.find((cpu) => cpu.memory === memory)!;
}

function distances(cpus: readonly Device[], owner: readonly number[], first: Nodes["first"]): number[][] {
  return owner.map((mine, from) => owner.map((other, to) => {
    if (from === to) return 10;
    const { numa } = cpuOf(cpus, mine);
    return mine === other ? numa!.distance[from - first.get(mine)!]![to - first.get(mine)!]! : (numa?.remote ?? 21);
  }));
}

function interconnects(machine: Machine, cpus: readonly Device[], nodes: readonly NumaNodeSpec[], owner: readonly number[], first: Nodes["first"]): InterconnectSpec[] {
  const found = new Map<string, { readonly name: string; readonly bytesPerNs: number; readonly pairs: [number, number][] }>();
  const cross = (key: string, name: string, bytesPerNs: number, pair: [number, number]): void => {
    if (!found.has(key)) found.set(key, { name, bytesPerNs, pairs: [] });
    found.get(key)!.pairs.push(pair);
  };
  for (let from = 0; from < nodes.length; from++) for (let to = 0; to < nodes.length; to++) {
    const [a, b] = [owner[from]!, owner[to]!];
    if (from === to) continue;
    if (a === b) {
      const { numa, name } = cpuOf(cpus, a);
      if (numa!.bytesPerNs < Infinity) cross(`${from} ${to}`, `${name}.numa.${from - first.get(a)!}-${to - first.get(a)!}`, numa!.bytesPerNs, [from, to]);
    } else for (const { link, forward } of machine.route(a, b)?.hops ?? []) {
      const { name, bytesPerNs, duplex, sharing, ends } = machine.links[link]!;
      const way = duplex === "half" ? "" : forward ? `${ends[0]} to ${ends[1]}` : `${ends[1]} to ${ends[0]}`;
      if (sharing === "shared") cross(`link ${link} ${way}`, way === "" ? name : `${name} (${way})`, bytesPerNs, [from, to]);
    }
  }
  return [...found.values()];
}
