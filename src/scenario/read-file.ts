import { readFileSync, statSync } from "node:fs";
import { InputError } from "../base/errors.ts";
import type { Position } from "./source-tree.ts";

/** Reads a whole file. A page or a test may bring its own. */
export type ReadFile = (file: string) => Promise<Uint8Array>;

/** More than this Node does not read at once. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads an ordinary file; devices, pipes and folders are refused, since reading them may never end.
 * Nothing else could be done meanwhile: read at once, a large file takes half the time.
 * @param limitBytes refuse more before reading it; default: 2 GiB
 * @throws {InputError} when there is no such file, or it cannot be read.
 */
export async function readOrdinaryFile(file: string, limitBytes = largestFile): Promise<Uint8Array> {
  let size: number;
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new InputError({ code: "not-a-file", message: `${file} is ${status.isDirectory() ? "a folder" : "not a file"}` });
    size = status.size;
    if (size <= limitBytes) return readFileSync(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ENOTDIR") throw new InputError({ code: "missing-file", message: `there is no file ${file}` });
    throw new InputError({ code: "unreadable-file", message: `cannot read ${file} (${code ?? String(error)})` });
  }
  throw new InputError({ code: "file-too-large", message: `${file} has ${size} bytes; at most ${limitBytes} are read` });
}

/** Gives the issues of a failed read the position where the file was named. */
export function blameReader(error: unknown, at: Position | undefined): unknown {
  if (!(error instanceof InputError) || at === undefined) return error;
  return new InputError(error.issues.map((issue) => (issue.file === undefined ? { ...issue, ...at } : issue)));
}
