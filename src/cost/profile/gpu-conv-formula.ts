import { exactLog } from "../../base/math.ts";
import { gemmOf } from "../gemm.ts";
import type { Coefficient, Formula } from "./formula.ts";
import { convAlgorithms, convTileKinds, convTilings, type ConvAlgorithm, type ConvTiling } from "./gpu-conv-tiles.ts";
import { processGain } from "./gpu-power.ts";
import type { DeviceFigures } from "./profile.ts";
import { bytesOf, type Work } from "./work.ts";

/** Kernels that an algorithm starts after the first, in the order of the algorithms: where in the image each tap lies; filters; images, filters and results. */
const furtherKernels = [1, 1, 3];

/** Coefficients and where they start. */
const starts: readonly Coefficient[] = [
  { name: "fixedNs", start: 20_000, domain: "positive" },
  { name: "launchNs", start: 8000, domain: "positive" },
  { name: "steps", start: 20, domain: "positive" },
  ...convTileKinds.map((kind, i): Coefficient => ({ name: `peak.${kind}`, start: [1, 0.95, 0.8, 0.9, 0.85, 0.95][i]!, domain: "positive" })),
  ...convAlgorithms.map((algorithm, i): Coefficient => ({ name: `image.${algorithm}`, start: [0.4, 0.6, 1][i]!, domain: "positive" })),
  ...convAlgorithms.map((algorithm, i): Coefficient => ({ name: `filter.${algorithm}`, start: [2, 3, 5][i]!, domain: "positive" })),
  { name: "flopsPerNsWatt", start: 100, domain: "positive" },
];

/**
 * Convolutions on a GPU: the fastest of the tilings of {@link convTilings}. For each, what follows adds up:
 *
 * - arithmetic: the blocks go in rounds over the multiprocessors; a block takes its steps and `steps` more to begin and
 *   end, at `peak.KIND` of the peak, or of what the board's power sustains (`flopsPerNsWatt`) where that is less;
 * - traffic at the memory's bandwidth: `image.ALGORITHM` times the bytes of images and results, `filter.ALGORITHM` times
 *   those of the filters, whose transforms jump through memory;
 * - `launchNs` for each kernel after the first; `fixedNs` in any case.
 *
 * An operator whose shape does not tell its product takes its flops at the peak.
 *
 * All figures are relative to the data sheet's, so that one set of coefficients serves several devices.
 */
export const gpuConvFormula: Formula = {
  name: "gpu-conv",
  summary: "the fastest tiling of an implicit product and of Winograd's algorithm, in one kernel or several",
  monotone: false,
  coefficients(works) {
    if (works.some(({ op, figures }) => op.kind === "matmul" || gemmOf(op) === undefined || figures.peakFlopsPerNs?.f32 === undefined || figures.memoryBytesPerNs === undefined || figures.units === undefined)) return undefined;
    const used = new Set(works.flatMap(({ op, figures }) => convTilings(op, figures).flatMap(({ algorithm, kind }) => [`peak.${convTileKinds[kind]}`, `image.${algorithm}`, `filter.${algorithm}`])));
    // On one board alone, the peaks say as much.
    const limited = new Set(works.map(({ figures }) => figures.watts)).size > 1;
    return starts.filter(({ name }) => (name.includes(".") ? used.has(name) : name !== "flopsPerNsWatt" || limited));
  },
  phases(parameters) {
    const rates = ratesOf(parameters);
    let before: DeviceFigures | undefined;
    let board = boardOf({}, rates);
    return ({ op, figures }) => {
      if (figures !== before) board = boardOf((before = figures), rates);
      const tilings = convTilings(op, figures);
      let computeNs = tilings.length === 0 ? op.flops / board.peak : Infinity;
      for (const tiling of tilings) computeNs = Math.min(computeNs, tilingNs(tiling, board, rates));
      return { fixedNs: rates.fixedNs, computeNs, memoryNs: bytesOf(op) / board.bandwidth };
    };
  },
};

/** Coefficients, those that differ by kind of tile. */
interface Rates {
  readonly fixedNs: number;
  readonly steps: number;
  readonly peak: Float64Array;
  readonly image: Float64Array;
  readonly filter: Float64Array;
  readonly launchNs: Float64Array;
  readonly flopsPerNsWatt: number;
}

function ratesOf(parameters: Readonly<Record<string, number>>): Rates {
  const at = (name: string): number => parameters[name] ?? starts.find((coefficient) => coefficient.name === name)!.start;
  const algorithms = convTileKinds.map((kind) => kind.split(".")[0] as ConvAlgorithm);
  return {
    fixedNs: at("fixedNs"), steps: at("steps"), peak: Float64Array.from(convTileKinds, (kind) => at(`peak.${kind}`)),
    image: Float64Array.from(algorithms, (algorithm) => at(`image.${algorithm}`)), filter: Float64Array.from(algorithms, (algorithm) => at(`filter.${algorithm}`)),
    launchNs: Float64Array.from(algorithms, (algorithm) => furtherKernels[convAlgorithms.indexOf(algorithm)]! * at("launchNs")), flopsPerNsWatt: at("flopsPerNsWatt"),
  };
}

/** What the formula takes from a data sheet: multiprocessors, flops/ns that they sustain, bytes/ns of the memory. */
interface Board {
  readonly units: number;
  readonly peak: number;
  readonly bandwidth: number;
}

function boardOf(figures: DeviceFigures, { flopsPerNsWatt }: Rates): Board {
  const { units = 1, memoryBytesPerNs = Infinity, peakFlopsPerNs, watts = Infinity } = figures;
  return { units, peak: Math.min(peakFlopsPerNs?.f32 ?? Infinity, watts * flopsPerNsWatt * processGain(figures)), bandwidth: memoryBytesPerNs };
}

function tilingNs({ kind, blocks, stepFlops, steps, imageBytes, filterBytes }: ConvTiling, { units, peak, bandwidth }: Board, rates: Rates): number {
  const arithmeticNs = (Math.ceil(blocks / units) * units * stepFlops * (steps + rates.steps)) / (peak * rates.peak[kind]!);
  return arithmeticNs + (imageBytes * rates.image[kind]! + filterBytes * rates.filter[kind]!) / bandwidth + rates.launchNs[kind]!;
}

const usual = ratesOf({});

/** The fastest tiling of an algorithm at usual rates, and its time, ns; `undefined` where it cannot compute the operator. */
export function usualTiling({ op, figures }: Work, algorithm: ConvAlgorithm): { readonly tiling: ConvTiling; readonly ns: number } | undefined {
  const board = boardOf(figures, usual);
  let best: { readonly tiling: ConvTiling; readonly ns: number } | undefined;
  for (const tiling of convTilings(op, figures)) {
    if (tiling.algorithm !== algorithm) continue;
    const ns = tilingNs(tiling, board, usual);
    if (best === undefined || ns < best.ns) best = { tiling, ns };
  }
  return best;
}

/** Logarithm of the time of one algorithm over that of another, both at usual rates, for trees to ask about; 0 where one of them cannot compute it. */
export function convRatio(work: Work, one: ConvAlgorithm, other: ConvAlgorithm): number {
  const [a, b] = [usualTiling(work, one), usualTiling(work, other)];
  return a === undefined || b === undefined ? 0 : exactLog(a.ns / b.ns);
}
