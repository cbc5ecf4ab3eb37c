import type { Trace } from "../core/trace.ts";
import { readOrdinaryFile } from "../scenario/read-file.ts";

/** Reads a trace written by `heddle run --trace`. @throws {InputError} when it is missing, damaged or something else. */
export async function readTrace(file: string): Promise<Trace> {
  const { loadTrace } = await import("../trace/saved-trace.ts");
  return loadTrace(new TextDecoder().decode(await readOrdinaryFile(file)), { file });
}
