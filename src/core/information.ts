import { InputError } from "../base/errors.ts";
import { ownValue } from "../base/own-value.ts";
import { estimateError } from "../base/random.ts";
import type { Instance } from "./instance.ts";

/** What schedulers know of the time that operators take. */
export type InformationMode = "exact" | "noisy" | "type-average" | "none";

/** Largest spread of `noisy`: beyond it estimates say nothing, and some are no numbers any more. */
export const mostSpread = 10;

/** What schedulers are told instead of the true expected times. Which devices can run an operator is always known, and so are transfers and setups. */
export interface Information {
  /**
   * `exact` (default): the true means. `noisy`: each of them, for a class of equal operators on a device, times an
   * error of mean 1. `type-average`: the mean over all operators of one kind on that device, as a runtime knows it that
   * keeps an average per kind. `none`: one time for everything, the mean over all operators and the devices that can run them.
   */
  readonly mode?: InformationMode;
  /** Relative standard deviation of the error, for `noisy`; at most {@link mostSpread}. */
  readonly spread?: number;
  /** By device name: what is told of the device is this many times what the mode says. Default 1. */
  readonly factor?: Readonly<Record<string, number>>;
}

/**
 * The instance with what a scheduler is told in the column `estimateTicks`, in whole ticks; a time above 0 stays above
 * 0. Gives back `instance` itself where that is the truth. The errors of `noisy` depend on the seed, the class and the
 * device alone: every scheduler that is run with this seed is told the same.
 * @throws {InputError} for a spread or factor that is none, and an unknown device.
 */
export function informed(instance: Instance, information: Information | undefined, seed: number): Instance {
  if (information === undefined) return instance;
  checkInformation(information, instance);
  const { deviceCount, costTicks } = instance;
  const factors = instance.deviceNames.map((name) => ownValue(information.factor, name) ?? 1);
  const told = toldTicks(instance, information, seed);
  let differs = false;
  for (let cell = 0; cell < told.length; cell++) {
    const ticks = told[cell]! * factors[cell % deviceCount]!;
    told[cell] = ticks > 0 && ticks < Infinity ? Math.max(1, Math.round(ticks)) : ticks;
    if (told[cell] !== costTicks[cell]) differs = true;
  }
  return differs ? withColumns(instance, { estimateTicks: told }) : instance;
}

/**
 * The instance as a scheduler believes it to be: its estimates are the true times. An operator keeps the bytes that it
 * moves, and the part of its time that is fixed.
 */
export function believedInstance(instance: Instance): Instance {
  const { estimateTicks, costTicks, fixedTicks, memoryDemand } = instance;
  if (estimateTicks === undefined) return instance;
  const stretch = (cell: number): number => (costTicks[cell]! > 0 && costTicks[cell]! < Infinity ? estimateTicks[cell]! / costTicks[cell]! : 1);
  return withColumns(instance, {
    estimateTicks: undefined, costTicks: estimateTicks,
    fixedTicks: fixedTicks.map((ticks, cell) => ticks * stretch(cell)), memoryDemand: memoryDemand.map((demand, cell) => demand / stretch(cell)),
  });
}

function checkInformation({ mode = "exact", spread, factor = {} }: Information, { deviceNames }: Instance): void {
  const fail = (message: string): never => {
    throw new InputError({ code: "bad-information", message });
  };
  if (mode === "noisy" ? !(spread !== undefined && spread >= 0 && spread <= mostSpread) : spread !== undefined) fail(mode === "noisy" ? `noisy estimates need a spread from 0 to ${mostSpread}` : `${mode} estimates have no spread`);
  for (const [name, value] of Object.entries(factor)) {
    if (!deviceNames.includes(name)) fail(`there is no device "${name}" whose estimates could be wrong`);
    if (!(value > 0 && value < Infinity)) fail(`the estimates of ${name} cannot be ${value} times what they should be`);
  }
}

/** What the mode says of each class and device, unrounded, in a fresh column. */
function toldTicks(instance: Instance, { mode = "exact", spread = 0 }: Information, seed: number): Float64Array {
  const { classCount, deviceCount, costTicks, classKinds } = instance;
  if (mode === "exact") return costTicks.slice();
  if (mode === "noisy") return costTicks.map((ticks, cell) => (ticks > 0 && ticks < Infinity ? ticks * estimateError(seed, Math.floor(cell / deviceCount), cell % deviceCount, spread) : ticks));
  const groups = new Map<string, number>();
  const groupOf = new Uint32Array(classCount);
  if (mode === "type-average") {
    for (let c = 0; c < classCount; c++) {
      const kind = classKinds[c]!;
      if (!groups.has(kind)) groups.set(kind, groups.size);
      groupOf[c] = groups.get(kind)!;
    }
  }
  // One mean for each group and device, or a single one over all.
  const cellOf = (c: number, device: number): number => (mode === "none" ? 0 : groupOf[c]! * deviceCount + device);
  const operators = operatorsByClass(instance);
  const sums = new Float64Array(Math.max(1, groups.size) * deviceCount);
  const counts = new Float64Array(sums.length);
  for (let c = 0; c < classCount; c++) {
    for (let d = 0; d < deviceCount; d++) {
      const ticks = costTicks[c * deviceCount + d]!;
      if (ticks === Infinity) continue;
      sums[cellOf(c, d)]! += operators[c]! * ticks;
      counts[cellOf(c, d)]! += operators[c]!;
    }
  }
  return costTicks.map((ticks, at) => {
    const cell = cellOf(Math.floor(at / deviceCount), at % deviceCount);
    return ticks === Infinity || counts[cell] === 0 ? ticks : sums[cell]! / counts[cell]!;
  });
}

function operatorsByClass({ classCount, classOf }: Instance): Float64Array {
  const operators = new Float64Array(classCount);
  for (let op = 0; op < classOf.length; op++) operators[classOf[op]!]!++;
  return operators;
}

/** A copy with other columns. Its digest stays a question that is answered when asked: it takes a while on a large instance. */
function withColumns(instance: Instance, columns: Partial<Instance>): Instance {
  const values = Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, { value, enumerable: true }]));
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(instance), ...values }) as Instance;
}
