import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy } from "../plugin.ts";
import { Affinity } from "./queues/affinity.ts";
import { CoreQueues } from "./queues/core-queues.ts";
import { WaitingThreads } from "./queues/thread-heap.ts";
import { TurnQueue } from "./queues/turn-queue.ts";

const options = z.strictObject({
  quantum: quantity("time").prefault("0ns").describe('How long a thread runs before the next one of its core has its turn: "10ms"; 0ns = until it waits or yields'),
  steal: z.boolean().default(true).describe("Whether a core with nothing to run takes the oldest thread of the heaviest queue"),
  balance: quantity("time").prefault("0ns").describe('How often at most a core whose quantum is over takes threads from the heaviest queue: "4ms"; 0ns = never'),
});

/**
 * A queue for each core, first come, first served or in turn. A thread that wakes up goes back to its core, or to an idle
 * one; a core with nothing to run steals. So threads stay where their data is, as long as no core is idle.
 * @source R. D. Blumofe, C. E. Leiserson, "Scheduling multithreaded computations by work stealing", JACM 46(5), 1999, doi:10.1145/324133.324234
 */
export const workStealing = defineThreadPolicy<z.infer<typeof options>>({
  name: "work-stealing",
  summary: "a queue for each core, oldest first or a quantum each; an idle core steals from the heaviest",
  source: "R. D. Blumofe, C. E. Leiserson, \"Scheduling multithreaded computations by work stealing\", JACM 46(5), 1999, doi:10.1145/324133.324234",
  options,
  create: ({ quantum, steal, balance }) => {
    const affinity = new Affinity();
    const waiting = new WaitingThreads();
    return new CoreQueues({ queues: "per-core", balanceNs: balance, steal }, affinity, (view) => new TurnQueue(quantum > 0 ? Math.max(1, Math.ceil(quantum / view.tickNs)) : Infinity, waiting, affinity));
  },
});
