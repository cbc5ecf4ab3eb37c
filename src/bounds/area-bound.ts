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
 * @source J. K. Lenstra, D. B. Shmoys, É. Tardos, "Approximation algorithms for scheduling unrelated parallel machines",
 *   Mathematical Programming 46, 1990 (the linear program); S. Arora, E. Hazan, S. Kale, "The multiplicative weights
 *   update method", Theory of Computing 8, 2012.
 */
export function areaBound(instance: Instance): number {
  const use = new ResourceUse(instance);
  const count = new Float64Array(instance.classCount);
  for (let op = 0; op < instance.opCount; op++) count[instance.classOf[op]!]!++;
  const weights = searchWeights(use, count);
  const work = new Float64Array(instance.classCount);
  for (let c = 0; c < instance.classCount; c++) if (count[c]! > 0) work[c] = use.cheapest(c, weights).use;
  return worstSuffix(instance, work);
}

const sampledClasses = 1000;
const rounds = 200;

/** Resources in rows: the slots of each device, the units of each device, the bandwidth of each memory. */
class ResourceUse {
  readonly instance: Instance;
  readonly rowCount: number;

  constructor(instance: Instance) {
    this.instance = instance;
    this.rowCount = 2 * instance.deviceCount + instance.memoryCount;
  }

  /** Time of device `d`'s slots that one operator of the class takes, as a share of all of them. */
  ofSlots(c: number, d: number): number {
    return this.instance.costTicks[c * this.instance.deviceCount + d]! / this.instance.slots[d]!;
  }

  #shared(c: number, d: number): number {
    const cell = c * this.instance.deviceCount + d;
    // Costs that were given as they are have no fixed phase and no demand: those columns are empty.
    return Math.max(0, this.instance.costTicks[cell]! - (this.instance.fixedTicks[cell] ?? 0));
  }

  ofUnits(c: number, d: number): number {
    const { units, width } = this.instance;
    return units[d]! > 0 && units[d]! < Infinity ? (this.#shared(c, d) * width[d]!) / units[d]! : 0;
  }

  ofBandwidth(c: number, d: number): number {
    const { memoryDemand, resourceCapacity, deviceMemory, deviceCount } = this.instance;
    const capacity = resourceCapacity[deviceMemory[d]!]!;
    return capacity > 0 && capacity < Infinity ? (this.#shared(c, d) * (memoryDemand[c * deviceCount + d] ?? 0)) / capacity : 0;
  }

  /** The device where the class costs least under the weights; -1 and Infinity where it can run nowhere. */
  cheapest(c: number, weights: Float64Array): { device: number; use: number } {
    const { deviceCount: D, deviceMemory, costTicks } = this.instance;
    let device = -1;
    let least = Infinity;
    for (let d = 0; d < D; d++) {
      if (costTicks[c * D + d] === Infinity) continue;
      const use = weights[d]! * this.ofSlots(c, d) + weights[D + d]! * this.ofUnits(c, d) + weights[2 * D + deviceMemory[d]!]! * this.ofBandwidth(c, d);
      if (use < least) {
        least = use;
        device = d;
      }
    }
    return { device, use: least };
  }
}

/** The best weights found. Any weights are valid; these decide only how good the bound is. */
function searchWeights(use: ResourceUse, count: Float64Array): Float64Array {
  const { deviceCount: D, deviceMemory, classCount, slots } = use.instance;
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
    let bound = 0;
    for (let c = 0; c < classCount; c += stride) {
      if (count[c] === 0) continue;
      const { device: d, use: least } = use.cheapest(c, weights);
      if (d < 0) return weights;
      bound += count[c]! * least;
      load[d]! += count[c]! * use.ofSlots(c, d);
      load[D + d]! += count[c]! * use.ofUnits(c, d);
      load[2 * D + deviceMemory[d]!]! += count[c]! * use.ofBandwidth(c, d);
    }
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
