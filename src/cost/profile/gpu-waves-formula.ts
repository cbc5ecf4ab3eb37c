import { exactLog } from "../../base/math.ts";
import { dtypeBytes } from "../../graph/graph.ts";
import { gemmOf } from "../gemm.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { blocksOf, generationOf, residentBlocks, tileSizes, tilesOf, useOf } from "./gpu-tiles.ts";
import type { DeviceFigures } from "./profile.ts";
import { bytesOf, type Work } from "./work.ts";

/** Coefficients and where they start: figures of a well-filled kernel on a device without limits of power. */
const starts: readonly Coefficient[] = [
  { name: "fixedNs", start: 40_000, domain: "positive" },
  ...tileSizes.map((size, i): Coefficient => ({ name: `peak.${size}`, start: [0.93, 0.91, 0.83, 0.78, 0.72, 0.65][i]!, domain: "positive" })),
  { name: "steps", start: 16, domain: "positive" },
  { name: "idle", start: 0.4, domain: "share" },
  { name: "bandwidth", start: 0.75, domain: "positive" },
  { name: "miss", start: 0.55, domain: "positive" },
  { name: "cacheFactor", start: 20, domain: "positive" },
  { name: "split", start: 2, domain: "positive" },
  { name: "flopsPerNsWatt", start: 50, domain: "positive" },
  { name: "throttleNs", start: 1.5e6, domain: "positive" },
];

/** Steps of the sum that a kernel's inner loop takes at a time. */
const stepsAtOnce = 8;

/**
 * Matrix products (and convolutions as such) on a GPU, in waves of thread blocks. The library cuts the result into
 * tiles, and products of few tiles along the sum too; a multiprocessor takes its blocks one after the other, and so the
 * fullest one decides. Of the generation's tiles the fastest is taken. For a tile, the time is the longer of
 *
 * - arithmetic: rounds × 2·m·n·(k + `steps`) / (a multiprocessor's peak × `peak.MxN` × (1 − `idle` × share of its
 *   places for blocks that stay empty)), slowed down towards the rate that the board's power sustains (`flopsPerNsWatt`
 *   by the process of the generation) the longer the kernel takes against `throttleNs`;
 * - traffic below the last cache: every block reads its rows and columns; the share that misses grows as `miss` ×
 *   log(1 + operands / (`cacheFactor` × cache)).
 *
 * The memory phase is the operator's own bytes at `bandwidth` × that of the data sheet.
 *
 * All figures are relative to the data sheet's, so that one set of coefficients serves several devices.
 * @source waves and tiles: NVIDIA, "Matrix multiplication background user's guide" (DU-09799), 2023; coefficients per
 * wave and tile relative to the data sheet: S. Lee, A. Phanishayee, D. Mahajan, ASPLOS 2025
 */
export const gpuWavesFormula: Formula = {
  name: "gpu-waves",
  summary: "waves of tiles over multiprocessors, cache misses of their operands, and the board's power",
  monotone: false,
  coefficients(works) {
    if (works.some(({ op, figures }) => gemmOf(op) === undefined || peakOf(figures) === undefined || figures.memoryBytesPerNs === undefined || figures.units === undefined)) return undefined;
    const used = new Set(works.flatMap(({ op, figures }) => tilesOf(generationOf(figures.capability), useOf(op)).map(({ size }) => `peak.${tileSizes[size]}`)));
    const limited = works.some(({ figures }) => figures.watts !== undefined);
    const weighted = works.some(({ op }) => useOf(op) === "weighted");
    return starts.filter(({ name }) => (name.startsWith("peak.") ? used.has(name) : name === "split" ? weighted : limited || (name !== "flopsPerNsWatt" && name !== "throttleNs")));
  },
  phases(parameters) {
    const at = (name: string): number => parameters[name] ?? starts.find((coefficient) => coefficient.name === name)!.start;
    const rates: Rates = {
      peaks: tileSizes.map((size) => at(`peak.${size}`)), steps: at("steps"), idle: at("idle"), bandwidth: at("bandwidth"), miss: at("miss"),
      cacheFactor: at("cacheFactor"), split: at("split"), flopsPerNsWatt: at("flopsPerNsWatt"), throttleNs: at("throttleNs"),
    };
    const fixedNs = at("fixedNs");
    return (work) => ({ fixedNs, computeNs: gpuWavesNs(work, rates), memoryNs: bytesOf(work.op) / ((work.figures.memoryBytesPerNs ?? Infinity) * rates.bandwidth) });
  },
};

interface Rates {
  readonly peaks: readonly number[];
  readonly steps: number;
  readonly idle: number;
  readonly bandwidth: number;
  readonly miss: number;
  readonly cacheFactor: number;
  readonly split: number;
  readonly flopsPerNsWatt: number;
  readonly throttleNs: number;
}

/** Time of the fastest tile. */
function gpuWavesNs({ op, figures }: Work, rates: Rates): number {
  const gemm = gemmOf(op)!;
  const use = useOf(op);
  const bytes = dtypeBytes[op.dtype];
  const { units = 1, memoryBytesPerNs = Infinity, cacheBytes = 4 * 2 ** 20 } = figures;
  const peak = peakOf(figures)!;
  const operands = bytes * (gemm.m * gemm.k + gemm.k * gemm.n);
  const missed = (rates.miss * exactLog(1 + operands / (rates.cacheFactor * cacheBytes)) * bytes) / (memoryBytesPerNs * rates.bandwidth);
  let best = Infinity;
  for (const tile of tilesOf(generationOf(figures.capability), use)) {
    const { blocks, parts } = blocksOf(gemm, tile, use === "weighted" ? rates.split * units : 0);
    const rounds = Math.ceil((blocks * parts) / units);
    const places = residentBlocks[tile.size]!;
    const share = rates.peaks[tile.size]! * (1 - rates.idle * (1 - Math.min(rounds, places) / places));
    const length = Math.ceil(gemm.k / parts / stepsAtOnce) * stepsAtOnce + rates.steps;
    const arithmeticNs = (rounds * 2 * tile.m * tile.n * length * units) / (peak * share);
    best = Math.min(best, Math.max(arithmeticNs, blocks * gemm.k * (tile.m + tile.n) * missed));
  }
  const sustained = figures.watts === undefined ? Infinity : rates.flopsPerNsWatt * processGain(figures) * figures.watts;
  const slower = Math.max(1, (peak * rates.peaks[0]!) / sustained);
  return best * (1 + ((slower - 1) * best) / (best + rates.throttleNs));
}

function peakOf({ peakFlopsPerNs }: DeviceFigures): number | undefined {
  return peakFlopsPerNs?.f32;
}

/**
 * Arithmetic that a watt sustains against the 12 and 16 nm processes of Pascal, Volta and Turing: 7 and 8 nm from Ampere
 * (8.0) on, 4 nm for Ada and Hopper (8.9 and above).
 */
function processGain({ capability = 8 }: DeviceFigures): number {
  return capability < 8 ? 1 : capability < 8.9 ? 1.5 : 2.8;
}
