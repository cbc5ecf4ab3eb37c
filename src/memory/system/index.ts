/**
 * Caches and memory as threads see them: {@link MemorySystem} answers what an activity takes alone, and what it draws of
 * shared resources, given who runs beside it. The formulas are functions of their own.
 */
export { CacheShares } from "./cache-shares.ts";
export { checkMemoryAccesses, checkMemorySystem } from "./check-memory.ts";
export { coldProgress, type ColdProgress } from "./cold-start.ts";
export { hitFraction, missed, survivingBytes } from "./hit-fraction.ts";
export { sumOfSpeeds } from "./core-speeds.ts";
export { memorySystemOf, type CpuSystem, type HardwareThreads } from "./from-machine.ts";
export { copyMessage, falseSharing, shareMessage, sharedStoreNs, type FalseSharing, type MessageCost } from "./line-costs.ts";
export { bestBlock, matmulTraffic, type BlockedMatmul } from "./matmul-traffic.ts";
export type { CacheSpec, DiskSpec, InterconnectSpec, MemoryAccess, MemoryCoreSpec, MemoryResource, MemorySystemSpec, NumaNodeSpec, PageSpec, Placement, RegionSpec, TlbLevelSpec, TlbSpec } from "./memory-spec.ts";
export { MemorySystem } from "./memory-system.ts";
export { MemoryUses } from "./memory-uses.ts";
export { diskNs, firstTouchNs, pageBytes, tlbReach } from "./page-costs.ts";
export { ThreadMemory, threadMemory } from "./thread-memory.ts";
export { colourShares, wayShares } from "./partition.ts";
export { Regions, distanceOf } from "./regions.ts";
