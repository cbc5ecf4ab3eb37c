/**
 * `npm run bench -- [name…] [--size 10k|100k|1m]… [--runs N] [--json]`: every benchmark but `peers`, or those named. Each
 * `*.bench.ts` asserts the work done before it reports a time, and returns tables; it is bundled first, as the command line is.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundleBenchmarks } from "./bundle.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(here, "../..");
process.chdir(root);

const [flag, bundled, ...childArgs] = process.argv.slice(2);
if (flag === "--child") process.stdout.write(JSON.stringify((await (await import(pathToFileURL(bundled).href)).child(...childArgs)) ?? null));
else await main();

async function main() {
  const known = readdirSync(here).filter((file) => file.endsWith(".bench.ts")).map((file) => file.slice(0, -".bench.ts".length));
  const { values, positionals } = options();
  for (const name of positionals) if (!known.includes(name)) usage(`there is no benchmark "${name}"; one of: ${known.join(", ")}`);
  // The peers take long and need packages, so they are asked for by name.
  const wanted = positionals.length > 0 ? positionals : known.filter((name) => name !== "peers");
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/bench-"));
  try {
    await bundleBenchmarks(wanted, join(folder, "code"));
    const { tableJson, tableText } = await harness(folder);
    const tables = [];
    for (const name of wanted) {
      const file = join(folder, "code", `${name}.bench.mjs`);
      const { bench } = await import(pathToFileURL(file).href);
      for (const table of await bench(context(file, folder, values))) {
        if (values.json) tables.push({ benchmark: name, ...tableJson(table) });
        else process.stdout.write(`\n${tableText(table)}`);
      }
    }
    if (values.json) process.stdout.write(`${JSON.stringify(tables, undefined, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function options() {
  try {
    return parseArgs({ allowPositionals: true, options: { size: { type: "string", multiple: true }, runs: { type: "string", default: "3" }, json: { type: "boolean", default: false } } });
  } catch (error) {
    usage(error.message);
  }
}

function usage(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

async function harness(folder) {
  const outfile = join(folder, "code/harness.mjs");
  await build({ entryPoints: [join(here, "harness.ts")], outfile, format: "esm", target: "node20", logLevel: "warning" });
  return import(pathToFileURL(outfile).href);
}

function context(file, folder, { size, runs }) {
  if (!/^[1-9]\d*$/.test(runs)) usage(`--runs is a number from 1, not "${runs}"`);
  return {
    folder,
    sizes: size?.map(readSize),
    runs: Number(runs),
    inChild: (...args) => JSON.parse(execFileSync(process.execPath, ["--expose-gc", "--max-old-space-size=8192", fileURLToPath(import.meta.url), "--child", file, ...args], { encoding: "utf8", maxBuffer: 1 << 28 })),
    progress: (text) => process.stderr.write(`${text}\n`),
  };
}

function readSize(text) {
  const [, digits, unit] = /^(\d+)([km]?)$/i.exec(text) ?? usage(`--size is a number of operators such as 10k, 100k or 1m, not "${text}"`);
  return Number(digits) * { "": 1, k: 1e3, m: 1e6 }[unit.toLowerCase()];
}
