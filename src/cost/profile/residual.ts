import { exactExp, exactLog } from "../../base/math.ts";
import { featureSets, type Feature } from "./features.ts";
import type { KernelResidual, ProfileResidual, TableResidual } from "./profile.ts";
import { unpackTrees } from "./trees.ts";
import type { Work } from "./work.ts";

/**
 * Prepares a residual: the logarithm of time ÷ base.
 * @throws {RangeError} when it names features that this version does not know, or is damaged.
 */
export function residualOf(residual: ProfileResidual): (work: Work) => number {
  if (residual.type === "table") return tableOf(residual);
  const sum = residual.type === "trees" ? unpackTrees(residual) : kernelOf(residual);
  const features = featuresOf(residual.features, residual.inputs);
  const inputs = new Float64Array(features.length);
  return (work) => {
    for (let i = 0; i < features.length; i++) inputs[i] = features[i]!(work);
    return sum(inputs);
  };
}

/** @throws {RangeError} for a set or a feature that this version does not know. */
export function featuresOf(setName: string, names: readonly string[]): readonly Feature[] {
  const set = featureSets.tryGet(setName);
  if (set === undefined) throw new RangeError(`there is no feature set "${setName}"`);
  return names.map((name) => {
    const feature = set.feature(name);
    if (feature === undefined) throw new RangeError(`the feature set "${setName}" has no feature "${name}"`);
    return feature;
  });
}

function kernelOf({ centre, scale, offset, centres, weights, inputs: names }: KernelResidual): (inputs: ArrayLike<number>) => number {
  const dimensions = names.length;
  if (centre.length !== dimensions || scale.length !== dimensions || centres.length !== weights.length || centres.some((point) => point.length !== dimensions)) throw new RangeError("the parts of a kernel residual do not fit together");
  const flat = Float64Array.from(centres.flat());
  const at = new Float64Array(dimensions);
  return (inputs) => {
    for (let i = 0; i < dimensions; i++) at[i] = (inputs[i]! - centre[i]!) / scale[i]!;
    let sum = offset;
    for (let c = 0, from = 0; c < weights.length; c++, from += dimensions) {
      let distance = 0;
      for (let i = 0; i < dimensions; i++) {
        const gap = at[i]! - flat[from + i]!;
        distance += gap * gap;
      }
      if (distance < 60) sum += weights[c]! * exactExp(-distance / 2);
    }
    return sum;
  };
}

/** Neighbours that a table takes the mean of. */
const neighbours = 8;

/** Between the nearest points by inverse squared distance in log extents; on a point, exactly its value. */
function tableOf({ extents, points }: TableResidual): (work: Work) => number {
  const dimensions = extents.length;
  if (points.some((point) => point.length !== dimensions + 1)) throw new RangeError("a point of a table has too few or too many numbers");
  const logs = points.map((point) => point.slice(0, dimensions).map(logExtent));
  const nearest: { distance: number; value: number }[] = [];
  return ({ op, threads }) => {
    const at = extents.map((name) => logExtent(name === "threads" ? threads : (op.shape[name] ?? 1)));
    nearest.length = 0;
    for (const [i, log] of logs.entries()) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++) distance += (log[d]! - at[d]!) ** 2;
      if (nearest.length === neighbours && distance >= nearest.at(-1)!.distance) continue;
      if (nearest.length === neighbours) nearest.pop();
      const place = nearest.findIndex((other) => other.distance > distance);
      nearest.splice(place < 0 ? nearest.length : place, 0, { distance, value: points[i]![dimensions]! });
    }
    if (nearest[0]!.distance < 1e-18) return nearest[0]!.value;
    let sum = 0;
    let weight = 0;
    for (const { distance, value } of nearest) {
      sum += value / distance;
      weight += 1 / distance;
    }
    return sum / weight;
  };
}

function logExtent(extent: number): number {
  return exactLog(extent > 1e-3 ? extent : 1e-3);
}
