import { lockMicros } from "./locks.ts";
import { memoryMicros } from "./memory.ts";
import type { Micro } from "./micro.ts";
import { schedulingMicros } from "./scheduling.ts";
import { throughputMicros } from "./throughput.ts";

/** Every micro-benchmark. */
export const micros: readonly Micro[] = [...memoryMicros, ...lockMicros, ...schedulingMicros, ...throughputMicros];
