import { SimulationError, thrownText } from "../../../base/errors.ts";
import type { ChunkOrigin, LoopPolicy } from "../../../plugin.ts";
import type { ObjectGroup } from "../thread-spec.ts";
import type { ThreadKernel } from "../thread-kernel.ts";

type LoopGroup = Extract<ObjectGroup, { kind: "loop" }>;

/** Parallel loops: their policies give out pieces, and what a piece takes follows from where it lies in the loop. */
export class Loops {
  private readonly kernel: ThreadKernel;
  private readonly policies: (LoopPolicy | undefined)[];
  private readonly iterations: Float64Array;
  private readonly workers: Float64Array;
  private readonly eachTicks: Float64Array;
  /** Iterations that have been given out. */
  private readonly given: Float64Array;
  /** Workers that were told that nothing is left while something was: if that is all of them, the policy has forgotten it. */
  readonly #sentAway = new Map<number, Set<number>>();
  /** When the counter that all workers share is free. */
  private readonly counterFree: Float64Array;
  /** The operator whose work the iterations are; -1 = none. */
  readonly op: Int32Array;
  readonly #chunk = new Float64Array(2);

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.policies = Array.from(objects.groupOf, (g) => (objects.groups[g]!.kind === "loop" ? (objects.groups[g] as LoopGroup).policy() : undefined));
    this.iterations = new Float64Array(objects.count);
    this.workers = new Float64Array(objects.count);
    this.eachTicks = new Float64Array(objects.count);
    this.given = new Float64Array(objects.count);
    this.op = new Int32Array(objects.count).fill(-1);
    this.counterFree = new Float64Array(objects.count);
  }

  /** @param op whose work the iterations are; -1 = none */
  start(object: number, iterations: number, eachTicks: number, workers: number, op: number): void {
    this.op[object] = op;
    this.iterations[object] = iterations;
    this.workers[object] = workers;
    this.eachTicks[object] = eachTicks;
    this.given[object] = 0;
    this.#sentAway.delete(object);
    try {
      this.policies[object]!.start(iterations, workers);
    } catch (error) {
      this.#failed(object, `failed in "start": ${thrownText(error)}`, error);
    }
  }

  /** The next piece for a worker: first iteration and how many; undefined when nothing is left. Live and reused. */
  next(thread: number, object: number, worker: number): Float64Array | undefined {
    const { costs, use } = this.kernel;
    const workers = this.workers[object]!;
    if (workers > 0 && !(Number.isInteger(worker) && worker >= 0 && worker < workers)) {
      this.kernel.fail(thread, "no-such-worker", `is worker ${worker} of "${this.kernel.objects.name(object)}", whose workers go from 0 to ${workers - 1}`, "say which one it is: worker: $i, and how many there are: workers: $count");
    }
    // A loop that has not begun has nothing to give.
    const origin = workers === 0 ? "none" : this.#ask(object, worker);
    if (origin === "own") this.kernel.charge(thread, costs.stepTicks);
    else if (origin === "stolen") this.kernel.charge(thread, costs.atomicTicks + 2 * costs.lineTicks);
    else this.#count(thread, object);
    if (origin === "none") return undefined;
    use.taken[object]!++;
    return this.#chunk;
  }

  /** The policy's answer, which must be a piece of what is left. */
  #ask(object: number, worker: number): ChunkOrigin {
    const chunk = this.#chunk;
    let origin: ChunkOrigin;
    try {
      origin = this.policies[object]!.next(worker, chunk);
    } catch (error) {
      return this.#failed(object, `failed in "next": ${thrownText(error)}`, error);
    }
    const iterations = this.iterations[object]!;
    if (origin === "none") {
      if (this.given[object]! < iterations) this.#sendAway(object, worker);
      return origin;
    }
    if (origin !== "own" && origin !== "shared" && origin !== "stolen") return this.#failed(object, `answered ${JSON.stringify(origin) ?? "nothing"}, which is not "none", "own", "shared" or "stolen"`);
    const [first, count] = chunk as unknown as [number, number];
    if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 1 && first + count <= iterations)) return this.#failed(object, `gave worker ${worker} ${count} iterations from ${first} on, of ${iterations} in all`);
    this.given[object]! += count;
    if (this.given[object]! > iterations) return this.#failed(object, `gave out ${this.given[object]} iterations, and there are ${iterations}`);
    return origin;
  }

  #sendAway(object: number, worker: number): void {
    const away = this.#sentAway.get(object) ?? new Set();
    this.#sentAway.set(object, away.add(worker));
    const [given, iterations] = [this.given[object]!, this.iterations[object]!];
    if (away.size === this.workers[object]) this.#failed(object, `told all ${away.size} workers that nothing is left, and gave out ${given} of ${iterations} iterations`);
  }

  #failed(object: number, what: string, cause?: unknown): never {
    const { objects } = this.kernel;
    throw new SimulationError({ code: "policy-error", message: `the loop policy "${objects.group(object, "loop").policyName}" of "${objects.name(object)}" ${what}`, hint: "every iteration is given out once, in pieces: see LoopPolicy of heddle/plugin" }, cause);
  }

  /** Ticks that `count` iterations from `first` take: the mean, with the ramp of the loop; and what sharing lines with the neighbours costs. */
  ticksOf(object: number, first: number, count: number): number {
    const { ramp, falseSharingTicks, sharedLines } = this.kernel.objects.group(object, "loop");
    const iterations = this.iterations[object]!;
    const middle = first + (count - 1) / 2;
    // Iteration i takes mean · (1 + r · i / (n − 1)) / (1 + r / 2): a straight line whose end is 1 + r times its beginning.
    const share = iterations > 1 ? (1 + (ramp * middle) / (iterations - 1)) / (1 + ramp / 2) : 1;
    const borders = (first > 0 ? 1 : 0) + (first + count < iterations ? 1 : 0);
    const each = this.eachTicks[object]! * share;
    const stores = sharedLines === undefined ? 0 : count * sharedLines(count, this.workers[object]!, each);
    return count * each + borders * falseSharingTicks + stores;
  }

  /** Share of the loop that `count` iterations are. */
  shareOf(object: number, count: number): number {
    return count / this.iterations[object]!;
  }

  /** One step of the counter that all share: one thread after the other. */
  #count(thread: number, object: number): void {
    const { costs, now } = this.kernel;
    const done = Math.max(now, this.counterFree[object]!) + costs.atomicTicks + costs.lineTicks;
    this.counterFree[object] = done;
    this.kernel.charge(thread, done - now);
  }
}
