import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join, basename, resolve } from "node:path";
import { InputError } from "../base/errors.ts";

/**
 * Writes a file whole or not at all: under a temporary name beside it, then renamed. Chunks are written as they come,
 * so a large result never stands in memory twice.
 * @throws {InputError} when the place cannot be written.
 */
export function writeWhole(file: string, chunks: Iterable<string | Uint8Array>): void {
  const target = resolve(file);
  const temporary = join(dirname(target), `.heddle-tmp-${process.pid}-${basename(target)}`);
  let descriptor: number | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    descriptor = openSync(temporary, "w");
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    }
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = undefined;
    renameSync(temporary, target);
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    rmSync(temporary, { force: true });
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw error;
    throw new InputError({ code: "cannot-write", message: `cannot write ${file} (${code})`, hint: "choose another place with --out" });
  }
}
