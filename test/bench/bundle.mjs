import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sourcePlugin } from "../../scripts/source-plugin.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Bundles benchmarks as the command line is, since Node runs no TypeScript: NAME.bench.ts becomes NAME.bench.mjs in the folder. */
export function bundleBenchmarks(names, folder) {
  return build({
    entryPoints: names.map((name) => join(here, `${name}.bench.ts`)), outdir: folder, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, packages: "external",
    format: "esm", platform: "node", target: "node20", sourcemap: "linked", minifySyntax: true, plugins: [sourcePlugin], logLevel: "warning",
  });
}
