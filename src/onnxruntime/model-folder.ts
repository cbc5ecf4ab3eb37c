import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, appendFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, normalize, resolve } from "node:path";
import { randomSource } from "../base/random.ts";
import { readModel } from "../graph/onnx/read-model.ts";

/** Files larger than this hold their weights themselves. */
const graphAloneBytes = 64 * 2 ** 20;
/** Bytes of made-up weights that are written again and again. */
const blockBytes = 2 ** 20;

/**
 * A private temporary folder, with models as ONNX Runtime can load them. Weights that a model points to, and that are
 * not beside it, are made up there: small random numbers, since zeros all share one page of memory.
 */
export class ModelFolder {
  readonly path = mkdtempSync(join(tmpdir(), "heddle-"));
  #count = 0;

  /** Name of a new file in the folder. */
  file(name: string): string {
    return join(this.path, `${this.#count++}-${name}`);
  }

  /** The model's file, or a copy of it here, beside made-up weights. */
  complete(model: string): string {
    if (statSync(model).size > graphAloneBytes) return model;
    const missing = [...externalFiles(readFileSync(model))].filter(([location]) => !existsSync(resolve(dirname(model), location)));
    if (missing.length === 0) return model;
    const folder = this.file(basename(model, ".onnx"));
    for (const [location, bytes] of missing) {
      // Nothing is written outside the folder, whatever the model says.
      const file = join(folder, normalize(`/${location}`));
      mkdirSync(dirname(file), { recursive: true });
      writeRandom(file, bytes);
    }
    copyFileSync(model, join(folder, basename(model)));
    return join(folder, basename(model));
  }

  /** Writes a file of that name. */
  write(name: string, bytes: Uint8Array): string {
    writeFileSync(join(this.path, name), bytes);
    return join(this.path, name);
  }

  /** Removes everything. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Files beside the model that hold weights, with the bytes that they have at least. */
function externalFiles(model: Uint8Array): Map<string, number> {
  const files = new Map<string, number>();
  for (const { external } of readModel(model).graph.initializers) {
    const entry = (key: string): string | undefined => external.find((other) => other.key === key)?.value;
    const location = entry("location");
    if (location !== undefined) files.set(location, Math.max(files.get(location) ?? 0, Number(entry("offset") ?? 0) + Number(entry("length") ?? 0)));
  }
  return files;
}

function writeRandom(file: string, bytes: number): void {
  const random = randomSource(0, "weights");
  const block = new Uint8Array(Float32Array.from({ length: blockBytes / 4 }, () => (random() - 0.5) / 16).buffer);
  writeFileSync(file, "");
  for (let written = 0; written < bytes; written += blockBytes) appendFileSync(file, block.subarray(0, Math.min(blockBytes, bytes - written)));
}
