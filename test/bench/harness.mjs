import { execFileSync } from "node:child_process";

/** CPU milliseconds since `start`, user and system, of all threads. */
export function cpuMs(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Runs a script in a process of its own and reads the JSON it prints. */
export function childResult(script, args) {
  return JSON.parse(execFileSync(process.execPath, ["--max-old-space-size=8192", script, ...args], { encoding: "utf8", maxBuffer: 1 << 28 }));
}

/**
 * Times two pieces of work in turn, A B A B …, in one process, after a warm-up of each; the ratio of the medians, with
 * the smallest and largest ratio of a pair.
 */
export function pairedRatio(a, b, rounds = 7) {
  a();
  b();
  const times = { a: [], b: [] };
  for (let round = 0; round < rounds; round++) {
    times.a.push(timed(a));
    times.b.push(timed(b));
  }
  const ratios = times.a.map((ms, i) => times.b[i] / ms).sort((x, y) => x - y);
  return { aMs: median(times.a), bMs: median(times.b), ratio: median(times.b) / median(times.a), low: ratios[0], high: ratios.at(-1) };
}

function timed(work) {
  globalThis.gc?.();
  const start = process.cpuUsage();
  work();
  return cpuMs(start);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Numbers are shown as whole milliseconds or counts. */
export function printTable(title, headers, rows) {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? (cell >= 1000 || Number.isInteger(cell) ? Math.round(cell).toLocaleString("en") : cell.toFixed(1)) : String(cell))));
  const widths = headers.map((header, i) => Math.max(header.length, ...cells.map((row) => row[i].length)));
  console.log(`\n${title}`);
  for (const row of [headers, ...cells]) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "));
}
