import type { Instance } from "../instance.ts";
import type { MemoryModel } from "./memory-model.ts";
import type { ThreadResources } from "./thread-activities.ts";
import type { ThreadSpec } from "./thread-spec.ts";

/** Capacities of everything that activities share, those of threads after those of the machine: physical cores, the memory system, files. */
export function resourcesWithThreads(instance: Instance, { spec, memory, device }: { readonly spec: ThreadSpec; readonly memory?: MemoryModel | undefined; readonly device?: number | undefined }): { capacity: Float64Array; at: ThreadResources } {
  const own = instance.resourceCapacity;
  const { physical, smtGain } = spec.cores;
  const cores = physical.reduce((most, core) => Math.max(most, core + 1), 0);
  const model = memory?.capacity ?? new Float64Array(0);
  const files = spec.objects.flatMap((group) => Array.from({ length: group.count }, () => (group.kind === "file" ? group.bytesPerTick : Infinity)));
  const opMemory = device === undefined ? -1 : instance.deviceMemory[device]!;
  const at = { opMemory: opMemory >= 0 && own[opMemory]! < Infinity ? opMemory : -1, physical: own.length, memory: own.length + cores, files: own.length + cores + model.length };
  const capacity = new Float64Array(at.files + files.length);
  capacity.set(own);
  capacity.fill(smtGain, at.physical, at.memory);
  capacity.set(model, at.memory);
  capacity.set(files, at.files);
  return { capacity, at };
}
