import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The harness of kernels/threads, compiled for worker threads. */
export interface Bundle {
  /** Folder of `child.mjs` and `worker.mjs`. */
  readonly code: URL;
  remove(): void;
}

/** Compiles the harness into a folder of its own. */
export async function bundleThreads(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-threads-test-"));
  await build({
    entryPoints: ["child", "worker"].map((name) => join(import.meta.dirname, `../../kernels/threads/harness/${name}.ts`)),
    entryNames: "[name]", outdir: folder, outExtension: { ".js": ".mjs" }, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning",
  });
  return { code: pathToFileURL(`${folder}/`), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
