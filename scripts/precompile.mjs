/**
 * `node scripts/precompile.mjs FOLDER FINAL`: runs the bundled command line in FOLDER on a few inputs, and keeps what V8
 * made of its code meanwhile, so that bin/heddle.mjs need not compile it again. FINAL is where FOLDER will be moved:
 * the compiled code knows its place.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";

const [folder, final] = process.argv.slice(2).map((path) => resolve(path));
const { href } = pathToFileURL(join(final, "heddle.cjs"));
const script = new Script(readFileSync(join(folder, "heddle.cjs"), "utf8"), { filename: href, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
const commandLines = [["run", "scenarios/inline-graph.yaml"], ["run", "scenarios/task-graph.yaml"], ["run", "mlp", "--machine", "mixed", "--format", "json"]];
process.on("beforeExit", runNext);

/** Each when the one before has nothing left to do. */
function runNext() {
  const args = commandLines.shift();
  if (args === undefined) {
    const head = `${process.version} ${process.platform} ${process.arch} ${href}\n`;
    return writeFileSync(join(folder, "heddle.cache"), Buffer.concat([Buffer.from(head), script.createCachedData()]));
  }
  process.argv = [process.execPath, href, ...args];
  script.runInThisContext()(createRequire(href), href);
  // Without anything that is due, there would be no other `beforeExit`.
  setImmediate(() => undefined);
}
