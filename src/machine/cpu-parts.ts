import type { Issue } from "../base/errors.ts";
import type { CacheLevel, CoreType, CpuParts, NumaNodes } from "./machine.ts";
import type { DeviceSpec } from "./schema.ts";

type Path = readonly (string | number)[];
const levels = ["l1", "l2", "l3", "l4"] as const;

/** Cores, caches, NUMA nodes, TLBs and pages of a CPU with `units` cores, as they are written. Problems go to `issues`. */
export function cpuParts(name: string, spec: DeviceSpec, units: number, path: Path, issues: Issue[]): CpuParts {
  const given = (["cores", "caches", "numa", "tlb", "pages"] as const).filter((key) => spec[key] !== undefined);
  if (spec.kind !== "cpu") {
    for (const key of given) issues.push({ code: "bad-device", message: `${name} is a ${spec.kind}, and ${key}: describes CPUs`, hint: `leave ${key} out`, path: [...path, key] });
    return {};
  }
  const { tlb, pages } = spec;
  if (tlb && !tlb.levels) issues.push({ code: "missing-levels", message: `the TLB of ${name} has no levels`, hint: "add levels: [{entries: 64}, {entries: 2048, latency: 3ns}]", path: [...path, "tlb"] });
  return {
    ...(spec.cores && { cores: coreTypes(name, spec.cores, units, [...path, "cores"], issues) }),
    ...(spec.caches && { caches: cacheLevels(name, spec.caches, units, pages?.size ?? 4096, [...path, "caches"], issues) }),
    ...(spec.numa && { numa: numaNodes(name, spec.numa, units, [...path, "numa"], issues) }),
    ...(tlb && { tlb: {
      levels: (tlb.levels ?? []).map(({ entries, hugeEntries = entries, latency = 0 }) => ({ entries, hugeEntries, latencyNs: latency })),
      walkNs: tlb.walk ?? 0, walkers: tlb.walkers ?? 1,
    } }),
    ...(pages && { pages: { bytes: pages.size ?? 4096, hugeBytes: pages.huge ?? 2 ** 21, faultNs: pages.fault ?? 0, zeroBytesPerNs: pages.zero ?? Infinity } }),
  };
}

function coreTypes(name: string, types: NonNullable<DeviceSpec["cores"]>, units: number, path: Path, issues: Issue[]): CoreType[] {
  const told = types.reduce((sum, { count = 0 }) => sum + count, 0);
  const silent = types.filter(({ count }) => count === undefined).length;
  if (silent > 1) issues.push({ code: "bad-cores", message: `${silent} types of cores of ${name} do not say how many they are`, hint: "add count: to all but one", path });
  else if (silent === 0 ? told !== units : told >= units) issues.push({ code: "bad-cores", message: `the cores of ${name} are ${told}${silent > 0 ? " without one type" : ""}, but it has ${units} units`, hint: "units are its cores: change one or the other", path });
  const names = types.map((type, i) => type.name ?? (types.length === 1 ? "core" : `core${i}`));
  const twice = names.findIndex((it, i) => names.indexOf(it) !== i);
  if (twice >= 0) issues.push({ code: "duplicate-name", message: `two types of cores of ${name} are named ${names[twice]}`, path: [...path, twice, "name"] });
  return types.map(({ count = units - told, threads = 1, clock, speed, outstanding = 10 }, i) => ({
    name: names[i]!, count, threads, ...(clock !== undefined && { clockGHz: clock }),
    speed: speed ?? (clock === undefined ? 1 : clock / (types[0]!.clock ?? clock)), outstanding,
  }));
}

function cacheLevels(name: string, caches: NonNullable<DeviceSpec["caches"]>, units: number, page: number, path: Path, issues: Issue[]): CacheLevel[] {
  const made: CacheLevel[] = [];
  for (const [i, key] of levels.entries()) {
    const written = caches[key];
    if (!written) continue;
    const { capacity, ways, latency = 0, bandwidth = Infinity, transfer, victim = false, divide } = written;
    const cores = Math.min(written.cores ?? 1, units);
    const at = [...path, key];
    if (capacity === undefined) issues.push({ code: "missing-capacity", message: `cache ${key} of ${name} has no capacity`, hint: "add capacity: 32KiB", path: at });
    if (divide) checkDivision(`cache ${key} of ${name}`, divide, capacity ?? 0, ways, page, [...at, "divide"], issues);
    made.push({ level: i + 1, capacityBytes: capacity ?? 0, cores, ...(ways !== undefined && { ways }), latencyNs: latency, bytesPerNs: bandwidth, sharedBytesPerNs: written.sharedBandwidth ?? bandwidth * cores, ...(transfer !== undefined && { transferNs: transfer }), victim, ...(divide && { divide }) });
  }
  return made;
}

function checkDivision(cache: string, divide: NonNullable<CacheLevel["divide"]>, capacity: number, ways: number | undefined, page: number, path: Path, issues: Issue[]): void {
  const [what, classes] = "ways" in divide ? (["ways", divide.ways] as const) : (["colours", divide.colours] as const);
  const wanted = classes.reduce((sum, count) => sum + count, 0);
  if (ways === undefined) issues.push({ code: "missing-ways", message: `${cache} cannot be divided: its ways are not known`, hint: "add ways: 16", path });
  else {
    const there = what === "ways" ? ways : Math.floor(capacity / (ways * page));
    if (what === "colours" && there < 2) issues.push({ code: "bad-cache", message: `${cache} has no page colours: a page spans all of its sets`, hint: "smaller pages, or divide: {ways: …}", path });
    else if (wanted > there) issues.push({ code: "bad-cache", message: `the classes of ${cache} have ${wanted} ${what} together, but it has ${there}`, hint: `at most ${there} in all`, path });
  }
}

function numaNodes(name: string, { nodes = 1, distance = 12, remote = 21, bandwidth = Infinity }: NonNullable<DeviceSpec["numa"]>, units: number, path: Path, issues: Issue[]): NumaNodes {
  if (units % nodes !== 0) issues.push({ code: "bad-numa", message: `${units} cores of ${name} cannot be divided by ${nodes} nodes`, hint: "each node has as many cores", path: [...path, "nodes"] });
  const table = typeof distance === "number" ? Array.from({ length: nodes }, (_, from) => Array.from({ length: nodes }, (__, to) => (from === to ? 10 : distance))) : distance;
  if (table.length !== nodes || table.some((row) => row.length !== nodes)) issues.push({ code: "bad-numa", message: `the distances of ${name} are not a table of ${nodes} × ${nodes}`, hint: "one row a node, or one number for all", path: [...path, "distance"] });
  else if (table.some((row, i) => row[i] !== 10)) issues.push({ code: "bad-numa", message: `a node of ${name} is not 10 from itself`, hint: "10 is local: [[10, 12], [12, 10]]", path: [...path, "distance"] });
  return { nodes, distance: table, remote, bytesPerNs: bandwidth };
}
