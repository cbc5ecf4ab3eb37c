import { SimulationError } from "../../base/errors.ts";
import { formatBytes } from "../../base/units.ts";
import type { MemorySystemSpec, NumaNodeSpec, RegionSpec } from "./memory-spec.ts";

/** A region and where its pages are. */
interface Region {
  readonly spec: RegionSpec;
  /** Bytes that were touched, in all and by node. */
  touched: number;
  readonly home: Float64Array;
}

/**
 * Where pages are. A page goes to a node when it is first touched: to that of the core, which falls back to the nearest
 * node with room; to all nodes in turn; or to the one that the region is bound to, which does not fall back. Where there
 * is no room left, pages are swapped out, of all regions of the node alike: the share of them that is not resident is
 * 1 - capacity / committed. Pages of files commit nothing: they stay in what is free.
 *
 * What is touched is taken as new until all of a region is: programs that sweep their data in pieces touch another piece
 * each time.
 * @source Linux kernel documentation, NUMA Memory Policy (default, bind, interleave; fallback by distance); Drepper, What
 *   Every Programmer Should Know About Memory, 2007, section 5
 */
export class Regions {
  readonly #nodes: readonly NumaNodeSpec[];
  /** Nodes by distance from each, itself first; ties by number. */
  readonly #near: readonly (readonly number[])[];
  readonly #swapBytes: number;
  readonly #committed: Float64Array;
  readonly #regions: Region[] = [];
  /** Bytes of files that were touched. */
  #fileBytes = 0;

  constructor({ nodes, distance, swapBytes = 0 }: Pick<MemorySystemSpec, "nodes" | "distance" | "swapBytes">) {
    this.#nodes = nodes;
    this.#near = nodes.map((_, from) => nodes.map((__, to) => to).sort((a, b) => distanceOf(distance, from, a) - distanceOf(distance, from, b) || a - b));
    this.#swapBytes = swapBytes;
    this.#committed = new Float64Array(nodes.length);
  }

  /** A region of which nothing was touched yet; its number. */
  add(spec: RegionSpec): number {
    this.#regions.push({ spec, touched: 0, home: new Float64Array(this.#nodes.length) });
    return this.#regions.length - 1;
  }

  /** Gives the pages of a region back; touched again, it is new. */
  clear(region: number): void {
    const { spec, home } = this.#regions[region]!;
    if (spec.file) this.#fileBytes -= this.#regions[region]!.touched;
    else for (let node = 0; node < home.length; node++) this.#committed[node]! -= home[node]!;
    home.fill(0);
    this.#regions[region]!.touched = 0;
  }

  spec(region: number): RegionSpec {
    return this.#regions[region]!.spec;
  }

  /**
   * A core of `node` touches `bytes` of the region.
   * @returns how many of them are touched for the first time
   * @throws {SimulationError} where there is no room for them, and none to swap
   */
  touch(region: number, node: number, bytes: number): number {
    const it = this.#regions[region]!;
    const fresh = Math.min(bytes, it.spec.bytes - it.touched);
    if (fresh <= 0) return 0;
    it.touched += fresh;
    const { placement, file } = it.spec;
    const count = this.#nodes.length;
    if (file) this.#fileBytes += fresh;
    if (placement === "interleave") for (let to = 0; to < count; to++) this.#put(it, to, fresh / count, true);
    else if (placement === "first-touch") this.#put(it, node, fresh, true);
    else this.#put(it, placement.node, fresh, false);
    return fresh;
  }

  /** Share of what was touched of the region that is at the node; of one that was not touched, 0. */
  share(region: number, node: number): number {
    const { touched, home } = this.#regions[region]!;
    return touched === 0 ? 0 : home[node]! / touched;
  }

  /** Share of a region's pages that is swapped out. */
  swapped(region: number): number {
    const { spec, touched, home } = this.#regions[region]!;
    if (spec.file || touched === 0) return 0;
    let away = 0;
    for (let node = 0; node < home.length; node++) away += home[node]! * this.#over(node);
    return away / touched;
  }

  /** Bytes of the page cache that a file's pages may fill: its part of what no other memory takes. */
  cacheBytes(region: number): number {
    let free = 0;
    for (let node = 0; node < this.#nodes.length; node++) free += Math.max(0, this.#nodes[node]!.capacityBytes - this.#committed[node]!);
    const { touched } = this.#regions[region]!;
    return this.#fileBytes <= free || touched === 0 ? free : (free * touched) / this.#fileBytes;
  }

  /** Bytes that are committed at a node, swapped out or not. */
  committed(node: number): number {
    return this.#committed[node]!;
  }

  /** Share of the pages of a node that is swapped out. */
  #over(node: number): number {
    const committed = this.#committed[node]!;
    const { capacityBytes } = this.#nodes[node]!;
    return committed > capacityBytes ? 1 - capacityBytes / committed : 0;
  }

  #put(region: Region, wanted: number, bytes: number, fallsBack: boolean): void {
    if (region.spec.file) {
      region.home[wanted]! += bytes;
      return;
    }
    let left = bytes;
    const order = fallsBack ? this.#near[wanted]! : [wanted];
    for (const node of order) {
      const part = Math.min(left, Math.max(0, this.#nodes[node]!.capacityBytes - this.#committed[node]!));
      region.home[node]! += part;
      this.#committed[node]! += part;
      left -= part;
      if (left <= 0) return;
    }
    region.home[wanted]! += left;
    this.#committed[wanted]! += left;
    let swapped = 0;
    for (let node = 0; node < this.#nodes.length; node++) swapped += Math.max(0, this.#committed[node]! - this.#nodes[node]!.capacityBytes);
    if (swapped > this.#swapBytes) {
      const { name, capacityBytes } = this.#nodes[wanted]!;
      throw new SimulationError({
        code: "out-of-memory",
        message: `${name} has ${formatBytes(capacityBytes)}, and ${formatBytes(this.#committed[wanted]!)} are touched${this.#swapBytes > 0 ? `; the swap space of ${formatBytes(this.#swapBytes)} is full` : ""}`,
        hint: this.#swapBytes > 0 ? "more swap space, more memory, or smaller working sets" : "more memory, smaller working sets, or swap space: swap: 16GiB at the memory, with a disk",
      });
    }
  }
}

/** Distance of memory at node `to` from a core of node `from`, 10 = local. */
export function distanceOf(distance: readonly (readonly number[])[] | undefined, from: number, to: number): number {
  return distance?.[from]?.[to] ?? (from === to ? 10 : 21);
}
