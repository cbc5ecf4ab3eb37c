import { commonUnit } from "../base/common-unit.ts";
import { InputError } from "../base/errors.ts";
import { ExactModel } from "./exact-model.ts";
import { PartialSchedule } from "./partial-schedule.ts";
import type { ScheduleProblem } from "./schedule-problem.ts";
import { StateTable } from "./state-table.ts";

/** One operator of a schedule. */
export interface Placement {
  readonly op: number;
  readonly device: number;
}

/** An operator with its start. */
export interface TimedPlacement extends Placement {
  readonly startTicks: number;
}

/** Options of {@link branchAndBound}. */
export interface SearchOptions {
  /** Partial schedules that may be looked at. */
  readonly maxNodes: number;
  /** A schedule to start from, every operator in the order of starts, such as HEFT's. Default: a greedy one. */
  readonly incumbent?: readonly Placement[] | undefined;
}

/** What {@link branchAndBound} found. */
export interface SearchResult {
  /** Of the best schedule found; Infinity when the budget ended before any. */
  readonly makespanTicks: number;
  /** No schedule ends earlier. Equal to the makespan when `proven`. */
  readonly lowerBoundTicks: number;
  readonly proven: boolean;
  /** makespan / lower bound - 1; 0 = proven. */
  readonly gap: number;
  /** The best schedule in the order of starts: the `replay` scheduler runs it as it is. */
  readonly placement: readonly TimedPlacement[];
  /** Partial schedules that were looked at. */
  readonly nodes: number;
}

/**
 * The shortest schedule of a small problem and the proof that it is, by branch and bound over (operator, device)
 * decisions in the order of starts: one operator a slot, each device starts its operators in order, a tensor moves
 * straight from where it was made to each memory that needs it as soon as it exists.
 *
 * Depth first, the most promising decision first. A partial schedule is given up when it cannot beat the best one found
 * (dependencies, and work left over slots), when an operator could be moved earlier without delaying another, when it
 * is the mirror image of one seen (equal operators, equal devices, equal slots), or when one seen leaves every slot and
 * input no later.
 * @throws {InputError} for an incumbent that is no schedule, and operators that cannot all be run.
 * @source The semantics of start order and left shifts: Giffler & Thompson, "Algorithms for solving
 *   production-scheduling problems", Operations Research 8 (1960); dominance over equal sets: Shahul & Sinnen,
 *   "Scheduling task graphs optimally with A*", Journal of Supercomputing 51 (2010)
 */
export function branchAndBound(problem: ScheduleProblem, { maxNodes, incumbent }: SearchOptions): SearchResult {
  // In units that all times are multiples of, so is every makespan: what cannot be a unit better is not looked at.
  const unit = commonUnit([problem.cost, problem.release, ...problem.moves]);
  const search = new Search(new ExactModel(inUnits(problem, unit)), maxNodes);
  if (incumbent) search.offer(incumbent);
  else search.offerGreedy();
  search.run();
  const { nodes } = search;
  const makespan = search.makespan * unit;
  const lowerBound = search.lowerBound * unit;
  const placement = unit === 1 ? search.best : search.best.map((placed) => ({ ...placed, startTicks: placed.startTicks * unit }));
  if (makespan === Infinity && lowerBound === Infinity) {
    throw new InputError({ code: "cannot-run", message: "no choice of devices runs all operators", hint: "some operator has no device, or its inputs no route there" });
  }
  const proven = lowerBound >= makespan;
  return { makespanTicks: makespan, lowerBoundTicks: lowerBound, proven, gap: proven ? 0 : makespan / lowerBound - 1, placement, nodes };
}

function inUnits(problem: ScheduleProblem, unit: number): ScheduleProblem {
  if (unit === 1) return problem;
  const scaled = (ticks: Float64Array): Float64Array => ticks.map((value) => value / unit);
  return { ...problem, cost: scaled(problem.cost), release: scaled(problem.release), moves: problem.moves.map(scaled) };
}

class Search {
  readonly #model: ExactModel;
  readonly #maxNodes: number;
  readonly #table: StateTable;
  /** The state at each depth. */
  readonly #states: PartialSchedule[];
  readonly #path: TimedPlacement[] = [];
  makespan = Infinity;
  best: readonly TimedPlacement[] = [];
  lowerBound: number;
  nodes = 0;
  /** Smallest bound of what the budget left unsearched. */
  #open = Infinity;

  constructor(model: ExactModel, maxNodes: number) {
    this.#model = model;
    this.#maxNodes = maxNodes;
    this.#table = new StateTable(model);
    const scratch = new Float64Array(model.opCount * model.deviceCount);
    this.#states = Array.from({ length: model.opCount + 1 }, () => new PartialSchedule(model, scratch));
    this.lowerBound = Math.max(model.rootBound, this.#states[0]!.bound(Infinity));
  }

  /** @throws {InputError} when the placement is no schedule of the instance. */
  offer(placement: readonly Placement[]): void {
    const complain = (message: string): never => {
      throw new InputError({ code: "bad-incumbent", message: `the incumbent ${message}`, hint: "every operator once, after its producers, on a device that can run it" });
    };
    const { opCount, deviceCount } = this.#model;
    if (placement.length !== opCount) complain(`places ${placement.length} of ${opCount} operators`);
    const path = placement.map(({ op, device }, depth) => {
      const state = this.#states[depth]!;
      if (state.waiting[op] !== 0 || !(device >= 0 && device < deviceCount)) complain(`cannot place operator ${op} on device ${device} as number ${depth + 1}`);
      const startTicks = state.startOf(op, device);
      // It may have been made with other times in mind, such as setups.
      this.#states[depth + 1]!.extend(state, op, device, false);
      return { op, device, startTicks };
    });
    if (this.#states[opCount]!.makespan === Infinity) complain("runs an operator where it cannot run");
    this.#accept(path, this.#states[opCount]!.makespan);
  }

  /** Ready operators by the longest way to the end, each where it ends first. */
  offerGreedy(): void {
    const { opCount, deviceCount: D, cost, tail, leastCost } = this.#model;
    const rank = leastCost.map((ticks, op) => ticks + tail.subarray(op * D, (op + 1) * D).reduce((a, b) => Math.max(a, b), 0));
    const path: TimedPlacement[] = [];
    for (let depth = 0; depth < opCount; depth++) {
      const state = this.#states[depth]!;
      let op = -1;
      for (let other = 0; other < opCount; other++) if (state.waiting[other] === 0 && (op < 0 || rank[other]! > rank[op]!)) op = other;
      let device = -1;
      let least = Infinity;
      for (let d = 0; d < D; d++) {
        const end = state.startOf(op, d) + cost[op * D + d]!;
        if (end >= least) continue;
        least = end;
        device = d;
      }
      if (device < 0) return;
      path.push({ op, device, startTicks: state.startOf(op, device) });
      this.#states[depth + 1]!.extend(state, op, device);
    }
    this.#accept(path, this.#states[opCount]!.makespan);
  }

  run(): void {
    if (this.lowerBound < this.makespan) {
      this.#expand(0, this.lowerBound);
      this.lowerBound = Math.max(this.lowerBound, Math.min(this.#open, this.makespan));
    }
  }

  #accept(path: readonly TimedPlacement[], makespan: number): void {
    if (makespan >= this.makespan) return;
    this.makespan = makespan;
    this.best = [...path].sort((a, b) => a.startTicks - b.startTicks);
  }

  #expand(depth: number, bound: number): void {
    const { opCount } = this.#model;
    const state = this.#states[depth]!;
    if (depth === opCount) return this.#accept(this.#path, state.makespan);
    if (this.#table.isDominated(state)) return;
    const children = this.#childrenOf(depth);
    if (children === undefined) {
      this.#open = Math.min(this.#open, bound);
      return;
    }
    for (const { op, device, start, bound: childBound } of children) {
      // Children are in the order of their bounds.
      if (childBound >= this.makespan || this.lowerBound >= this.makespan) return;
      this.#states[depth + 1]!.extend(state, op, device);
      this.#path.push({ op, device, startTicks: start });
      this.#expand(depth + 1, childBound);
      this.#path.pop();
    }
  }

  /** What may come next, most promising first; undefined when the budget is spent. */
  #childrenOf(depth: number): { op: number; device: number; start: number; bound: number }[] | undefined {
    const { opCount, deviceCount: D, cost, twin } = this.#model;
    const state = this.#states[depth]!;
    const child = this.#states[depth + 1]!;
    const children: { op: number; device: number; start: number; bound: number }[] = [];
    for (let op = 0; op < opCount; op++) {
      if (state.waiting[op] !== 0 || (twin[op]! >= 0 && state.waiting[twin[op]!]! >= 0)) continue;
      for (let device = 0; device < D; device++) {
        const start = state.startOf(op, device);
        // Starts ascend: what could start before the latest one belongs before it.
        if (start < state.latestStart || start + cost[op * D + device]! >= this.makespan) continue;
        if (this.nodes >= this.#maxNodes) return undefined;
        this.nodes++;
        child.extend(state, op, device);
        const bound = child.bound(this.makespan);
        if (bound < this.makespan) children.push({ op, device, start, bound });
      }
    }
    return children.sort((a, b) => a.bound - b.bound || a.start - b.start || a.op - b.op || a.device - b.device);
  }
}

