import { z } from "zod";

/** Where StarPU describes its scheduling policy `name`. */
export function starpuHandbook(name: string): string {
  return `StarPU handbook, scheduling policy ${name}, https://files.inria.fr/starpu/doc/html/Scheduling.html`;
}

/** Options of the policies that follow StarPU's deque model. A limit keeps sums finite. */
export const dequeModelWeights = {
  alpha: z.number().min(0).max(1e6).default(1).describe("Weight of the expected end of the op: the device's queue, then the op itself"),
  beta: z.number().min(0).max(1e6).default(1).describe("Weight of the time to bring the inputs. Above 1: rather stay where the data is, and spare the links"),
};
