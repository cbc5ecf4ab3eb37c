import { formatBytes } from "../base/units.ts";
import type { Instance } from "../core/instance.ts";

/**
 * What is wrong where the resident weights are more than all memories hold in which they can lie; undefined where they
 * may fit. A weight stays in the memory of every device that runs an operator which reads it, so no schedule can avoid it.
 * @example
 * weightsBeyondMemories(instance); // "the weights take 548 MiB, and the memories that they can lie in have 300 MiB in all"
 */
export function weightsBeyondMemories(instance: Instance): string | undefined {
  const { opCount, inputs, tensorCount, tensorBytes, tensorProducer, tensorHome, deviceMemory, deviceCount, classCount, classOf, costTicks, memoryBytes } = instance;
  const isWeight = new Uint8Array(tensorCount);
  const readsWeight = new Uint8Array(classCount);
  for (let op = 0; op < opCount; op++) {
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0) isWeight[tensor] = readsWeight[classOf[op]!] = 1;
    }
  }
  const mayHold = new Uint8Array(memoryBytes.length);
  for (let c = 0; c < classCount; c++) {
    for (let device = 0; readsWeight[c] === 1 && device < deviceCount; device++) if (costTicks[c * deviceCount + device]! < Infinity) mayHold[deviceMemory[device]!] = 1;
  }
  const bytes = tensorBytes.reduce((sum, own, tensor) => sum + own * isWeight[tensor]!, 0);
  const room = memoryBytes.reduce((sum, own, memory) => (mayHold[memory] === 1 ? sum + own : sum), 0);
  return bytes > room ? `the weights take ${formatBytes(bytes)}, and the memories that they can lie in have ${formatBytes(room)} in all` : undefined;
}
