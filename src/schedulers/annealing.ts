import { z } from "zod";
import { exactExp, exactLog } from "../base/math.ts";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { MappedSequence } from "./planning/mapped-sequence.ts";
import { ScheduleDecoder } from "./planning/schedule-decoder.ts";
import { defaultEvaluations, meanTicks, searchScheduler, searchSeeds, type SearchResult } from "./planning/search-scheduler.ts";

const options = z.strictObject({
  evaluations: z.int().min(0).default(0).describe("Schedules to evaluate. 0 = as many as look at 2,000,000 ops in all, between 100 and 5,000"),
  start: z.number().positive().max(1).default(0.1).describe("Temperature at the start, in mean times of an op"),
  end: z.number().positive().max(1).default(0.01).describe("Temperature at the end"),
});
type Options = z.infer<typeof options>;

const paper = "S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, \"Optimization by simulated annealing\", Science 220(4598), 1983, doi:10.1126/science.220.4598.671";

/**
 * Simulated annealing over static plans, from HEFT's. A plan is a sequence of all ops and a device for each; a step takes
 * one op to another device, to another place in the sequence (between its predecessors and its successors), or both.
 * Every other step is with an op of a critical path, since no other can make the schedule shorter. A step that makes it
 * longer by δ is taken with probability exp(−δ / temperature); the temperature falls by the same factor each time.
 * The budget counts evaluations, so that the answer is the same everywhere. The best plan that was seen is carried out.
 * @source Kirkpatrick, Gelatt, Vecchi 1983, doi:10.1126/science.220.4598.671; steps on critical paths: P. J. M. van Laarhoven, E. H. L. Aarts, J. K. Lenstra 1992, doi:10.1287/opre.40.1.113
 */
export const annealing = defineScheduler<z.input<typeof options>>({
  name: "annealing",
  summary: "static plan: heft's, improved by simulated annealing over order and devices, with a budget in evaluations",
  source: paper,
  options,
  create: (chosen) => searchScheduler((view) => anneal(view, chosen as Options)),
});

/** The search that `annealing` makes; see there. */
export function anneal(view: PolicyView, { evaluations, start, end }: Required<Options>): SearchResult {
  const decoder = new ScheduleDecoder(view);
  const { opCount } = decoder;
  const budget = evaluations > 0 ? evaluations : defaultEvaluations(opCount);
  const [heft, greedy] = searchSeeds(view);
  const best = { order: heft.order.slice(), genes: heft.genes.slice(), ticks: decoder.decode(heft.order, heft.genes) };
  const startTicks = best.ticks;
  const now = new MappedSequence(view, decoder);
  let current = decoder.decode(greedy.order, greedy.genes);
  if (current <= startTicks && budget > 1) {
    now.set(greedy.order, greedy.genes);
    best.order.set(greedy.order);
    best.genes.set(greedy.genes);
    best.ticks = current;
  } else {
    now.set(heft.order, heft.genes);
    current = decoder.decode(heft.order, heft.genes);
  }
  const path = new Uint32Array(opCount);
  let pathLength = decoder.criticalPath(current, path);
  const unit = meanTicks(decoder);
  let temperature = start * unit;
  const cooling = budget > 1 ? exactExp(exactLog(end / start) / (budget - 1)) : 1;
  const random = (): number => view.random();
  let used = Math.min(2, budget);
  for (; used < budget && opCount > 0; used++) {
    const pick = random();
    now.step(random() < 0.5 ? path[Math.floor(pick * pathLength)]! : Math.floor(pick * opCount), random);
    // The longest that will be accepted is drawn first: most schedules are given up before they are complete.
    const makespan = decoder.decode(now.order, now.genes, current - temperature * exactLog(1 - random()));
    temperature *= cooling;
    if (makespan === Infinity) {
      now.undo();
      continue;
    }
    current = makespan;
    pathLength = decoder.criticalPath(makespan, path);
    if (makespan >= best.ticks) continue;
    best.ticks = makespan;
    best.order.set(now.order);
    best.genes.set(now.genes);
  }
  return { plan: decoder.plan(best.order, best.genes), evaluations: used, startTicks };
}
