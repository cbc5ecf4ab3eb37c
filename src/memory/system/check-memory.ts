import { InputError, type Issue } from "../../base/errors.ts";
import type { MemoryAccess, MemorySystemSpec } from "./memory-spec.ts";

type Path = readonly (string | number)[];

/**
 * Checks a memory system that was made by hand; those that come from a machine are right by construction.
 * @throws {InputError} with all that is wrong; paths are those of the specification
 */
export function checkMemorySystem(spec: MemorySystemSpec): void {
  const issues: Issue[] = [];
  const wrong = (message: string, path: Path, hint?: string): number => issues.push({ code: "bad-memory-system", message, path, ...(hint !== undefined && { hint }) });
  const positive = (value: number, what: string, path: Path): void => {
    if (!(value > 0)) wrong(`${what} is ${value}`, path, "it must be above 0");
  };
  if (spec.nodes.length === 0) wrong("there is no memory", ["nodes"], "at least one node is wanted");
  if (spec.cores.length === 0) wrong("there are no cores", ["cores"]);
  for (const [i, { capacityBytes, bytesPerNs, latencyNs }] of spec.nodes.entries()) {
    positive(capacityBytes, "the capacity", ["nodes", i, "capacityBytes"]);
    positive(bytesPerNs, "the bandwidth", ["nodes", i, "bytesPerNs"]);
    if (!(latencyNs >= 0)) wrong(`the latency is ${latencyNs}`, ["nodes", i, "latencyNs"], "it must not be negative");
  }
  for (const [i, { node, bytesPerNs, outstanding }] of spec.cores.entries()) {
    if (!(node in spec.nodes)) wrong(`core ${i} is in node ${node}, and there are ${spec.nodes.length}`, ["cores", i, "node"]);
    positive(bytesPerNs, `the bandwidth of core ${i}`, ["cores", i, "bytesPerNs"]);
    if (!(outstanding >= 1)) wrong(`core ${i} has ${outstanding} misses in flight`, ["cores", i, "outstanding"], "at least 1 is wanted");
  }
  const served = new Set<string>();
  for (const [i, { name, level, capacityBytes, bytesPerNs, cores, shares = [] }] of spec.caches.entries()) {
    if (!Number.isInteger(level) || level < 1) wrong(`the level of ${name} is ${level}`, ["caches", i, "level"], "levels count from 1");
    positive(capacityBytes, `the capacity of ${name}`, ["caches", i, "capacityBytes"]);
    positive(bytesPerNs, `the bandwidth of ${name}`, ["caches", i, "bytesPerNs"]);
    for (const core of cores) {
      if (!(core in spec.cores)) wrong(`${name} serves core ${core}, and there are ${spec.cores.length}`, ["caches", i, "cores"]);
      if (served.has(`${level} ${core}`)) wrong(`core ${core} has two caches of level ${level}`, ["caches", i, "cores"]);
      served.add(`${level} ${core}`);
    }
    if (shares.some((share) => !(share > 0)) || shares.reduce((sum, share) => sum + share, 0) > 1 + 1e-9) wrong(`the shares of ${name} are ${shares.join(", ")}`, ["caches", i, "shares"], "each above 0, and all together at most 1");
  }
  for (const [from, row] of (spec.distance ?? []).entries()) {
    for (const [to, far] of row.entries()) {
      if (from === to ? far !== 10 : !(far >= 10)) wrong(`the distance from node ${from} to node ${to} is ${far}`, ["distance", from, to], from === to ? "a node is 10 from itself" : "10 is local, and others are as far or further");
    }
  }
  if (spec.distance && (spec.distance.length !== spec.nodes.length || spec.distance.some((row) => row.length !== spec.nodes.length))) wrong(`the table of distances is not of ${spec.nodes.length} × ${spec.nodes.length} nodes`, ["distance"]);
  if (spec.disk) {
    positive(spec.disk.bytesPerNs, "the bandwidth of the disk", ["disk", "bytesPerNs"]);
    positive(spec.disk.readAheadBytes, "the read-ahead of the disk", ["disk", "readAheadBytes"]);
    positive(spec.disk.queue, "the queue of the disk", ["disk", "queue"]);
  } else if ((spec.swapBytes ?? 0) > 0) wrong("there is swap space, but no disk", ["swapBytes"]);
  if (issues.length > 0) throw new InputError(issues);
}

/**
 * Checks how activities touch memory.
 * @throws {InputError} with all that is wrong; paths begin with the position of the access
 */
export function checkMemoryAccesses(accesses: readonly MemoryAccess[], { nodes }: Pick<MemorySystemSpec, "nodes">): void {
  const issues: Issue[] = [];
  const wrong = (name: string, message: string, path: Path, hint?: string): number => issues.push({ code: "bad-access", message: `${name}: ${message}`, path, ...(hint !== undefined && { hint }) });
  for (const [i, { name, bytes, workingSetBytes, pattern, writeShare, home, accessBytes = 8, strideBytes = accessBytes, skew = 0, matmul, cacheClass = 0 }] of accesses.entries()) {
    if (!(bytes >= 0) || bytes === Infinity) wrong(name, `${bytes} bytes are touched`, [i, "bytes"]);
    if (!(workingSetBytes >= 0) || workingSetBytes === Infinity) wrong(name, `the working set is ${workingSetBytes} bytes`, [i, "workingSetBytes"]);
    if (!(writeShare >= 0 && writeShare <= 1)) wrong(name, `a share of ${writeShare} is stored`, [i, "writeShare"], "a share between 0 and 100% is wanted");
    if (!Number.isInteger(home) || home < -2 || home >= nodes.length) wrong(name, `its home is node ${home}`, [i, "home"], nodes.length === 1 ? "node 0 is the only one" : `nodes are 0 to ${nodes.length - 1}`);
    if (!(accessBytes > 0)) wrong(name, `a load has ${accessBytes} bytes`, [i, "accessBytes"]);
    if (!(strideBytes >= accessBytes)) wrong(name, `its stride of ${strideBytes} bytes is less than the ${accessBytes} of a load`, [i, "strideBytes"]);
    if (!(skew >= 0 && skew < 1)) wrong(name, `its skew is ${skew}`, [i, "skew"], "0 is even; it must be below 1");
    if (!Number.isInteger(cacheClass) || cacheClass < 0) wrong(name, `its class is ${cacheClass}`, [i, "cacheClass"], "classes count from 0");
    if (pattern === "blocked" && !(matmul && matmul.size >= 1 && matmul.block >= 1 && matmul.elementBytes > 0)) wrong(name, "blocked says neither matrices nor blocks", [i, "matmul"], "add the size of the matrices and of a block");
  }
  if (issues.length > 0) throw new InputError(issues);
}
