import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { kernelFolder } from "../../kernel-family.ts";
import { runCommand } from "./run-command.ts";

/** The release of the nvcc on the PATH, such as "12.4"; undefined where there is none. */
export async function nvccVersion(): Promise<string | undefined> {
  const asked = await runCommand("nvcc", ["--version"]);
  return asked.ok ? (/release ([\d.]+)/.exec(asked.out)?.[1] ?? "unknown") : undefined;
}

/**
 * The path of the compiled program. It is compiled when it is first needed, which takes a minute or so, and kept in the
 * user's cache under the hash of its sources and the compiler.
 * @throws {Error} with the compiler's first complaint
 */
export async function cudaProgram(): Promise<string> {
  const cache = cacheFolder();
  const program = join(cache, `heddle-cuda-${sourceHash((await nvccVersion()) ?? "")}`);
  if (existsSync(program)) return program;
  // Compiled beside its place and then renamed: who comes meanwhile finds it whole or not at all.
  const folder = mkdtempSync(join(cache, "build-"));
  try {
    const made = await runCommand("make", ["-C", kernelFolder("cuda"), `-j${availableParallelism()}`, `BUILD=${folder}`, `PROGRAM=${join(folder, "heddle-cuda")}`]);
    if (!made.ok) throw new Error(`kernels/cuda could not be compiled: ${complaint(made.why)}`);
    renameSync(join(folder, "heddle-cuda"), program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

/** The line of the compiler's that says what is wrong. */
export function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.find((line) => /error|cannot find|not found|no such file/i.test(line) && !/^make/.test(line)) ?? lines.at(-1) ?? "no message";
}

function cacheFolder(): string {
  try {
    const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "heddle");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return mkdtempSync(join(tmpdir(), "heddle-cuda-"));
  }
}

function sourceHash(version: string): string {
  const hash = createHash("sha256").update(version);
  const folder = kernelFolder("cuda");
  for (const file of readdirSync(folder).filter((name) => /\.(cu|cpp|hpp)$|^Makefile$/.test(name)).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 16);
}
