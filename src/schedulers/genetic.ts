import { z } from "zod";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { MappedSequence } from "./planning/mapped-sequence.ts";
import { ScheduleDecoder } from "./planning/schedule-decoder.ts";
import { defaultEvaluations, searchScheduler, searchSeeds, type Chromosome, type SearchResult } from "./planning/search-scheduler.ts";

const options = z.strictObject({
  evaluations: z.int().min(0).default(0).describe("Schedules to evaluate. 0 = as many as look at 2,000,000 ops in all, between 100 and 5,000"),
  population: z.int().min(2).max(10_000).default(30).describe("Schedules that are kept"),
});
type Options = z.infer<typeof options>;

const paper = "L. Wang, H. J. Siegel, V. P. Roychowdhury, A. A. Maciejewski, \"Task matching and scheduling in heterogeneous computing environments using a genetic-algorithm-based approach\", JPDC 47(1), 1997, doi:10.1006/jpdc.1997.1392";

/**
 * A genetic search over static plans. A chromosome is a sequence of all ops and for each op a device, or none: then it
 * goes where it ends first. The population begins with HEFT's plan, ops by falling upward rank without devices, and
 * variants of both.
 *
 * A child takes the sequence of one parent up to a point drawn, and the other ops in the other parent's order, so that
 * each stays behind its predecessors; ops have the device of the parent that they come from. One to three ops of it are
 * then moved to another device, another place, or both. Parents win a tournament of two; a child that is shorter than
 * the longest, and as long as none, replaces that one, so that the best are never lost. The budget counts evaluations.
 * @source Sequence, crossover and seeding: Wang et al. 1997, doi:10.1006/jpdc.1997.1392; one replacement at a time: D. Whitley, "The GENITOR algorithm and selection pressure", ICGA 1989
 */
export const genetic = defineScheduler<z.input<typeof options>>({
  name: "genetic",
  summary: "static plan: a genetic search over order and devices that begins with heft's, with a budget in evaluations",
  source: paper,
  options,
  create: (chosen) => searchScheduler((view) => breed(view, chosen as Options)),
});

/** The search that `genetic` makes; see there. */
export function breed(view: PolicyView, { evaluations, population }: Required<Options>): SearchResult {
  const decoder = new ScheduleDecoder(view);
  const { opCount } = decoder;
  const budget = evaluations > 0 ? evaluations : defaultEvaluations(opCount);
  const random = (): number => view.random();
  const draw = (count: number): number => Math.floor(random() * count);
  const child = new MappedSequence(view, decoder);
  const mutate = (): void => {
    for (let steps = opCount > 0 ? 1 + draw(3) : 0; steps > 0; steps--) child.step(draw(opCount), random);
  };

  const seeds: readonly Chromosome[] = searchSeeds(view).slice(0, budget);
  const pool: Chromosome[] = [...seeds];
  const ticks = seeds.map(({ order, genes }) => decoder.decode(order, genes));
  const startTicks = ticks[0]!;
  let used = seeds.length;
  for (; pool.length < population && used < budget; used++) {
    const { order, genes } = seeds[used % 2]!;
    child.set(order, genes);
    mutate();
    pool.push({ order: child.order.slice(), genes: child.genes.slice() });
    ticks.push(decoder.decode(child.order, child.genes));
  }
  const fitter = (a: number, b: number): number => (ticks[b]! < ticks[a]! ? b : a);
  const inPrefix = new Uint8Array(opCount);
  for (; used < budget && opCount > 1; used++) {
    cross(pool[fitter(draw(pool.length), draw(pool.length))]!, pool[fitter(draw(pool.length), draw(pool.length))]!, 1 + draw(opCount - 1), inPrefix, child);
    mutate();
    const longest = ticks.reduce((worst, value, i) => (value > ticks[worst]! ? i : worst), 0);
    const makespan = decoder.decode(child.order, child.genes, ticks[longest]!);
    if (!(makespan < ticks[longest]!) || ticks.includes(makespan)) continue;
    pool[longest]!.order.set(child.order);
    pool[longest]!.genes.set(child.genes);
    ticks[longest] = makespan;
  }
  const best = ticks.reduce((shortest, value, i) => (value < ticks[shortest]! ? i : shortest), 0);
  return { plan: decoder.plan(pool[best]!.order, pool[best]!.genes), evaluations: used, startTicks };
}

/** Into `child`: the first `cut` ops of `first`, then the others as in `second`. */
function cross(first: Chromosome, second: Chromosome, cut: number, inPrefix: Uint8Array, child: MappedSequence): void {
  const { order, genes } = child;
  inPrefix.fill(0);
  genes.set(second.genes);
  for (let i = 0; i < cut; i++) {
    const op = first.order[i]!;
    order[i] = op;
    genes[op] = first.genes[op]!;
    inPrefix[op] = 1;
  }
  let at = cut;
  for (const op of second.order) if (inPrefix[op] === 0) order[at++] = op;
  child.set(order, genes);
}
