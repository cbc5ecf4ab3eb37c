#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const entry = new URL("../dist/bundle/heddle.js", import.meta.url);
if (!existsSync(fileURLToPath(entry))) {
  process.stderr.write("heddle is not built yet: run `npm run build` in its folder first\n");
  process.exit(2);
}
await import(entry.href);
