import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../src/cli/main.ts";

/** What a command line gave. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. A policy of the user's needs a thread, and so {@link spawnHeddle}. */
export async function heddle(...args: string[]): Promise<Outcome> {
  let out = "";
  let err = "";
  const code = await main(args, { out: (text) => void (out += text), err: (text) => void (err += text), interactive: false, colour: false });
  return { code, out, err };
}

/** The built command line; HEDDLE_BIN names another build than this folder's. */
export const heddleBin = process.env["HEDDLE_BIN"] ?? fileURLToPath(new URL("../../bin/heddle.mjs", import.meta.url));

/** Runs `node bin/heddle.mjs …` as users do. */
export function spawnHeddle(args: readonly string[], options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(process.execPath, [heddleBin, ...args], { env, timeout: 60_000, maxBuffer: 1 << 28, ...(options.cwd !== undefined && { cwd: options.cwd }) }, (_, out, err) => resolve({ code: child.exitCode, out, err }));
  });
}

/** A folder for one test file; what is in it goes with {@link removeFolder}. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "heddle-cli-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Names of temporary files that were left behind in a folder. */
export function leftovers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("heddle-tmp"));
}

/** A line of a JavaScript stack trace. */
export const stackLine = /^\s+at .+:\d+:\d+\)?$/m;
