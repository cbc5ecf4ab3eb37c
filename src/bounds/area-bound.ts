import type { Instance } from "../core/instance.ts";

/**
 * A lower bound from the amount of work, in ticks: what must be done, divided by what the whole machine can do.
 *
 * Each device has so many slots and compute units, each memory so much bandwidth, and every operator uses some of
 * each for some time wherever it runs. Sharing the operators out over the devices in any fractions, to finish as early
 * as possible, is a linear program whose optimum no schedule can beat. By duality every choice of weights w ≥ 0 with
 * sum 1 over these resources gives a bound,
 *
 *     T ≥ Σ over operators of ( min over devices of Σ over resources of w · use / capacity ),
 *
 * so the weights may be searched for without care: here by multiplicative updates over (a sample of) the operator
 * classes. The result is sound for any devices, and near the optimum of the program.
 *
 * With job arrivals the same holds of the jobs that arrive from a moment on: T ≥ that moment + their work.
 * Time O(ops + classes · devices).
 * @param workOfClass filled with what one operator of each class takes at the least under the weights
 * @param weights of an instance with the same machine; default: searched for, which takes most of the time
 * @source J. K. Lenstra, D. B. Shmoys, É. Tardos, "Approximation algorithms for scheduling unrelated parallel machines",
 *   Mathematical Programming 46, 1990 (the linear program); S. Arora, E. Hazan, S. Kale, "The multiplicative weights
 *   update method", Theory of Computing 8, 2012.
 */
export function areaBound(instance: Instance, workOfClass = new Float64Array(instance.classCount), weights = areaWeights(instance)): number {
  const use = new ResourceUse(instance);
  const count = classSizes(instance);
  use.setWeights(weights);
  for (let c = 0; c < instance.classCount; c++) {
    if (count[c] === 0) continue;
    use.cheapest(c);
    workOfClass[c] = use.least;
  }
  return worstSuffix(instance, workOfClass);
}

/**
 * The weights that {@link areaBound} finds: good ones too for the same instance with somewhat other costs, such as
 * those of another seed.
 */
export function areaWeights(instance: Instance): Float64Array {
  return searchWeights(new ResourceUse(instance), classSizes(instance));
}

function classSizes({ classCount, opCount, classOf }: Instance): Float64Array {
  const count = new Float64Array(classCount);
  for (let op = 0; op < opCount; op++) count[classOf[op]!]!++;
  return count;
}

const sampledClasses = 1000;
const rounds = 200;

/** What one operator of a class takes of each resource. Resources in rows: slots of each device, units of each device, bandwidth of each memory. */
class ResourceUse {
  readonly instance: Instance;
  readonly rowCount: number;
  /** Share of a device's units that an operator takes while it is in its shared phase. */
  readonly #unitShare: Float64Array;
  /** Share of a device's memory that one byte a tick is. */
  readonly #byteShare: Float64Array;
  // Weights of the devices' rows, each already divided by its capacity.
  readonly #slotWeight: Float64Array;
  readonly #unitWeight: Float64Array;
  readonly #byteWeight: Float64Array;
  /** Of a slot and the units together: all that counts where costs have no fixed phase and no demand. */
  readonly #weight: Float64Array;
  /** What {@link cheapest} found: -1 and Infinity where the class can run nowhere. */
  device = -1;
  least = Infinity;

  constructor(instance: Instance) {
    const { deviceCount: D, memoryCount, units, width, resourceCapacity, deviceMemory } = instance;
    this.instance = instance;
    this.rowCount = 2 * D + memoryCount;
    const limited = (capacity: number): boolean => capacity > 0 && capacity < Infinity;
    this.#unitShare = Float64Array.from({ length: D }, (_, d) => (limited(units[d]!) ? width[d]! / units[d]! : 0));
    this.#byteShare = Float64Array.from({ length: D }, (_, d) => (limited(resourceCapacity[deviceMemory[d]!]!) ? 1 / resourceCapacity[deviceMemory[d]!]! : 0));
    this.#slotWeight = new Float64Array(D);
    this.#unitWeight = new Float64Array(D);
    this.#byteWeight = new Float64Array(D);
    this.#weight = new Float64Array(D);
  }

  setWeights(weights: Float64Array): void {
    const { deviceCount: D, deviceMemory, slots } = this.instance;
    for (let d = 0; d < D; d++) {
      this.#slotWeight[d] = weights[d]! / slots[d]!;
      this.#unitWeight[d] = weights[D + d]! * this.#unitShare[d]!;
      this.#byteWeight[d] = weights[2 * D + deviceMemory[d]!]! * this.#byteShare[d]!;
      this.#weight[d] = this.#slotWeight[d]! + this.#unitWeight[d]!;
    }
  }

  /** Finds the device where the class costs least under the weights. */
  cheapest(c: number): void {
    const { fixedTicks, memoryDemand } = this.instance;
    if (fixedTicks.length > 0 || memoryDemand.length > 0) this.#cheapestOfParts(c);
    else this.#cheapestAlone(c);
  }

  /** Costs given as they are have no fixed phase and no demand: those columns are empty. */
  #cheapestAlone(c: number): void {
    const { deviceCount: D, costTicks } = this.instance;
    const weight = this.#weight;
    let least = Infinity;
    let device = -1;
    for (let d = 0, cell = c * D; d < D; d++, cell++) {
      // A cost of Infinity is less than nothing here, whatever its weight.
      const use = costTicks[cell]! * weight[d]!;
      if (use < least) {
        least = use;
        device = d;
      }
    }
    this.least = least;
    this.device = device;
  }

  #cheapestOfParts(c: number): void {
    const { deviceCount: D, costTicks, fixedTicks, memoryDemand } = this.instance;
    const slotWeight = this.#slotWeight;
    const unitWeight = this.#unitWeight;
    const hasFixed = fixedTicks.length > 0;
    const hasDemand = memoryDemand.length > 0;
    this.device = -1;
    this.least = Infinity;
    for (let d = 0, cell = c * D; d < D; d++, cell++) {
      const cost = costTicks[cell]!;
      if (cost === Infinity) continue;
      const shared = hasFixed ? Math.max(0, cost - fixedTicks[cell]!) : cost;
      const use = cost * slotWeight[d]! + shared * (hasDemand ? unitWeight[d]! + this.#byteWeight[d]! * memoryDemand[cell]! : unitWeight[d]!);
      if (use < this.least) {
        this.least = use;
        this.device = d;
      }
    }
  }

  /** Adds what `count` operators of the class take on device `d` to `load`, a share of each row's capacity. */
  addTo(load: Float64Array, c: number, d: number, count: number): void {
    const { deviceCount: D, deviceMemory, slots, costTicks, fixedTicks, memoryDemand } = this.instance;
    const cost = costTicks[c * D + d]!;
    const shared = Math.max(0, cost - (fixedTicks[c * D + d] ?? 0));
    load[d]! += (count * cost) / slots[d]!;
    load[D + d]! += count * shared * this.#unitShare[d]!;
    load[2 * D + deviceMemory[d]!]! += count * shared * (memoryDemand[c * D + d] ?? 0) * this.#byteShare[d]!;
  }
}

/** The best weights found. Any weights are valid; these decide only how good the bound is. */
function searchWeights(use: ResourceUse, count: Float64Array): Float64Array {
  const { deviceCount: D, classCount, slots } = use.instance;
  const stride = Math.max(1, Math.ceil(classCount / sampledClasses));
  const weights = new Float64Array(use.rowCount);
  for (let d = 0; d < D; d++) weights[d] = slots[d]!;
  // A row that starts at 0 would stay there: the others begin small.
  weights.fill(0.01, D);
  normalize(weights);
  let best = weights.slice();
  let bestBound = -1;
  const load = new Float64Array(use.rowCount);
  for (let round = 0; round < rounds; round++) {
    load.fill(0);
    use.setWeights(weights);
    const bound = boundOf(use, count, stride, load);
    if (bound === Infinity) return weights;
    if (bound > bestBound) {
      bestBound = bound;
      best = weights.slice();
    }
    const heaviest = load.reduce((a, b) => Math.max(a, b), 0);
    if (heaviest === 0) break;
    const step = 1 / Math.sqrt(round + 1);
    for (let row = 0; row < weights.length; row++) weights[row]! *= 1 + (step * load[row]!) / heaviest;
    normalize(weights);
  }
  return best;
}

/** The bound that the weights give for each `stride`-th class, Infinity where one can run nowhere; adds what they take at the least to `load`. */
function boundOf(use: ResourceUse, count: Float64Array, stride: number, load: Float64Array): number {
  let bound = 0;
  for (let c = 0; c < count.length; c += stride) {
    if (count[c] === 0) continue;
    use.cheapest(c);
    if (use.device < 0) return Infinity;
    bound += count[c]! * use.least;
    use.addTo(load, c, use.device, count[c]!);
  }
  return bound;
}

function normalize(weights: Float64Array): void {
  let sum = 0;
  for (const weight of weights) sum += weight;
  for (let row = 0; row < weights.length; row++) weights[row]! /= sum;
}

/** max over moments of (moment + work of the jobs that arrive from it on). Back-to-back jobs count from the first arrival. */
function worstSuffix(instance: Instance, workOfClass: Float64Array): number {
  const { opCount, jobCount, jobOf, classOf, jobArrivalTicks } = instance;
  const work = new Float64Array(jobCount);
  for (let op = 0; op < opCount; op++) work[jobOf[op]!]! += workOfClass[classOf[op]!]!;
  let first = Infinity;
  for (const arrival of jobArrivalTicks) first = Math.min(first, arrival);
  if (first === Infinity) first = 0;
  const arrivalOf = (job: number): number => (jobArrivalTicks[job] === Infinity ? first : jobArrivalTicks[job]!);
  const jobs = Array.from({ length: jobCount }, (_, job) => job).sort((a, b) => arrivalOf(b) - arrivalOf(a) || a - b);
  let worst = 0;
  let total = 0;
  for (const job of jobs) {
    total += work[job]!;
    if (work[job]! > 0) worst = Math.max(worst, arrivalOf(job) + total);
  }
  return worst;
}
