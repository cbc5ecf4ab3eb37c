import { toHalf } from "./half.ts";
import { period, type ElementType, type Operand } from "./program.ts";

/** Bytes of an element. */
export const sizeBytes: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2 };

/** Bytes of an operand on the device: whole words. */
export function operandBytes({ elements, type }: Operand, elementType: ElementType): number {
  return Math.ceil((elements * (type === "index" ? 4 : sizeBytes[elementType])) / 4) * 4;
}

/** Elements of a chunk: whole periods, and an even number of them. */
const chunkElements = period * 2048;

/**
 * The operand as the device stores it, or as much of it as is repeated throughout: numbers have a period, and a chunk is
 * a multiple of it. Indices have none, and come as a whole.
 */
export function operandChunk(operand: Operand, elementType: ElementType): Uint8Array {
  const { elements, type } = operand;
  if (type === "index") return bytesOf(Uint32Array.from({ length: elements }, (_, at) => operand.at(at)));
  const count = Math.min(chunkElements, elements + (elements % 2));
  const first = Math.min(period, count);
  const data = elementType === "f32" ? new Float32Array(count) : new Uint16Array(count);
  for (let at = 0; at < first; at++) data[at] = elementType === "f32" ? operand.at(at) : toHalf(operand.at(at));
  for (let filled = first; filled < count; filled *= 2) data.copyWithin(filled, 0, Math.min(filled, count - filled));
  return bytesOf(data);
}

const bytesOf = (data: Uint32Array | Float32Array | Uint16Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
