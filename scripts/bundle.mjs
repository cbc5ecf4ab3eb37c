/**
 * Bundles the command line with all that it needs into one file, and its threads into a few: Node then reads one file
 * instead of four hundred, and half of the start is saved. The library (`dist/index.js` …) stays as it is.
 */
import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { sourcePlugin } from "./source-plugin.mjs";

const finished = "dist/bundle";
// Built beside it and then renamed: a command that starts meanwhile finds the old one.
const outdir = `dist/bundle-${process.pid}`;
const common = {
  outdir, bundle: true, platform: "node", target: "node20", sourcemap: true, legalComments: "linked", logLevel: "warning",
  // A part of the start is spent on reading the code; names stay, for messages of internal errors.
  minifyWhitespace: true, minifySyntax: true,
  // Large, and loaded only when a picture is drawn.
  external: ["d3", "d3-*", "jsdom"],
  plugins: [sourcePlugin],
};
// A function of what ES modules and CommonJS call by different names: bin/heddle.mjs calls it.
await build({
  ...common, entryPoints: { heddle: "src/cli/heddle.ts" }, format: "cjs", outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "__url" }, banner: { js: "(function (require, __url) {" }, footer: { js: "})" },
});
await build({
  ...common, entryPoints: { "guarded-thread": "src/cli/guarded-thread.ts", "sweep-worker": "src/sweep/sweep-worker.ts", "measure-child": "src/calibrate/measure/measure-child.ts" }, format: "esm", splitting: true,
  // CommonJS packages inside an ES module ask for Node's own modules with `require`.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
});
// The thread kernels that `heddle calibrate` runs, each of their processes and threads from a file of its own.
await build({
  ...common, outdir: `${outdir}/threads`, entryPoints: ["host", "harness/child", "harness/worker"].map((name) => `kernels/threads/${name}.ts`),
  entryNames: "[name]", format: "esm", outExtension: { ".js": ".mjs" },
});
// What follows from their samples is worked out in the command itself, which cannot import ES modules.
await build({ ...common, outdir: `${outdir}/threads`, entryPoints: ["kernels/threads/thread-costs.ts"], format: "cjs", outExtension: { ".js": ".cjs" }, define: { "import.meta.url": "undefined" } });
execFileSync(process.execPath, ["scripts/precompile.mjs", outdir, finished], { stdio: ["ignore", "ignore", "inherit"] });
rmSync(finished, { recursive: true, force: true });
renameSync(outdir, finished);
