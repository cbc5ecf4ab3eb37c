/** Threads: many acquisitions of one lock, and many threads on few cores. CPU time, with the work asserted. */
import assert from "node:assert/strict";
import { emptyInstance } from "../../src/core/empty-instance.ts";
import { Simulation } from "../../src/core/simulation.ts";
import { lockDesigns } from "../../src/core/threads/thread-spec.ts";
import type { ThreadPolicy } from "../../src/plugin.ts";
import { ProgramBuilder, threadSpec, type ThreadSpecInput } from "../../src/programs/index.ts";
import { threadPolicies } from "../../src/threads/index.ts";
import { timed, type BenchContext, type Table } from "./harness.ts";

const THREADS = 8;
/** Of one round of the loop: draw, compute, lock, compute, unlock, mark, count, jump. */
const INSTRUCTIONS = 8;
const MANY = 10_000;
const CORES = 64;
const SIMULATED_NS = 10e9;
const QUANTUM_NS = 1e6;

function simulation(input: ThreadSpecInput, policy: ThreadPolicy, policyName: string, untilTicks = Infinity): Simulation {
  return new Simulation({ instance: emptyInstance("bench", 1), scheduler: { dispatch: () => undefined }, untilTicks, threads: { spec: threadSpec(input), policy, policyName } });
}

/** One case, in a process of its own: V8 makes other code of a loop that has met other designs and policies before. */
export function child(name: string, acquisitions?: string): { readonly ms: number; readonly events: number } {
  return acquisitions === undefined ? switching(name) : locking(name, Number(acquisitions));
}

function locking(design: string, acquisitions: number): { ms: number; events: number } {
  const worker = new ProgramBuilder("worker").repeat(acquisitions / THREADS, (p) => p.compute({ exponential: "2us" }).lock("m").compute("100ns").unlock("m").mark("done"));
  const run = simulation({ programs: [worker], threads: { worker: THREADS }, locks: { m: design }, cores: THREADS } as ThreadSpecInput, threadPolicies.get("fifo").create({}), "fifo");
  let events = 0;
  const ms = timed(() => {
    const trace = run.run();
    assert.equal(trace.threads!.outcome, undefined);
    assert.equal(trace.threads!.objects.taken[0], acquisitions);
    events = trace.eventCount;
  });
  return { ms, events };
}

function switching(name: string): { ms: number; events: number } {
  const worker = new ProgramBuilder("worker").forever((p) => p.compute("1ms"));
  const policy = threadPolicies.get(name);
  const options = policy.options?.["~standard"].validate(name === "round-robin" ? { quantum: "1ms" } : {}) as { value: unknown } | undefined;
  const run = simulation({ programs: [worker], threads: { worker: MANY }, cores: CORES }, policy.create(options?.value), name, SIMULATED_NS);
  let events = 0;
  const ms = timed(() => {
    events = run.run().eventCount;
  });
  assert.ok(events >= (CORES * SIMULATED_NS) / QUANTUM_NS / 2, "the cores are busy to the end");
  return { ms, events };
}

export function bench({ sizes = [1_000_000], inChild, progress }: BenchContext): Table[] {
  const measured = (...args: string[]): { ms: number; events: number } => {
    progress(`${args.join(", ")} …`);
    return inChild(...args);
  };
  const locks = sizes.flatMap((acquisitions) => lockDesigns.map((design) => {
    const { ms } = measured(design, String(acquisitions));
    return [design, acquisitions, ms / 1000, acquisitions / ms / 1000, (INSTRUCTIONS * acquisitions) / ms / 1000];
  }));
  const policies = ["round-robin", "priority", "fair", "eevdf"].map((name) => {
    const { ms, events } = measured(name);
    return [name, MANY, CORES, events, ms / 1000];
  });
  return [
    { title: `one lock, ${THREADS} threads on as many cores (aim: 10 M acquisitions in 10 s)`, columns: ["design", "acquisitions", { title: "CPU s", digits: 2 }, { title: "M acquisitions/s", digits: 2 }, { title: "M instructions/s", digits: 2 }], rows: locks },
    { title: "10 simulated seconds of threads that compute 1 ms at a time (aim: 5 s)", columns: ["policy", "threads", "cores", "events", { title: "CPU s", digits: 2 }], rows: policies, notes: ["each in a process of its own"] },
  ];
}
