/**
 * `node kernels/threads/run.mjs [cases|costs|list] [options]`: see --help and README.md. The harness is TypeScript, which
 * Node does not run, so it is bundled first.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-threads-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

await build({
  entryPoints: ["main", "harness/child", "harness/worker"].map((name) => join(here, `${name}.ts`)),
  entryNames: "[name]", outdir: folder, outExtension: { ".js": ".mjs" },
  bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning",
});
const { main } = await import(pathToFileURL(join(folder, "main.mjs")).href);
process.exitCode = await main(process.argv.slice(2), pathToFileURL(`${folder}/`));
