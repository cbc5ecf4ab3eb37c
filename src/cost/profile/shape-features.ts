import { exactLog } from "../../base/math.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { bytesOf, type Work } from "./work.ts";

/** Logarithm that keeps 0 finite. */
const log = (value: number): number => exactLog(value > 1e-9 ? value : 1e-9);

const general: Readonly<Record<string, Feature>> = {
  "log flops": ({ op }) => log(op.flops),
  "log bytes": ({ op }) => log(bytesOf(op)),
  "log read": ({ op }) => log(op.readBytes),
  "log write": ({ op }) => log(op.writeBytes),
  /** Arithmetic intensity. */
  "log flops/byte": ({ op }) => log(op.flops / Math.max(1, bytesOf(op))),
  "log threads": ({ threads }) => log(threads),
  /** Above 0: what is touched does not fit in the last cache. */
  "log bytes/cache": ({ op, figures }) => log(bytesOf(op) / (figures.cacheBytes ?? 2 ** 20)),
  "log bytes/unit cache": ({ op, threads, figures }) => log(bytesOf(op) / threads / (figures.unitCacheBytes ?? 2 ** 20)),
};

/** Powers of two up to 128 that divide an extent, as 0 … 7: vector units, cache lines and tiles want them. */
function alignment(extent: number): number {
  let steps = 0;
  while (steps < 7 && extent > 0 && extent % 2 === 0) {
    extent /= 2;
    steps++;
  }
  return steps;
}

/** Logarithm of the waste where an extent is rounded up to a multiple of 16, as vector units and small tiles do. */
const padding = (extent: number): number => log(extent > 0 ? (16 * Math.ceil(extent / 16)) / extent : 1);

/** Prefixes of features of one extent: "log m", "align k", "pad16 n". */
const ofExtent: Readonly<Record<string, (extent: number) => number>> = { log, align: alignment, pad16: padding };

/** What holds for every kind of operator: logarithms of its extents, its work and its bytes, alignment, and what fits in caches. */
export const shapeFeatures: FeatureSet = {
  name: "shape",
  summary: "logarithms of extents, work and bytes; alignment; cache fit",
  names(works) {
    const extents = [...new Set(works.flatMap(({ op }) => Object.keys(op.shape)))].sort();
    return [...extents.map((extent) => `log ${extent}`), ...extents.flatMap((extent) => [`align ${extent}`, `pad16 ${extent}`]), ...Object.keys(general)].filter((name, i, all) => all.indexOf(name) === i);
  },
  feature(name) {
    const known = general[name];
    if (known) return known;
    const space = name.indexOf(" ");
    const of = Object.hasOwn(ofExtent, name.slice(0, space)) ? ofExtent[name.slice(0, space)] : undefined;
    const extent = name.slice(space + 1);
    return of && ((work: Work) => of(work.op.shape[extent] ?? 1));
  },
};

/** Logarithms of the extents alone: what a model knows that has no physics. */
export const extentFeatures: FeatureSet = {
  name: "extents",
  summary: "logarithms of the extents",
  names: (works) => [...new Set(works.flatMap(({ op }) => Object.keys(op.shape)))].sort().map((extent) => `log ${extent}`).concat("log threads"),
  feature: (name) => (name.startsWith("log ") ? shapeFeatures.feature(name) : undefined),
};
