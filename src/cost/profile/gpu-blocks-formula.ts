import { dtypeBytes } from "../../graph/graph.ts";
import { gemmOf } from "../gemm.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { powerSlowdown, type PowerLimit } from "./gpu-power.ts";
import { blocksOf, generationOf, residentBlocks, tileSizes, tilesOf, useOf } from "./gpu-tiles.ts";
import { missedBytes, operandExcess, type Misses } from "./gpu-window.ts";
import type { DeviceFigures } from "./profile.ts";
import { bytesOf, type Work } from "./work.ts";

/** Coefficients and where they start: figures of a well-filled kernel on a device without limits of power. */
const starts: readonly Coefficient[] = [
  { name: "fixedNs", start: 40_000, domain: "positive" },
  ...tileSizes.map((size, i): Coefficient => ({ name: `peak.${size}`, start: [0.92, 0.92, 0.87, 0.85, 0.82, 0.8][i]!, domain: "positive" })),
  { name: "steps", start: 17, domain: "positive" },
  { name: "idle", start: 0.35, domain: "share" },
  { name: "bandwidth", start: 0.7, domain: "positive" },
  { name: "reread", start: 0.42, domain: "positive" },
  { name: "unshared", start: 0.23, domain: "positive" },
  { name: "maxwellPeak", start: 0.9, domain: "positive" },
  { name: "maxwellMisses", start: 2, domain: "positive" },
  { name: "flopsPerNsWatt", start: 50, domain: "positive" },
  { name: "throttled", start: 0.4, domain: "share" },
  { name: "throttleNs", start: 0.8e6, domain: "positive" },
];

/** Blocks for each multiprocessor that a product of few tiles is cut into along its sum. */
const splitBlocks = 2;
/** Steps of the sum that a kernel's inner loop takes at a time. */
const stepsAtOnce = 8;

/**
 * Matrix products on a GPU that was never measured, in waves of thread blocks: as `gpu-waves`, with more physics in the
 * place of what would be fitted. The library cuts the result into tiles, and products with a weight that have few tiles
 * along the sum too; a multiprocessor takes its blocks one after the other, and so the fullest one decides. Of the
 * generation's tiles the fastest is taken. For a tile there are two times, of which the longer counts (the fourth root of
 * the sum of fourth powers, as both slow each other down where they are alike):
 *
 * - arithmetic: rounds × 2·m·n·(k + `steps`) / (a multiprocessor's peak × `peak.MxN` × (1 − `idle` × share of its
 *   places for blocks that stay empty)), slowed down by the board's power ({@link powerSlowdown});
 * - what the last cache misses of the factors ({@link missedBytes}: `reread`, `unshared`), at the bandwidth of the data
 *   sheet.
 *
 * The kernels for products with a weight that date from Maxwell (compute capability 6) reach `maxwellPeak` of these peaks,
 * and miss `maxwellMisses` times as much. The memory phase is the operator's own bytes at `bandwidth` × that of the data
 * sheet.
 *
 * All figures are relative to the data sheet's, so that one set of coefficients serves several devices.
 * @source waves and tiles: NVIDIA, "Matrix multiplication background user's guide" (DU-09799), 2023; coefficients per
 * wave and tile relative to the data sheet: S. Lee, A. Phanishayee, D. Mahajan, ASPLOS 2025
 */
export const gpuBlocksFormula: Formula = {
  name: "gpu-blocks",
  summary: "waves of tiles over multiprocessors, what the blocks of a wave share, and the board's power",
  monotone: false,
  coefficients(works) {
    if (works.some(({ op, figures }) => gemmOf(op) === undefined || peakOf(figures) === undefined || figures.memoryBytesPerNs === undefined || figures.units === undefined)) return undefined;
    const peaks = new Set(works.flatMap(({ op, figures }) => tilesOf(generationOf(figures.capability), useOf(op)).map(({ size }) => `peak.${tileSizes[size]}`)));
    const maxwell = works.some(isMaxwell);
    const limited = works.some(({ figures }) => figures.watts !== undefined);
    const used: Readonly<Record<string, boolean>> = { maxwellPeak: maxwell, maxwellMisses: maxwell, flopsPerNsWatt: limited, throttled: limited, throttleNs: limited };
    return starts.filter(({ name }) => (name.startsWith("peak.") ? peaks.has(name) : (used[name] ?? true)));
  },
  phases(parameters) {
    const at = (name: string): number => parameters[name] ?? starts.find((coefficient) => coefficient.name === name)!.start;
    const peaks = tileSizes.map((size) => at(`peak.${size}`));
    const misses: Misses = { reread: at("reread"), unshared: at("unshared") };
    const power: PowerLimit = { flopsPerNsWatt: at("flopsPerNsWatt"), throttled: at("throttled"), throttleNs: at("throttleNs") };
    const [fixedNs, bandwidth, maxwellPeak, maxwellMisses] = [at("fixedNs"), at("bandwidth"), at("maxwellPeak"), at("maxwellMisses")];
    const [steps, idle] = [at("steps"), at("idle")];
    const older: Rates = { peaks: peaks.map((peak) => peak * maxwellPeak), misses: { reread: misses.reread * maxwellMisses, unshared: misses.unshared * maxwellMisses }, steps, idle };
    const newer: Rates = { peaks, misses, steps, idle };
    return (work) => {
      const { arithmeticNs, trafficNs } = fastestTile(work, isMaxwell(work) ? older : newer);
      const slowed = arithmeticNs * powerSlowdown(power, work.figures)(arithmeticNs);
      return { fixedNs, computeNs: together(slowed, trafficNs), memoryNs: bytesOf(work.op) / ((work.figures.memoryBytesPerNs ?? Infinity) * bandwidth) };
    };
  },
};

interface Rates {
  readonly peaks: readonly number[];
  readonly misses: Misses;
  readonly steps: number;
  readonly idle: number;
}

interface TileTimes {
  readonly arithmeticNs: number;
  readonly trafficNs: number;
}

function fastestTile({ op, figures }: Work, { peaks, misses, steps, idle }: Rates): TileTimes {
  const gemm = gemmOf(op)!;
  const use = useOf(op);
  const { units = 1, memoryBytesPerNs = Infinity, cacheBytes = 4 * 2 ** 20 } = figures;
  const peak = peakOf(figures)!;
  const bytes = dtypeBytes[op.dtype];
  const excess = operandExcess(gemm, bytes, cacheBytes);
  let best: TileTimes | undefined;
  let bestNs = Infinity;
  for (const tile of tilesOf(generationOf(figures.capability), use)) {
    const { blocks, parts } = blocksOf(gemm, tile, use === "weighted" ? splitBlocks * units : 0);
    const rounds = Math.ceil((blocks * parts) / units);
    const places = residentBlocks[tile.size]!;
    const share = peaks[tile.size]! * (1 - idle * (1 - Math.min(rounds, places) / places));
    const length = Math.ceil(gemm.k / parts / stepsAtOnce) * stepsAtOnce + steps;
    const arithmeticNs = (rounds * 2 * tile.m * tile.n * length * units) / (peak * share);
    const trafficNs = missedBytes(gemm, tile, bytes, units, cacheBytes, excess, misses) / memoryBytesPerNs;
    const ns = together(arithmeticNs, trafficNs);
    if (ns < bestNs || best === undefined) [best, bestNs] = [{ arithmeticNs, trafficNs }, ns];
  }
  return best!;
}

/** Two phases that overlap: the longer one, and up to a fifth more where they are alike. */
function together(a: number, b: number): number {
  const [a2, b2] = [a * a, b * b];
  return Math.sqrt(Math.sqrt(a2 * a2 + b2 * b2));
}

function isMaxwell({ op, figures }: Work): boolean {
  return generationOf(figures.capability) === 6 && useOf(op) === "weighted";
}

function peakOf({ peakFlopsPerNs }: DeviceFigures): number | undefined {
  return peakFlopsPerNs?.f32;
}
