import { readFileSync } from "node:fs";
import { InputError } from "../base/errors.ts";
import { ModelFolder } from "./model-folder.ts";
import { OrtFailure, OrtProcess } from "./ort-process.ts";

/** How a model is optimized. */
export interface OptimizeOptions {
  /** After which ONNX Runtime is given up; default 5 minutes. */
  readonly timeoutMs?: number;
}

/**
 * Asks ONNX Runtime for the graph that it will run on this machine's CPU: constants folded, operators fused, and
 * convolutions in its own memory layout. Symbolic dimensions stay open. It runs in a process of its own; weights go to a temporary file that is removed
 * unread, the answer holds the graph alone.
 * @returns an ONNX file, for `importOnnx`
 * @throws {InputError} when ONNX Runtime is not installed, or does not take the model.
 */
export async function optimizeModel(file: string, { timeoutMs = 300_000 }: OptimizeOptions = {}): Promise<Uint8Array> {
  const folder = new ModelFolder();
  try {
    const optimizedTo = folder.file("optimized.onnx");
    const session = await OrtProcess.open({ file: folder.complete(file), setting: { executor: "sequential", intraThreads: 1, interThreads: 1 }, optimizedTo }, timeoutMs);
    session.close();
    return readFileSync(optimizedTo);
  } catch (error) {
    if (!(error instanceof OrtFailure)) throw error;
    throw new InputError({ code: "ort-refused", message: `ONNX Runtime does not take the model: ${error.message}`, file, hint: "without --optimize ort, Heddle reads the file itself and fuses as runtimes commonly do" });
  } finally {
    folder.remove();
  }
}
