import type { CacheSpec, MemoryAccess, MemorySystemSpec } from "../../../src/memory/system/index.ts";

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

/**
 * A small machine whose figures are easy to work with by hand: 32 KiB at 64 B/ns and 1 ns, 512 KiB at 32 B/ns and 4 ns,
 * each core's own; 16 MiB at 16 B/ns and 10 ns for all of a node (24 B/ns together); memory at 20 B/ns and 100 ns, of
 * which one core draws 8.
 */
export function smallSystem({ nodes = 1, coresEach = 2, ...more }: { readonly nodes?: number; readonly coresEach?: number } & Partial<Omit<MemorySystemSpec, "nodes">> = {}): MemorySystemSpec {
  const count = nodes * coresEach;
  const ids = Array.from({ length: count }, (_, core) => core);
  const own = (level: number, capacityBytes: number, bytesPerNs: number, latencyNs: number): CacheSpec[] =>
    ids.map((core) => ({ name: `l${level}.${core}`, level, capacityBytes, cores: [core], bytesPerNs, latencyNs }));
  return {
    cores: ids.map((core) => ({ node: Math.floor(core / coresEach), physical: core, bytesPerNs: 8, outstanding: 10 })),
    caches: [
      ...own(1, 32 * KiB, 64, 1),
      ...own(2, 512 * KiB, 32, 4),
      ...Array.from({ length: nodes }, (_, node): CacheSpec => ({ name: `l3.${node}`, level: 3, capacityBytes: 16 * MiB, cores: ids.slice(node * coresEach, (node + 1) * coresEach), bytesPerNs: 16, latencyNs: 10, sharedBytesPerNs: 24 })),
    ],
    nodes: Array.from({ length: nodes }, (_, node) => ({ name: `node${node}`, capacityBytes: GiB, bytesPerNs: 20, latencyNs: 100 })),
    ...more,
  };
}

export function access(more: Partial<MemoryAccess>): MemoryAccess {
  return { name: "data", bytes: 0, workingSetBytes: more.bytes ?? 0, pattern: "stream", writeShare: 0, home: -1, ...more };
}
