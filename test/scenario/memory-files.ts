import { InputError } from "../../src/base/errors.ts";
import type { ReadFile } from "../../src/scenario/read-file.ts";

/** Reads from a map of names to contents, so that tests touch no disk. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): ReadFile {
  return async (file) => {
    const content = files[file];
    if (content === undefined) throw new InputError({ code: "missing-file", message: `there is no file ${file}` });
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
}

/** The message of the InputError that `work` ends with. */
export async function messageOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}
