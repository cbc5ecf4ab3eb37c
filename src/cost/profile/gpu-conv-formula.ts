import { exactLog } from "../../base/math.ts";
import { gemmOf } from "../gemm.ts";
import type { Coefficient, Formula } from "./formula.ts";
import type { Shape } from "../../graph/graph.ts";
import { bytesOf, type Work } from "./work.ts";

/** Ways to compute a convolution, as libraries have them. */
export type ConvAlgorithm = "implicit" | "fused" | "separate";

export const convAlgorithms: readonly ConvAlgorithm[] = ["implicit", "fused", "separate"];

/** Work of an algorithm: thread blocks, and arithmetic of each in flops; `extraBytes` are those between its kernels. */
export interface ConvWork {
  readonly blocks: number;
  readonly flops: number;
  readonly extraBytes: number;
}

const up = (extent: number, step: number): number => Math.ceil(extent / step);

/**
 * What an algorithm does for a convolution; `undefined` where it cannot compute it.
 *
 * - `implicit`: a product of pixels by channels, in tiles of 128 × 64, without storing the matrix;
 * - `fused`: Winograd's F(2 × 2, 3 × 3) in one kernel; a block takes 8 × 8 pixels of two images and 32 channels;
 * - `separate`: Winograd's F(4 × 4, 3 × 3) as 36 products between two transforms, in tiles of 64 × 64.
 *
 * Winograd's algorithm is for 3 × 3 windows at stride 1 in one group.
 * @source A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; sizes of blocks from the
 * grids of cuDNN 8 kernels in the data set of S. Lee, A. Phanishayee, D. Mahajan, ASPLOS 2025
 */
export function convWork(op: Work["op"], algorithm: ConvAlgorithm): ConvWork | undefined {
  const { shape } = op;
  const [n, cIn, cOut, h, w] = [shape["n"] ?? 1, shape["cIn"] ?? 1, shape["cOut"] ?? 1, shape["hOut"] ?? 1, shape["wOut"] ?? 1];
  if (algorithm === "implicit") {
    const gemm = gemmOf(op);
    return gemm && { blocks: gemm.batch * up(gemm.m, 128) * up(gemm.n, 64), flops: 2 * 128 * 64 * (up(gemm.k, 8) * 8 + 16), extraBytes: 0 };
  }
  if (!isWinograd(shape)) return undefined;
  if (algorithm === "fused") return { blocks: up(n, 2) * up(h, 8) * up(w, 8) * up(cOut, 32), flops: 2 * 16 * 32 * 32 * (up(cIn, 8) * 8 + 16), extraBytes: 0 };
  const tiles = n * up(h, 4) * up(w, 4);
  return { blocks: 36 * up(tiles, 64) * up(cOut, 64), flops: 2 * 64 * 64 * (up(cIn, 8) * 8 + 16), extraBytes: 4 * 2 * 36 * (tiles * (cIn + cOut) + cIn * cOut) };
}

function isWinograd(shape: Shape): boolean {
  return shape["kh"] === 3 && shape["kw"] === 3 && (shape["groups"] ?? 1) === 1 && (shape["h"] ?? 0) < 1.5 * (shape["hOut"] ?? 0);
}

/**
 * Time of an algorithm, ns, at this share of the device's peak and of its memory's bandwidth, without what starts it: the
 * blocks go in rounds over the multiprocessors. `undefined` where it cannot compute the operator.
 */
export function convNs({ op, figures }: Work, algorithm: ConvAlgorithm, peakShare: number, bandwidth: number): number | undefined {
  const work = convWork(op, algorithm);
  if (work === undefined) return undefined;
  const { units = 1, memoryBytesPerNs = Infinity, peakFlopsPerNs = {} } = figures;
  return (up(work.blocks, units) * work.flops * units) / ((peakFlopsPerNs.f32 ?? Infinity) * peakShare) + work.extraBytes / (memoryBytesPerNs * bandwidth);
}

/** Logarithm of the time of one algorithm over that of another, both at 80 % of the peak, for trees to ask about; 0 where one of them cannot compute it. */
export function convRatio(work: Work, one: ConvAlgorithm, other: ConvAlgorithm): number {
  const [a, b] = [convNs(work, one, 0.8, 0.8), convNs(work, other, 0.8, 0.8)];
  return a === undefined || b === undefined ? 0 : exactLog(a / b);
}

/**
 * Convolutions on a GPU: the fastest of the algorithms of {@link convWork}, each at a share of peak of its own, or the
 * operator's bytes at `bandwidth` × that of the data sheet. `separate` starts three kernels more, `launchNs` each.
 */
export const gpuConvFormula: Formula = {
  name: "gpu-conv",
  summary: "the fastest of an implicit product and Winograd's algorithm in one kernel or several",
  monotone: false,
  coefficients(works) {
    if (works.some(({ op, figures }) => convWork(op, "implicit") === undefined || op.kind === "matmul" || figures.peakFlopsPerNs?.f32 === undefined || figures.units === undefined)) return undefined;
    const least = Math.min(...works.map(({ ns }) => ns));
    return [
      { name: "fixedNs", start: 0.6 * least, domain: "positive" },
      ...convAlgorithms.filter((algorithm) => works.some(({ op }) => convWork(op, algorithm))).map((algorithm): Coefficient => ({ name: `peak.${algorithm}`, start: 0.7, domain: "positive" })),
      { name: "bandwidth", start: 0.75, domain: "positive" },
      { name: "launchNs", start: 10_000, domain: "positive" },
    ];
  },
  phases(parameters) {
    const { fixedNs = 0, bandwidth = 1, launchNs = 0 } = parameters;
    return (work) => {
      let computeNs = Infinity;
      for (const algorithm of convAlgorithms) {
        const ns = convNs(work, algorithm, parameters[`peak.${algorithm}`] ?? 0.7, bandwidth);
        if (ns !== undefined) computeNs = Math.min(computeNs, ns + (algorithm === "separate" ? 3 * launchNs : 0));
      }
      return { fixedNs, computeNs, memoryNs: bytesOf(work.op) / ((work.figures.memoryBytesPerNs ?? Infinity) * bandwidth) };
    };
  },
};
