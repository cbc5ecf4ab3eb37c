import { exactExp, exactLog } from "../base/math.ts";
import { randomSource } from "../base/random.ts";
import { simulate } from "../core/simulate.ts";
import type { Scheduler } from "../plugin.ts";
import { candidateInstance } from "./candidate-instance.ts";
import { defaultRanges, randomChain, rangesOf, type Candidate } from "./candidate.ts";
import { perturb } from "./perturb.ts";
import { simplify } from "./simplify.ts";

/** A policy under test. */
export interface Contender {
  readonly name: string;
  /** A fresh one for each run. */
  create(): Scheduler;
}

/** Options of {@link findAdversary}. */
export interface AdversaryOptions {
  /** The policy that shall lose. */
  readonly target: Contender;
  /** The one that it shall lose to. */
  readonly against: Contender;
  /** How many instances are tried; both policies run once on each. Default 12,000. */
  readonly evaluations?: number;
  /** Operators of the graph, at least 1, some of which may turn out not to matter and go. Default 8. */
  readonly ops?: number;
  /** At least 1. Default 3. */
  readonly devices?: number;
  /** Default 0. */
  readonly seed?: number;
  /** True: any op may take any time on any device. Default false: a device has one speed for all. */
  readonly unrelated?: boolean;
  /** Where to start; `ops` and `devices` are then its own, and so are the ranges of weights. Default: random chains. */
  readonly start?: Candidate;
  /** See `SimulationSpec.progress`. */
  readonly progress?: Int32Array;
  /** Told of the instance on which a policy fails, before its error is thrown. */
  readonly onFailure?: (candidate: Candidate, policy: string) => void;
  /** Told every 256 evaluations. */
  readonly onProgress?: (evaluations: number, ratio: number) => void;
}

/** An instance, and how long both policies take on it. */
export interface Evaluated {
  readonly candidate: Candidate;
  readonly targetTicks: number;
  readonly againstTicks: number;
  /** targetTicks / againstTicks: above 1 the target loses. */
  readonly ratio: number;
}

/** What {@link findAdversary} found. */
export interface AdversaryResult extends Evaluated {
  readonly target: string;
  readonly against: string;
  /** The best of the instances that the search started from. */
  readonly startRatio: number;
  /** Instances tried. */
  readonly evaluations: number;
  readonly restarts: number;
  readonly seed: number;
}

/** Evaluations that one annealing needs to find its way; with more of them there are several. */
const annealingLength = 6000;
/** Share of the evaluations that make the result simpler. */
const simplifyShare = 0.1;
/** Temperatures, in units of the logarithm of the ratio. */
const hottest = 0.3;
const coldest = 0.005;

/**
 * Searches for the instance on which one policy loses most to another, by simulated annealing over graphs and machines:
 * several times from different starts, each with an equal part of the evaluations. The best is made as simple as it
 * can be without losing less. Deterministic: the same policies, options and seed give the same instance everywhere.
 * @throws {SimulationError} where a policy fails on an instance, which is worth knowing too.
 * @source Coleman & Krishnamachari, "PISA: an adversarial approach to comparing task graph scheduling algorithms"
 *   (IEEE, 2025), arXiv:2403.07120: the idea and the changes; here the logarithm of the ratio is annealed
 * @example
 * const found = findAdversary({
 *   target: { name: "heft", create: () => createPolicy(schedulers.get("heft")) },
 *   against: { name: "peft", create: () => createPolicy(schedulers.get("peft")) }, evaluations: 100,
 * });
 * found.ratio; // 1 and more
 */
export function findAdversary(options: AdversaryOptions): AdversaryResult {
  const { target, against, evaluations = 12_000, seed = 0, unrelated = false } = options;
  const random = randomSource(seed, "adversary");
  const ranges = options.start === undefined ? defaultRanges : rangesOf(options.start);
  let tried = 0;
  let best: Evaluated | undefined;
  const evaluate = (candidate: Candidate): Evaluated => {
    const instance = candidateInstance(candidate);
    const makespan = ({ name, create }: Contender): number => {
      try {
        return simulate({ instance, scheduler: create(), schedulerName: name, ...(options.progress && { progress: options.progress }) }).makespanTicks;
      } catch (error) {
        options.onFailure?.(candidate, name);
        throw error;
      }
    };
    const targetTicks = makespan(target);
    const againstTicks = makespan(against);
    const evaluated = { candidate, targetTicks, againstTicks, ratio: targetTicks / againstTicks };
    if (best === undefined || evaluated.ratio > best.ratio) best = evaluated;
    if (++tried % 256 === 0) options.onProgress?.(tried, best.ratio);
    return evaluated;
  };

  const searching = Math.max(1, Math.round(evaluations * (1 - simplifyShare)));
  const restarts = Math.max(1, Math.round(searching / annealingLength));
  let startRatio = 0;
  for (let restart = 0; restart < restarts; restart++) {
    const until = Math.round((searching * (restart + 1)) / restarts);
    const steps = until - tried;
    let current = evaluate(options.start ?? randomChain(options.ops ?? 8, options.devices ?? 3, random));
    startRatio = Math.max(startRatio, current.ratio);
    for (let step = 1; tried < until; step++) {
      const next = evaluate(perturb(current.candidate, random, { unrelated, ranges }));
      const temperature = hottest * exactExp((step / steps) * exactLog(coldest / hottest));
      const gain = exactLog(next.ratio / current.ratio);
      if (gain >= 0 || random() < exactExp(gain / temperature)) current = next;
    }
  }
  const simplest = simplify(best!, evaluate, () => tried < evaluations);
  return { ...simplest, target: target.name, against: against.name, startRatio, evaluations: tried, restarts, seed };
}
