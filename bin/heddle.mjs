#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

const bundle = new URL("../dist/bundle/heddle.cjs", import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write("heddle is not built yet: run `npm run build` in its folder first\n");
  process.exit(2);
}
const script = new Script(readFileSync(bundle, "utf8"), { filename: bundle.href, cachedData: compiledCode(), importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
script.runInThisContext()(createRequire(bundle), bundle.href);

/** What V8 made of the bundle when it was built, if that was for this Node and in this place: a third of the start is saved. */
function compiledCode() {
  const file = new URL("heddle.cache", bundle);
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  const head = `${process.version} ${process.platform} ${process.arch} ${bundle.href}\n`;
  return bytes.toString("utf8", 0, Buffer.byteLength(head)) === head ? bytes.subarray(Buffer.byteLength(head)) : undefined;
}
