import { z } from "zod";
import { defineThreadPolicy } from "../plugin.ts";
import { positiveTime } from "./queues/durations.ts";
import { InTurn } from "./queues/in-turn.ts";

const options = z.strictObject({
  quantum: positiveTime().prefault("100ms").describe('How long a thread runs before the next one has its turn: "10ms"'),
});

/**
 * Round robin: one queue for all cores; a thread that has run for a quantum goes to its end, as does one that wakes up or
 * yields. Each time it gets a core it has a whole quantum. The default is what Linux gives SCHED_RR.
 * @source L. Kleinrock, "Analysis of a time-shared processor", Naval Research Logistics Quarterly 11(1), 1964, doi:10.1002/nav.3800110105; Linux, RR_TIMESLICE
 */
export const roundRobin = defineThreadPolicy<z.infer<typeof options>>({
  name: "round-robin",
  summary: "one queue, in turn, a quantum each",
  source: "L. Kleinrock, \"Analysis of a time-shared processor\", Naval Research Logistics Quarterly 11(1), 1964, doi:10.1002/nav.3800110105",
  options,
  create: ({ quantum }) => new InTurn(quantum),
});
