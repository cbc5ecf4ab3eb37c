import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** How the C++ programs are compiled. */
export const COMPILER_FLAGS = ["-O3", "-std=c++17"];

/**
 * SimGrid set to what Heddle computes: pure max-min sharing of the links after the latency; no slow start, no factors
 * on latency and bandwidth, no window, no acknowledgements that compete.
 */
const NETWORK = ["network/model:CM02", "network/crosstraffic:0", "network/TCP-gamma:1e30", "network/weight-S:0", "network/bandwidth-factor:1", "network/latency-factor:1"];

/** How SimGrid keeps track of what is left: everything at each step, or what changed. */
const UPDATES = { Full: ["cpu/optim:Full", "network/optim:Full", "surf/precision:1e-9"], Lazy: [] };

/** What a program prints of a run. */
export interface PeerRun {
  readonly makespan: number;
  readonly transfers: number;
  /** CPU time from the first decision to the last end. */
  readonly loopMs: number;
  readonly peakMb: number;
  readonly version: string;
}

/** The source folder of the programs; benchmarks and tests run in the repository's root. */
const SOURCES = resolve("test/bench/peers");

/** Debian's SimPy belongs to Debian's Python. */
const PYTHON = "/usr/bin/python3";

/** Which of the peers can run here. */
export interface Available {
  readonly compiler: boolean;
  readonly simgrid: boolean;
  readonly simpy: boolean;
  /** What to install for the rest; undefined when nothing is missing. */
  readonly hint?: string;
}

export function availablePeers(): Available {
  const works = (command: string, args: string[], input = ""): boolean => spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
  const compiler = works("g++", ["--version"]);
  const simgrid = compiler && works("g++", ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], "#include <simgrid/s4u.hpp>\n");
  const simpy = works(PYTHON, ["-c", "import simpy; assert simpy.__version__.startswith('3.')"]);
  const packages = [...(compiler ? [] : ["g++"]), ...(simgrid ? [] : ["libsimgrid-dev"]), ...(simpy ? [] : ["python3-simpy3"])];
  return { compiler, simgrid, simpy, ...(packages.length > 0 && { hint: `to compare with all of them on Debian: apt-get install ${packages.join(" ")}` }) };
}

export type Program = "heap" | "hold" | "simgrid";

/** Compiles a program into `folder`. @throws when the compiler fails, with its messages. */
export function compileProgram(program: Program, folder: string): void {
  execFileSync("g++", [...COMPILER_FLAGS, join(SOURCES, `${program}.cpp`), "-o", join(folder, program), ...(program === "simgrid" ? ["-lsimgrid"] : [])], { stdio: ["ignore", "ignore", "inherit"] });
}

export function compilerVersion(): string {
  return execFileSync("g++", ["--version"], { encoding: "utf8" }).split("\n")[0]!;
}

export function runHeap(folder: string, file: string, policy: string): PeerRun {
  return json(join(folder, "heap"), [file, policy]);
}

export function runSimgrid(folder: string, file: string, policy: string, links: "unlimited" | "shared", update: keyof typeof UPDATES): PeerRun {
  const settings = [...NETWORK, ...UPDATES[update]].map((setting) => `--cfg=${setting}`);
  return json(join(folder, "simgrid"), [file, policy, links, "--log=root.thres:error", ...settings]);
}

export function runSimpy(file: string, policy: string): PeerRun {
  return json(PYTHON, [join(SOURCES, "simpy_peer.py"), file, policy]);
}

/** Events taken out and put back in turn; see hold.cpp. */
export function runHold(folder: string, file: string, pending: number): { readonly operations: number; readonly sum: number; readonly loopMs: number } {
  return json(join(folder, "hold"), [file, String(pending)]);
}

function json<Result>(command: string, args: readonly string[]): Result {
  return JSON.parse(execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 })) as Result;
}
