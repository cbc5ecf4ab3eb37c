import type { OpClass } from "../../graph/graph.ts";

/** A convolution or a pooling as windows that slide over an image; extents in pixels. */
export interface Window {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  /** Padding above and to the left. */
  readonly top: number;
  readonly left: number;
}

/** Channels of a pooling whose shape does not tell them: those of the first layers of most networks, where pooling costs most. */
const usualChannels = 64;

/**
 * The geometry of a convolution or a pooling; `undefined` for other operators, and where the shape does not say.
 * Strides and padding follow from the extents. A pooling may name its channels `c` and its extents as a convolution
 * does; where it does not, it is taken for square, with {@link usualChannels}.
 */
export function windowOf({ kind, shape }: Pick<OpClass, "kind" | "shape">): Window | undefined {
  if (kind === "conv" || kind === "depthwise-conv") return geometry(shape["cIn"], shape["h"], shape["w"] ?? 1, shape["hOut"], shape["wOut"] ?? 1, shape["kh"], shape["kw"] ?? 1);
  if (kind !== "max-pool" && kind !== "average-pool" && kind !== "global-pool") return undefined;
  const { inputs, outputs, window, c = kind === "global-pool" ? outputs : usualChannels } = shape;
  if (inputs === undefined || outputs === undefined || window === undefined || c === undefined) return undefined;
  const side = (elements: number): number => Math.max(1, Math.round(Math.sqrt(elements)));
  const { h = side(inputs / c), w = h, hOut = side(outputs / c), wOut = hOut, kh = side(window), kw = side(window) } = shape;
  return geometry(c, h, w, hOut, wOut, kh, kw);
}

function geometry(channels = NaN, height = NaN, width: number, rows = NaN, columns: number, kernelHeight = NaN, kernelWidth: number): Window | undefined {
  const y = slide(height, rows, kernelHeight);
  const x = slide(width, columns, kernelWidth);
  const window = { channels, height, width, rows, columns, kernelHeight, kernelWidth, strideY: y.stride, strideX: x.stride, top: y.before, left: x.before };
  return Object.values(window).every(Number.isFinite) ? window : undefined;
}

/** Stride and padding before the first element, from input, output and kernel along one axis. */
function slide(input: number, output: number, kernel: number): { stride: number; before: number } {
  const stride = output > 1 ? Math.max(1, Math.round((input - kernel) / (output - 1))) : 1;
  return { stride, before: Math.max(0, Math.floor(((output - 1) * stride + kernel - input) / 2)) };
}
