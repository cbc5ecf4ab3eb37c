/**
 * Heddle beside SimGrid, SimPy and a minimal C++ program: the same cases, decisions and, where no link is shared, the
 * same makespan to the nanosecond. What is timed is the CPU time of a fresh process from the first decision to the last
 * end: reading the case, building graph and platform, and (SimPy) making the processes are left out.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, met, type BenchContext, type Table } from "./harness.ts";
import { decodeCase, drawCase, encodeCase, instanceOf } from "./peers/case.ts";
import { recordSchedule, timeRun } from "./peers/heddle.ts";
import { availablePeers, COMPILER_FLAGS, compileProgram, compilerVersion, runHeap, runSimgrid, runSimpy, type PeerRun } from "./peers/programs.ts";

/** A peer that took longer than this is not run again. */
const PATIENCE_MS = 20_000;
/** The size at which the aims hold. */
const AIM_OPS = 1_000_000;

type Peer = "SimGrid" | "SimPy" | "C++";

interface Setting {
  readonly title: string;
  readonly policies: readonly string[];
  readonly data: boolean;
  readonly links: "unlimited" | "shared";
  /** The peer's CPU time over Heddle's at a million ops, at least. */
  readonly aims: Readonly<Partial<Record<Peer, number>>>;
  /** SimGrid's quicker way here. */
  readonly update: "Full" | "Lazy";
}

const settings: readonly Setting[] = [
  { title: "no transfers", policies: ["fifo", "dmda"], data: false, links: "unlimited", aims: { SimGrid: 3.5, SimPy: 100, "C++": 0.35 }, update: "Lazy" },
  { title: "transfers", policies: ["fifo", "dmda"], data: true, links: "unlimited", aims: { SimGrid: 13, SimPy: 85, "C++": 0.65 }, update: "Full" },
  { title: "shared links", policies: ["fifo", "dmda", "fixed"], data: true, links: "shared", aims: { SimGrid: 4.5 }, update: "Full" },
];

/** One run of Heddle, or (`record`) the schedule of one, added to the case. */
export function child(file: string, policy: string, links: string, record?: string): PeerRun | undefined {
  const { c, schedule } = decodeCase(readFileSync(file));
  const instance = instanceOf(c, links === "shared");
  if (record !== undefined) {
    writeFileSync(record, encodeCase(c, recordSchedule(instance, policy)));
    return undefined;
  }
  const { trace, loopMs } = timeRun(instance, policy, schedule);
  return { makespan: trace.makespanTicks, transfers: trace.transfers.length, loopMs, peakMb: process.resourceUsage().maxRSS / 1024, version: `Node ${process.versions.node}` };
}

export function bench(context: BenchContext): Table[] {
  const available = availablePeers();
  const notes = available.hint === undefined ? [] : [available.hint];
  if (!available.compiler && !available.simpy) return [{ title: "peers: none is here", columns: [""], rows: [], notes }];
  for (const program of ["heap", "simgrid"] as const) if (program === "heap" ? available.compiler : available.simgrid) compileProgram(program, context.folder);
  const versions = new Set<string>(available.compiler ? [`${compilerVersion()}, ${COMPILER_FLAGS.join(" ")}`] : []);
  const tables = (context.sizes ?? [AIM_OPS]).map((ops) => compareAt(ops, context, available, versions));
  return [...tables, { title: "with", columns: [""], rows: [...versions].map((version) => [version]), notes }];
}

function compareAt(ops: number, context: BenchContext, available: ReturnType<typeof availablePeers>, versions: Set<string>): Table {
  const rows: (string | number | undefined)[][] = [];
  for (const setting of settings) {
    const file = join(context.folder, `${ops}-${setting.data}.case`);
    writeFileSync(file, encodeCase(drawCase({ ops, data: setting.data })));
    const recorded = join(context.folder, `${ops}-fixed.case`);
    if (setting.policies.includes("fixed")) context.inChild(file, "fifo", setting.links, recorded);
    for (const policy of setting.policies) {
      const runs = interleave(contestants(policy === "fixed" ? recorded : file, policy, setting, context, available), context.runs);
      check(runs, setting, policy);
      context.progress(`${ops} ops, ${setting.title}, ${policy}: ${[...runs].map(([name, of]) => `${name} ${Math.round(median(of.map((run) => run.loopMs)))} ms`).join(", ")}`);
      const own = median(runs.get("Heddle")!.map((run) => run.loopMs));
      for (const [name, of] of runs) {
        const loop = of.map((run) => run.loopMs);
        const aim = name === "Heddle" ? undefined : setting.aims[name as Peer];
        const ratio = median(loop) / own;
        versions.add(of[0]!.version);
        rows.push([`${setting.title}, ${policy}`, name, of.length, Math.min(...loop) / 1000, median(loop) / 1000, ops / median(loop), of[0]!.peakMb, of[0]!.makespan, name === "Heddle" ? undefined : ratio, aim, aim === undefined || ops !== AIM_OPS ? undefined : met(ratio >= aim)]);
      }
    }
  }
  return {
    title: `peers at ${ops.toLocaleString("en")} ops, 3 edges each, 16 devices: CPU seconds of the loop`,
    columns: ["case", "simulator", "runs", { title: "least s", digits: 3 }, { title: "median s", digits: 3 }, { title: "k tasks/s", digits: 0 }, "peak MB", { title: "makespan ns", digits: 1 }, { title: "times Heddle", digits: 2 }, { title: "aim at 1 m", digits: 2 }, "met"],
    rows,
  };
}

function contestants(file: string, policy: string, { links, update }: Setting, context: BenchContext, available: ReturnType<typeof availablePeers>): Map<string, () => PeerRun> {
  const { folder } = context;
  const all = new Map<string, () => PeerRun>([["Heddle", () => context.inChild<PeerRun>(file, policy, links)]]);
  if (available.simgrid) all.set("SimGrid", () => runSimgrid(folder, file, policy, links, update));
  if (links === "shared") return all;
  if (available.compiler) all.set("C++", () => runHeap(folder, file, policy));
  if (available.simpy) all.set("SimPy", () => runSimpy(file, policy));
  return all;
}

/** Each contestant in turn, round after round. */
function interleave(contestants: ReadonlyMap<string, () => PeerRun>, rounds: number): Map<string, PeerRun[]> {
  const runs = new Map<string, PeerRun[]>([...contestants.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of contestants) {
      const own = runs.get(name)!;
      if (own.every(({ loopMs }) => loopMs < PATIENCE_MS)) own.push(run());
    }
  }
  return runs;
}

/** Equal makespans and transfers where no link is shared; where they are, SimGrid's within 0.1 % under the fixed schedule. */
function check(runs: ReadonlyMap<string, readonly PeerRun[]>, { links }: Setting, policy: string): void {
  const { makespan, transfers } = runs.get("Heddle")![0]!;
  for (const [name, of] of runs) {
    for (const run of of) {
      if (links === "unlimited") assert.deepEqual([run.makespan, run.transfers], [makespan, transfers], `${name} finds another schedule`);
      else if (policy === "fixed") {
        assert.equal(run.transfers, transfers);
        assert.ok(Math.abs(run.makespan / makespan - 1) < 1e-3, `${name} ends at ${run.makespan} ns, Heddle at ${makespan} ns`);
      }
    }
  }
}
