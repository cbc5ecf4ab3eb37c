import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { InputError } from "../base/errors.ts";

/** Most bytes that a packed file may have unpacked: a small file may claim to hold anything. */
export const unpackLimit = 2 ** 28;

/**
 * The bytes of a file as they are, or unpacked where they were packed with gzip.
 * @throws {InputError} for a damaged file, and for one that holds more than `limitBytes`, before all of it is unpacked.
 */
export async function unpack(bytes: Uint8Array, file: string, limitBytes = unpackLimit): Promise<Uint8Array> {
  if (!isPacked(bytes)) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw new InputError({ code: "file-too-large", message: `unpacked, the file has more than ${limitBytes} bytes`, file });
    throw new InputError({ code: "bad-gzip", message: "the file is packed with gzip, and damaged", file, hint: "is it truncated?" });
  }
}

/** True where the bytes start as those of gzip do. */
export function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
