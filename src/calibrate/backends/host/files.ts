import { closeSync, constants, fsyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MeasureOptions } from "../../backend.ts";
import type { Outcome } from "../../measure/messages.ts";
import type { Kernel } from "../../sample.ts";

const fileBytes = 64 * 2 ** 20;
const readBytes = [4096, 65_536, 2 ** 20, 8 * 2 ** 20];

/** Reads from the disk, past the cache of the system, and reads from that cache: so many bytes at once, at places in no order. */
export const fileKernels: readonly Kernel[] = ["disk.read", "disk.cached"].flatMap((kind) => readBytes.map((bytes): Kernel => ({ kind, shape: { bytes }, dtype: "u8" })));

/** WebAssembly memory begins at a page of memory, as reads past the cache need it. */
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer } } }).WebAssembly;

/** Measures {@link fileKernels} on a file in the folder for temporary files. */
export function* measureFiles(kernels: readonly Kernel[], options: MeasureOptions): Generator<Outcome> {
  if (kernels.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "heddle-disk-"));
  try {
    const file = join(folder, "data");
    write(file);
    for (const kernel of kernels) yield measureReads(file, kernel, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(file: string): void {
  const descriptor = openSync(file, "w");
  const block = new Uint8Array(2 ** 20).map((_, i) => i * 31);
  for (let written = 0; written < fileBytes; written += block.length) writeSync(descriptor, block);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function measureReads(file: string, kernel: Kernel, { least, most, budgetMs }: MeasureOptions): Outcome {
  const bytes = kernel.shape["bytes"]!;
  const direct = kernel.kind === "disk.read";
  if (direct && constants.O_DIRECT === undefined) return { ...kernel, failure: "this system does not read past its cache" };
  let descriptor: number;
  try {
    descriptor = openSync(file, direct ? constants.O_RDONLY | constants.O_DIRECT : constants.O_RDONLY);
  } catch {
    return { ...kernel, failure: "the file system of the folder for temporary files does not read past the cache" };
  }
  try {
    const target = new Uint8Array(new Memory({ initial: Math.ceil(bytes / 65_536) }).buffer, 0, bytes);
    const ns: number[] = [];
    const endNs = process.hrtime.bigint() + BigInt(Math.round(Math.max(budgetMs, 100) * 1e6));
    for (let i = 0; i < 10 * most && (ns.length < least || process.hrtime.bigint() < endNs); i++) {
      const at = ((i * 7919 * 4096) % (fileBytes - bytes + 4096)) & ~4095;
      const start = process.hrtime.bigint();
      readSync(descriptor, target, 0, bytes, Math.min(at, fileBytes - bytes));
      ns.push(Number(process.hrtime.bigint() - start));
    }
    return { ...kernel, ns };
  } catch (error) {
    return { ...kernel, failure: `the file cannot be read: ${(error as Error).message}` };
  } finally {
    closeSync(descriptor);
  }
}
