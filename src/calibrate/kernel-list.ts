import { conv, convTranspose, elementwise, gather, gru, lrn, lstm, matmul, movement, normalization, pool, reduction, softmax, transpose, windowOutput } from "../graph/catalogue.ts";
import type { OpInit } from "../graph/builder.ts";
import { isHeldOut } from "./hold-out.ts";
import { kernelKey, type Kernel } from "./sample.ts";

/** How much of the list a kind gets, and how its kernels are made. */
interface Family {
  /** Kernels of this family for each of the others with share 1. */
  readonly share: number;
  /** Of those that most networks spend their time on: kernels that come before all other families, by turns. */
  readonly first?: number;
  /** A kernel at a point of the unit cube; undefined where there is none. */
  at(point: Point): Kernel | undefined;
}
type Point = (axis: number) => number;

/** No kernel does more than these, so that one does not take the time of a hundred. */
const most = { flops: 1.5e9, bytes: 48e6 };
/** But for products with few rows: their weights show what the memory gives, far beyond every cache. */
const mostWeightBytes = 160e6;

/** Enough shapes for a first model, without those that are held out. */
const enough = 6;

/** Each begins the sequence of extents at a place of its own, by its position: a new one goes to the end, so that samples of the others stay of use. */
const families: readonly Family[] = [
  { share: 7, first: 12, at: linear },
  { share: 3, at: (u) => of(matmul({ batch: pick(u(3), [2, 4, 8, 12, 16, 24, 32, 48, 96]), m: extent(u(0), 8, 1024, 1), n: extent(u(1), 16, 512, 8), k: extent(u(2), 16, 1024, 8) })) },
  { share: 1.5, at: (u) => of(matmul({ batch: pick(u(3), [1, 2, 4, 8, 12, 16, 24, 32]), m: extent(u(0), 16, 1024, 4), n: extent(u(1), 16, 1024, 4), k: pick(u(2), [16, 32, 48, 64, 80, 96, 128]) }), "transposed") },
  { share: 8, first: 10, at: (u) => convolution(u, 3) },
  { share: 7, first: 10, at: (u) => convolution(u, 1) },
  { share: 3, at: (u) => convolution(u, pick(u(6), [5, 7, 2, 4, 11])) },
  { share: 2, at: stem },
  { share: 2, at: grouped },
  { share: 4, first: 12, at: depthwise },
  ...["add", "mul"].map((kind): Family => ({ share: 3, first: 10, at: (u) => binary(kind, u) })),
  ...["sub", "div", "max"].map((kind): Family => ({ share: 1, at: (u) => binary(kind, u) })),
  ...["relu"].map((kind): Family => ({ share: 1, first: 9, at: (u) => of(elementwise(kind, { elements: elements(u(0)) })) })),
  ...["sigmoid", "tanh", "gelu", "silu", "erf"].map((kind): Family => ({ share: 1, at: (u) => of(elementwise(kind, { elements: elements(u(0)) })) })),
  ...["leaky-relu", "exp", "sqrt", "neg", "elu", "hard-sigmoid", "softplus"].map((kind): Family => ({ share: 0.4, at: (u) => of(elementwise(kind, { elements: elements(u(0)) })) })),
  ...["pow", "clip"].map((kind): Family => ({ share: 0.4, at: (u) => of(elementwise(kind, { elements: elements(u(0)) })) })),
  { share: 0.5, at: (u) => of(lrn({ elements: 64 * pick(u(0), images) ** 2 * pick(u(2), [1, 2, 3]), size: pick(u(1), [3, 5]) })) },
  { share: 1, at: transposedConvolution },
  { share: 2.5, first: 10, at: (u) => of(softmax({ rows: extent(u(0), 1, 8192, 1), columns: extent(u(1), 8, 2048, 1) })) },
  { share: 2.5, first: 16, at: (u) => rowsOf(u, 2, "layer-norm", pick(u(2), [undefined, "skip"])) },
  { share: 1.5, at: (u) => channelsOf(u, 4) },
  { share: 1.5, at: (u) => reduced(u) },
  { share: 2, first: 12, at: (u) => pooled("max-pool", u) },
  { share: 1.5, first: 12, at: (u) => pooled("average-pool", u) },
  { share: 1.5, first: 12, at: (u) => globalPooled(u) },
  { share: 2, first: 10, at: (u) => swapped(extent(u(1), 2, 1024, 1), extent(u(2), 2, 1024, 1), extent(u(3), 4, 1024, 4), pick(u(0), matrices)) },
  { share: 2, first: 10, at: (u) => swapped(extent(u(1), 4, 4096, 1), extent(u(2), 4, 4096, u(3) < pagedShare ? pageColumns : 1), 1, pick(u(0), matrices)) },
  { share: 1.5, at: (u) => of(movement("concat", same(64 * extent(u(0), 16, 40_000, 2)))) },
  { share: 1, at: (u) => of(movement("slice", same(64 * extent(u(0), 16, 40_000, 2)))) },
  ...["pad", "tile"].map((kind): Family => ({ share: 1, at: (u) => of(movement(kind, same(128 * extent(u(0), 8, 20_000, 1)))) })),
  { share: 1, at: (u) => of(movement("resize", resized(pick(u(1), [16, 32, 64, 128, 256, 512]) * (2 * pick(u(0), images)) ** 2))) },
  { share: 1, at: (u) => of(gather({ rows: extent(u(0), 1, 2048, 1), columns: extent(u(1), 32, 1024, 16) })) },
  { share: 1, at: (u) => of(gather({ rows: extent(u(0), 1, 2048, 1), columns: extent(u(1), 32, 1024, 16), weight: true })) },
  { share: 1.5, at: (u) => of(lstm({ seq: extent(u(0), 1, 64, 1), batch: extent(u(1), 1, 16, 1), input: extent(u(2), 16, 512, 8), hidden: extent(u(3), 16, 512, 8) })) },
  { share: 1, at: (u) => of(gru({ seq: extent(u(0), 1, 64, 1), batch: extent(u(1), 1, 16, 1), input: extent(u(2), 16, 512, 8), hidden: extent(u(3), 16, 512, 8) })) },
  { share: 0.5, at: classifier },
];

/**
 * Operators to measure, what tells most first: the list may be cut anywhere. Each kind's extents fill their space on a
 * logarithmic scale with a low-discrepancy sequence, so that any beginning of the list covers it evenly, coarse to fine.
 * The commonest kinds come first, by turns, with shapes enough for a model of each; then every other kind, with as many;
 * then all take turns by how much of a network's time depends on them. Extents of layers are rounded to what networks
 * use (multiples of 8 or 16, usual images); no list of networks is behind them.
 * @param count kernels, default 2600
 * @source M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018: the additive recurrence on the
 * generalized golden ratio
 */
export function operatorKernels(count = 2600): Kernel[] {
  const kernels: Kernel[] = [];
  const seen = new Set<string>();
  // Each begins elsewhere in the sequence: else all would get the same extents.
  const states = families.map((family, i) => ({ ...family, credit: 0, next: 97 * i }));
  const add = (state: (typeof states)[number]): Kernel | undefined => {
    // What is too large or was there before leaves its place to the next.
    for (let tries = 0; tries < 60 && kernels.length < count; tries++) {
      const kernel = state.at(quasirandom(++state.next));
      if (kernel === undefined || seen.has(kernelKey(kernel))) continue;
      seen.add(kernelKey(kernel));
      kernels.push(kernel);
      return kernel;
    }
    return undefined;
  };
  const most = Math.max(...families.map(({ first }) => first ?? 0));
  for (let turn = 0; turn < most; turn++) for (const state of states) if (turn < (state.first ?? 0)) add(state);
  // A kind that is begun is soon known well enough for a model: one shape each of all would be of no use.
  for (const state of states.filter(({ first }) => first === undefined)) {
    for (let fitted = 0; fitted < enough; ) {
      const kernel = add(state);
      if (kernel === undefined) break;
      if (!isHeldOut(kernel)) fitted++;
    }
  }
  while (kernels.length < count) {
    for (const state of states) {
      state.credit += state.share / 4;
      for (; state.credit >= 1; state.credit--) add(state);
    }
  }
  return kernels;
}

/** The root above 1 of x^(d+1) = x + 1 with d = 7 axes. */
const golden = 1.0812749480;

/** Point `n` of the sequence; the digits are cut, so that all platforms agree. */
function quasirandom(n: number): Point {
  return (axis) => {
    let alpha = 1;
    for (let i = 0; i <= axis; i++) alpha /= golden;
    return Math.floor(((0.5 + n * alpha) % 1) * 1e9) / 1e9;
  };
}

/** From `low` to `high` on a logarithmic scale, a multiple of `step`. */
function extent(u: number, low: number, high: number, step: number): number {
  return Math.max(step, Math.round((low * (high / low) ** u) / step) * step);
}

function pick<T>(u: number, choices: readonly T[]): T {
  return choices[Math.min(choices.length - 1, Math.floor(u * choices.length))]!;
}

/** From a thousand to four million numbers. */
function elements(u: number): number {
  return 64 * extent(u, 8, 62_500, 1);
}

function same(count: number): { read: number; write: number } {
  return { read: count, write: count };
}

/** An image to four times as many pixels. */
function resized(count: number): { read: number; write: number } {
  return { read: count / 4, write: count };
}

function of(op: OpInit, variant?: string, mostBytes = most.bytes): Kernel | undefined {
  if ((op.flops ?? 0) > most.flops || (op.readBytes ?? 0) + (op.writeBytes ?? 0) > mostBytes) return undefined;
  return { kind: op.kind, shape: op.shape ?? {}, dtype: op.dtype ?? "f32", ...(variant !== undefined && { variant }) };
}

/** Of two activations, or of one and a row of weights. */
function binary(kind: string, u: Point): Kernel | undefined {
  if (u(1) >= 1 / 3) return of(elementwise(kind, { elements: elements(u(0)), inputs: 2 }));
  const columns = extent(u(2), 16, 4096, 8);
  const rows = Math.max(2, Math.round(elements(u(0)) / columns));
  const kernel = of(elementwise(kind, { elements: rows * columns, inputs: 2 }));
  return kernel && { ...kernel, shape: { ...kernel.shape, inputs: 1, columns } };
}

/** Share of the products whose rows are whole pages of 4 KiB apart, as widths of networks like to be and caches do not. */
const pagedShare = 0.2;
const pageColumns = 1024;

function linear(u: Point): Kernel | undefined {
  const step = u(5) < pagedShare ? pageColumns : pick(u(4), [16, 16, 8, 1]);
  return of(matmul({ m: extent(u(0), 1, 1024, 1), n: extent(u(1), 16, 4096, pick(u(3), [16, 16, 8, 1])), k: extent(u(2), 16, 4096, step), weight: true }));
}

/** As the last layers of networks: a few rows, by a matrix that no cache holds. */
function classifier(u: Point): Kernel | undefined {
  return of(matmul({ m: extent(u(0), 1, 16, 1), n: extent(u(1), 1000, 9216, 8), k: extent(u(2), 1024, 9216, 16), weight: true }), undefined, mostWeightBytes);
}

const images = [7, 8, 10, 12, 13, 14, 16, 17, 19, 20, 24, 26, 28, 32, 35, 38, 40, 48, 52, 56, 64, 71, 75, 80, 96, 104, 112, 128, 147, 160];
/** A residual is added to some. */
const fusions = [undefined, undefined, undefined, undefined, "sum"] as const;

function convolution(u: Point, kernel: number): Kernel | undefined {
  const size = pick(u(0), images);
  const stride = kernel < 11 ? pick(u(5), [1, 1, 1, 2]) : 4;
  const padding = 2 * Math.floor(kernel / 2);
  if (size + padding < kernel) return undefined;
  const out = windowOutput(size, kernel, { stride, padding });
  const n = pick(u(3), [1, 1, 1, 1, 2, 4]);
  return of(conv({ n, cIn: extent(u(1), 16, 1024, 16), cOut: extent(u(2), 16, 1024, 16), h: size, w: size, hOut: out, wOut: out, kh: kernel, kw: kernel, bias: true }), pick(u(4), fusions));
}

/** Three channels in, or a number of channels that no blocked layout takes. */
function stem(u: Point): Kernel | undefined {
  const size = pick(u(0), [32, 64, 96, 112, 128, 160, 192, 224, 256, 299]);
  const kernel = pick(u(1), [3, 5, 7]);
  const stride = pick(u(2), [1, 2, 2]);
  const out = windowOutput(size, kernel, { stride, padding: 2 * Math.floor(kernel / 2) });
  const [cIn, cOut] = u(4) < 0.75 ? [pick(u(5), [3, 1, 4]), extent(u(3), 16, 96, 8)] : [extent(u(5), 10, 300, 1), extent(u(3), 10, 300, 1)];
  return of(conv({ n: 1, cIn, cOut, h: size, w: size, hOut: out, wOut: out, kh: kernel, kw: kernel, bias: true }));
}

function grouped(u: Point): Kernel | undefined {
  const groups = pick(u(2), [2, 4, 8, 16, 32]);
  const size = pick(u(0), images);
  const stride = pick(u(5), [1, 1, 2]);
  const out = windowOutput(size, 3, { stride, padding: 2 });
  const channels = groups * extent(u(1), 4, 128, 4);
  return channels > 1024 ? undefined : of(conv({ n: 1, cIn: channels, cOut: channels, h: size, w: size, hOut: out, wOut: out, kh: 3, kw: 3, groups, bias: true }));
}

function depthwise(u: Point): Kernel | undefined {
  const size = pick(u(0), images);
  const kernel = pick(u(2), [3, 3, 5, 7]);
  const stride = pick(u(3), [1, 1, 2]);
  const out = windowOutput(size, kernel, { stride, padding: 2 * Math.floor(kernel / 2) });
  const channels = extent(u(1), 16, 1024, pick(u(4), [16, 16, 8]));
  return of(conv({ n: pick(u(5), [1, 1, 1, 2]), cIn: channels, cOut: channels, h: size, w: size, hOut: out, wOut: out, kh: kernel, kw: kernel, groups: channels, bias: true }));
}

function transposedConvolution(u: Point): Kernel | undefined {
  const size = pick(u(0), images.slice(0, 20));
  const kernel = pick(u(3), [2, 4]);
  return of(convTranspose({ n: 1, cIn: extent(u(1), 16, 512, 16), cOut: extent(u(2), 16, 512, 16), h: size, w: size, hOut: 2 * size, wOut: 2 * size, kh: kernel, kw: kernel, bias: true }));
}

function rowsOf(u: Point, each: number, kind: "layer-norm", variant: string | undefined): Kernel | undefined {
  const columns = extent(u(1), 32, 2048, 16);
  return of(normalization(kind, { elements: columns * extent(u(0), 1, 4096, 1), parameters: each * columns }), variant);
}

function channelsOf(u: Point, each: number): Kernel | undefined {
  const channels = extent(u(1), 16, 1024, 16);
  return of(normalization("batch-norm", { elements: channels * pick(u(0), images) ** 2, parameters: each * channels }));
}

/** Batches, or batches times heads: most changes of layout have one matrix. */
const matrices = [1, 1, 1, 2, 4, 8, 12, 16];

function swapped(rows: number, columns: number, run: number, count: number): Kernel | undefined {
  const op = transpose({ elements: count * rows * columns * run, rows, columns, run });
  return of(op, op.variant);
}

function reduced(u: Point): Kernel | undefined {
  const columns = extent(u(1), 16, 4096, 16);
  const outputs = extent(u(0), 1, 4096, 1);
  return of(reduction({ inputs: columns * outputs, outputs }));
}

function pooled(kind: "max-pool" | "average-pool", u: Point): Kernel | undefined {
  const [size, kernel, channels] = [pick(u(0), images), pick(u(1), [2, 3, 3, 5]), pick(u(2), [16, 32, 64, 96, 128, 192, 256, 512])];
  const stride = kernel === 2 ? 2 : pick(u(3), [1, 2]);
  const out = windowOutput(size, kernel, { stride, padding: kernel === 2 ? 0 : 2 * Math.floor(kernel / 2) });
  return of(pool(kind, { inputs: channels * size * size, outputs: channels * out * out, window: kernel * kernel }), pick(u(4), ["after-conv", "after-conv", undefined]));
}

function globalPooled(u: Point): Kernel | undefined {
  const [size, channels] = [pick(u(0), images), extent(u(1), 16, 2048, 16)];
  return of(pool("global-pool", { inputs: channels * size * size, outputs: channels, window: size * size }), pick(u(2), ["after-conv", undefined]));
}
