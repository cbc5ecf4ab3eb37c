import { STRIDE } from "./opcode.ts";
import type { Position, ProgramCode } from "./thread-spec.ts";

/** Where an instruction is written. @param pc of the instruction */
export function codePosition({ files, file, line, column }: ProgramCode, pc: number): Position {
  const at = pc / STRIDE;
  return { file: files[file[at]!] ?? "", line: line[at] ?? 0, column: column[at] ?? 0 };
}

/** A position as errors have it; nothing where it is in no file, the file alone where that has no lines. */
export function issuePlace({ file, line, column }: Position): { readonly file?: string; readonly line?: number; readonly column?: number } {
  return file === "" ? {} : line > 0 ? { file, line, column } : { file };
}

/** As messages say it: `scenario.yaml:12:7`; "" where it is in no file. */
export function placeText({ file, line, column }: Position): string {
  return line > 0 ? `${file}:${line}:${column}` : "";
}
