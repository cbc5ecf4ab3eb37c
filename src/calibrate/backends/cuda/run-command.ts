import { execFile } from "node:child_process";

/** What a command printed, or why it could not be run or failed: the end of its errors. */
export function runCommand(command: string, args: readonly string[]): Promise<{ readonly ok: true; readonly out: string } | { readonly ok: false; readonly why: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 2 ** 26 }, (error, out, errors) => {
      if (error === null) resolve({ ok: true, out });
      else resolve({ ok: false, why: errors.trim() || out.trim() || error.message });
    });
  });
}
