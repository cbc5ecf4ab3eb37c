import type { Instance, NameList } from "../core/instance.ts";
import { withDigest } from "./with-digest.ts";

/** An instance whose columns all threads see: plain data, to be posted. Made by {@link shareInstance}. */
export interface SharedInstance {
  readonly columns: Omit<Instance, "digest" | "opNames" | "tensorNames">;
  readonly opNames: PackedNames;
  readonly tensorNames: PackedNames;
}

/** Names as one text in UTF-8, and where each ends. */
interface PackedNames {
  readonly bytes: Uint8Array;
  readonly ends: Float64Array;
}

/**
 * Copies an instance into memory that threads share, once, however many workers then read it.
 * @example
 * const copy = openInstance(structuredClone(shareInstance(instance))); // as a worker gets it
 */
export function shareInstance(instance: Instance): SharedInstance {
  const columns: Record<string, unknown> = {};
  for (const key of Object.keys(instance) as (keyof Instance)[]) {
    if (key !== "digest" && key !== "opNames" && key !== "tensorNames") columns[key] = shared(instance[key]);
  }
  return { columns: columns as unknown as SharedInstance["columns"], opNames: packNames(instance.opNames), tensorNames: packNames(instance.tensorNames) };
}

/** The instance again, in the thread that was sent it. */
export function openInstance({ columns, opNames, tensorNames }: SharedInstance): Instance {
  return withDigest({ ...columns, opNames: openNames(opNames), tensorNames: openNames(tensorNames) });
}

/** Typed arrays copied into shared memory, at any depth; everything else as it is. */
function shared(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return sharedCopy(value as Uint8Array);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shared(part)]));
}

/** A typed array of the same kind in shared memory. */
export function sharedCopy<A extends { readonly length: number; readonly byteLength: number }>(column: A): A {
  const copy = new (column.constructor as new (buffer: SharedArrayBuffer) => A & { set(from: A): void })(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}

function packNames(names: NameList): PackedNames {
  const encoder = new TextEncoder();
  const ends = new Float64Array(new SharedArrayBuffer(names.length * 8));
  let bytes = new Uint8Array(Math.max(64, names.length * 16));
  let length = 0;
  for (let id = 0; id < names.length; id++) {
    const name = names.at(id);
    // A UTF-16 unit takes at most three bytes.
    if (length + name.length * 3 > bytes.length) {
      const larger = new Uint8Array(2 * (bytes.length + name.length * 3));
      larger.set(bytes);
      bytes = larger;
    }
    length += encoder.encodeInto(name, bytes.subarray(length)).written;
    ends[id] = length;
  }
  return { bytes: sharedCopy(bytes.slice(0, length)), ends };
}

function openNames({ bytes, ends }: PackedNames): NameList {
  const decoder = new TextDecoder();
  // `slice` into memory of one's own: a decoder takes no other.
  return { length: ends.length, at: (id) => decoder.decode(bytes.slice(id === 0 ? 0 : ends[id - 1]!, ends[id]!)) };
}
