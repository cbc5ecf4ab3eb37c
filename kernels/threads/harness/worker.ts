import { parentPort, workerData } from "node:worker_threads";
import { CentralBarrier } from "../primitives/central-barrier.ts";
import { sharedWords } from "../primitives/words.ts";
import { sharedMemory } from "../wasm/kernels.ts";
import { nowNs } from "./clock.ts";
import { programNamed } from "../programs/programs.ts";
import type { Repetition, WorkerData, WorkerReport } from "./team.ts";

/** Reads before a thread parks at the gate: the others come within microseconds, unless there are more threads than cores. */
const gateSpins = 100_000;
/** How long a thread warms up alone. */
const warmUpNs = 2e7;

const bornNs = nowNs();
const { program: name, params, thread, threads, words, memory, gate: gateShared, repeats, warmUps } = workerData as WorkerData;
const program = programNamed(name);

if (program.warmUp !== undefined) {
  const alone = program.warmUp(params);
  const pages = program.pages?.(alone, 1) ?? 0;
  const body = program.create({ params: alone, thread: 0, threads: 1, words: sharedWords(program.words(alone, 1)), memory: pages > 0 ? sharedMemory(pages) : undefined });
  for (const end = nowNs() + warmUpNs; nowNs() < end; ) {
    body.reset?.();
    body.run();
  }
}

const gate = new CentralBarrier(gateShared, 0, threads, gateSpins);
const body = program.create({ params, thread, threads, words, memory });
const repetitions: Repetition[] = [];
for (let repeat = -warmUps; repeat < repeats; repeat++) {
  gate.arrive();
  if (thread === 0) body.reset?.();
  gate.arrive();
  const startNs = nowNs();
  const figures = body.run() ?? {};
  const endNs = nowNs();
  if (repeat >= 0) repetitions.push({ startNs, endNs, figures });
}
parentPort!.postMessage({ bornNs, repetitions } satisfies WorkerReport);
