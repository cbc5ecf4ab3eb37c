import type { MemoryResource, MemorySystemSpec } from "./memory-spec.ts";

/**
 * The resources of a memory system by position, and what one activity draws of them. Those that can never be a limit have
 * no position.
 */
export class MemoryUses {
  readonly resources: readonly MemoryResource[];
  /** Most resources that one activity can name. */
  readonly most: number;
  /** Resources of the activity that was asked about last: how many, which, and how much of each, bytes/ns. */
  count = 0;
  readonly resource: Int32Array;
  readonly demand: Float64Array;
  /** Positions; -1 = never a limit. */
  readonly physical: Int32Array;
  readonly cache: Int32Array;
  readonly node: Int32Array;
  readonly disk: number;
  /** By memory's node · nodes + core's node: positions of the interconnects between them. */
  readonly crossed: readonly Int32Array[];

  constructor({ cores, caches, nodes, interconnects = [], disk }: MemorySystemSpec) {
    const resources: MemoryResource[] = [];
    const add = (resource: MemoryResource): number => (resource.bytesPerNs < Infinity ? resources.push(resource) - 1 : -1);
    // A core with one hardware thread is limited by its own draw alone.
    const threads = new Map<number, number>();
    for (const { physical } of cores) threads.set(physical, (threads.get(physical) ?? 0) + 1);
    this.physical = new Int32Array(Math.max(0, ...cores.map(({ physical }) => physical + 1))).fill(-1);
    for (const { physical, bytesPerNs } of cores) {
      if (threads.get(physical)! > 1 && this.physical[physical]! < 0) this.physical[physical] = add({ name: `core${physical}`, kind: "core", index: physical, bytesPerNs });
    }
    this.cache = Int32Array.from(caches, ({ name, sharedBytesPerNs = Infinity, bytesPerNs, cores: served }, index) => (served.length > 1 && sharedBytesPerNs < served.length * bytesPerNs ? add({ name, kind: "cache", index, bytesPerNs: sharedBytesPerNs }) : -1));
    this.node = Int32Array.from(nodes, ({ name, bytesPerNs }, index) => add({ name, kind: "memory", index, bytesPerNs }));
    const links = interconnects.map(({ name, bytesPerNs }, index) => add({ name, kind: "interconnect", index, bytesPerNs }));
    this.disk = disk ? add({ name: disk.name, kind: "disk", index: 0, bytesPerNs: disk.bytesPerNs }) : -1;
    this.crossed = nodes.flatMap((_, from) => nodes.map((__, to) => Int32Array.from(interconnects.flatMap(({ pairs }, i) => (links[i]! >= 0 && pairs.some(([a, b]) => a === from && b === to) ? [links[i]!] : [])))));
    this.resources = resources;
    const levels = caches.reduce((most, { level }) => Math.max(most, level), 0);
    this.most = Math.min(resources.length, levels + nodes.length + interconnects.length + 2);
    this.resource = new Int32Array(this.most);
    this.demand = new Float64Array(this.most);
  }

  /** Begins the list of an activity anew. */
  clear(): void {
    this.count = 0;
  }

  /** Adds bytes to what is drawn of a resource; of -1, nothing. Each is named once. */
  add(resource: number, bytes: number): void {
    if (resource < 0 || bytes <= 0) return;
    for (let i = 0; i < this.count; i++) {
      if (this.resource[i] === resource) {
        this.demand[i]! += bytes;
        return;
      }
    }
    this.resource[this.count] = resource;
    this.demand[this.count++] = bytes;
  }

  /** Least time that the bytes of one of the resources take. */
  leastNs(): number {
    let least = 0;
    for (let i = 0; i < this.count; i++) least = Math.max(least, this.demand[i]! / this.resources[this.resource[i]!]!.bytesPerNs);
    return least;
  }

  /** Turns bytes into demands, bytes/ns. */
  over(ns: number): void {
    for (let i = 0; i < this.count; i++) this.demand[i]! /= ns;
  }
}
