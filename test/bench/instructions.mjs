/**
 * `npm run bench:instructions -- BENCHMARK CASE… SIZE [--code FUNCTION]`: how many machine instructions a case of a
 * benchmark takes, by function and by line, for each of its SIZE operators or acquisitions. Counted by valgrind in the code
 * that V8 optimized, so that it is the same whoever else uses the machine: for comparing two ways to write something.
 * `--code` prints the instructions of a function, each with how often it is run and the line that it comes from.
 *
 * @example
 * npm run bench:instructions -- threads ticket 100000
 * npm run bench:instructions -- scale fifo 20000 --code start
 */
import { spawnSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleBenchmarks } from "./bundle.mjs";

const SHOWN_FUNCTIONS = 30;
const SHOWN_LINES = 50;
/** Instructions that are run less often than that, for each operator, are not worth showing. */
const RARE = 0.01;

const here = fileURLToPath(new URL(".", import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { code: { type: "string" } } });
const [benchmark, ...childArgs] = positionals;
const size = Number(childArgs.at(-1));
if (!(size > 0)) usage("name a benchmark, its case and its size: threads ticket 100000");
if (spawnSync("valgrind", ["--version"]).status !== 0) usage("this needs valgrind: apt-get install valgrind");

const root = resolve(here, "../..");
mkdirSync(join(root, "dist"), { recursive: true });
const folder = mkdtempSync(join(root, "dist/instructions-"));
try {
  await bundleBenchmarks([benchmark], folder);
  const bundle = join(folder, `${benchmark}.bench.mjs`);
  const { functions, costs } = await count(bundle);
  print(readFileSync(bundle, "utf8"), functions, costs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the case under callgrind. */
async function count(bundle) {
  const out = join(folder, "callgrind.out");
  const { status, stdout, stderr } = spawnSync("valgrind", [
    "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no", "--compress-strings=no", `--callgrind-out-file=${out}`, "--smc-check=all-non-file",
    process.execPath, "--expose-gc", "--single-threaded", "--predictable", "--print-opt-code", join(here, "run.mjs"), "--child", bundle, ...childArgs,
  ], { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) usage(`the case did not run:\n${stderr.split("\n").slice(-12).join("\n")}`);
  return { functions: optimizedFunctions(stdout), costs: await costByAddress(out) };
}

/** What `--print-opt-code` prints: each function's instructions, with address and offset, and which place in the source each offset comes from. */
function optimizedFunctions(text) {
  const functions = [];
  let section = "";
  for (const line of text.split("\n")) {
    const current = functions.at(-1);
    if (line.startsWith("--- Optimized code")) {
      functions.push({ name: "", instructions: [], positions: [] });
      section = "head";
    } else if (section === "head" && line.startsWith("name = ")) current.name = line.slice("name = ".length);
    else if (line.startsWith("Instructions (size")) section = "instructions";
    else if (line.startsWith("Source positions")) section = "positions";
    else if (/^(Inlined functions|Deoptimization Input|Safepoints|RelocInfo)/.test(line)) section = "";
    else if (section === "instructions") {
      const [, address, offset, code] = /^0x([\da-f]+)\s+([\da-f]+)\s+[\da-f]+\s+(.*)$/.exec(line) ?? [];
      if (address !== undefined) current.instructions.push({ address: parseInt(address, 16), offset: parseInt(offset, 16), code });
    } else if (section === "positions") {
      const [, offset, position] = /^\s*([\da-f]+)\s+(\d+)/.exec(line) ?? [];
      if (offset !== undefined) current.positions.push({ offset: parseInt(offset, 16), position: Number(position) });
    }
  }
  return functions;
}

/** How often the instruction at each address was run. Costs of calls are in the lines of what was called. */
async function costByAddress(file) {
  const costs = new Map();
  let isCall = false;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.startsWith("calls=")) isCall = true;
    else if (line.startsWith("0x")) {
      const fields = line.split(" ");
      const address = Number(fields[0]);
      if (!isCall) costs.set(address, (costs.get(address) ?? 0) + Number(fields.at(-1)));
      isCall = false;
    }
  }
  return costs;
}

function print(source, functions, costs) {
  const lines = source.split("\n");
  const lineAt = lineFinder(lines);
  const byFunction = new Map();
  const byLine = new Map();
  const add = (sums, key, cost) => sums.set(key, (sums.get(key) ?? 0) + cost);
  for (const { name, instructions, positions } of functions) {
    let next = 0;
    let line = 0;
    let isTitled = false;
    for (const { address, offset, code } of instructions) {
      while (next < positions.length && positions[next].offset <= offset) line = lineAt(positions[next++].position);
      const cost = (costs.get(address) ?? 0) / size;
      add(byFunction, name, cost);
      add(byLine, `${name}\t${line}`, cost);
      if (name !== values.code || cost < RARE) continue;
      if (!isTitled) console.log(`\n${name}`);
      isTitled = true;
      console.log(`${cost.toFixed(2).padStart(8)}  ${String(line).padStart(6)}  ${code}`);
    }
  }
  const falling = (sums) => [...sums].filter(([, cost]) => cost >= 1).sort((a, b) => b[1] - a[1]);
  const total = [...byFunction.values()].reduce((sum, cost) => sum + cost, 0);
  console.log(`\noptimized code: ${total.toFixed(0)} instructions each of ${size}`);
  for (const [name, cost] of falling(byFunction).slice(0, SHOWN_FUNCTIONS)) console.log(`${cost.toFixed(0).padStart(8)}  ${name}`);
  console.log("\nby line of the bundle, with the function into which it went");
  for (const [key, cost] of falling(byLine).slice(0, SHOWN_LINES)) {
    const [name, line] = key.split("\t");
    console.log(`${cost.toFixed(0).padStart(8)}  ${name.padEnd(24)}  ${(lines[line - 1] ?? "").trim().slice(0, 140)}`);
  }
}

/** The number of the line, from 1, in which a character is. */
function lineFinder(lines) {
  const starts = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  return (position) => {
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= position) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

function usage(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
