import type { Program } from "../harness/program.ts";
import { cycleProbe, handOffProbe } from "../probes/contention.ts";
import { lineProbe, refillProbe, sharedLineProbe, stealProbe } from "../probes/lines.ts";
import { parkProbe, pingPongProbe } from "../probes/parking.ts";
import { sliceProbe } from "../probes/slices.ts";
import { accessProbe, clockProbe, containerProbe, kernelProbe, latencyProbe, pairProbe, workProbe } from "../probes/solo.ts";
import { barrierLoop } from "./barrier-loop.ts";
import { itemsStress } from "./items-stress.ts";
import { lockLoop } from "./lock-loop.ts";
import { lockStress } from "./lock-stress.ts";
import { parallelFor } from "./parallel-for.ts";
import { semaphoreStress } from "./semaphore-stress.ts";
import { stealLoop } from "./steal-loop.ts";
import { streamLoop } from "./stream-loop.ts";

/** Every program that threads can run, found by its name. Their parameters differ, and come from where the name comes from. */
export const programs: readonly Program[] = [
  lockLoop, barrierLoop, stealLoop, parallelFor, streamLoop,
  lockStress, itemsStress, semaphoreStress,
  clockProbe, workProbe, accessProbe, latencyProbe, pairProbe, containerProbe, kernelProbe,
  lineProbe, sharedLineProbe, cycleProbe, handOffProbe, parkProbe, pingPongProbe, refillProbe, stealProbe, sliceProbe,
];

/** The program of this name. */
export function programNamed(name: string): Program {
  const program = programs.find((one) => one.name === name);
  if (program === undefined) throw new Error(`there is no program "${name}"`);
  return program;
}
