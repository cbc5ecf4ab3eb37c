import { windowOutput } from "../../graph/catalogue.ts";
import type { Shape } from "../../graph/graph.ts";

/**
 * From the extents of the catalogue to tensors that have them. The catalogue keeps what work and bytes follow from, which
 * is less than a tensor's shape; where several shapes have the same extents, a common one is chosen.
 */

/** Stride and padding of a convolution. */
export interface ConvLayout {
  readonly strides: readonly [number, number];
  /** Before and after, for height and width: [top, left, bottom, right], as ONNX orders them. */
  readonly pads: readonly [number, number, number, number];
}

/** Stride and padding that lead from h × w to hOut × wOut. */
export function convLayout({ h, w, hOut, wOut, kh, kw }: Shape): ConvLayout {
  const [vertical, horizontal] = [window(h!, hOut!, kh!), window(w!, wOut!, kw!)];
  return { strides: [vertical.stride, horizontal.stride], pads: [vertical.before, horizontal.before, vertical.after, horizontal.after] };
}

/** Equal padding on both sides where that leads to `out`, half of the kernel before any other: so most networks have it. */
function window(size: number, out: number, kernel: number): { stride: number; before: number; after: number } {
  const stride = out === 1 ? 1 : Math.max(1, Math.round(size / out));
  for (const side of [Math.floor(kernel / 2), 0, ...Array.from({ length: Math.max(0, kernel - 1) }, (_, i) => i + 1)]) {
    if (size + 2 * side >= kernel && windowOutput(size, kernel, { stride, padding: 2 * side }) === out) return { stride, before: side, after: side };
  }
  const padding = Math.max(0, (out - 1) * stride + kernel - size);
  return { stride, before: Math.floor(padding / 2), after: Math.ceil(padding / 2) };
}

/** A square pooling over an image. */
export interface PoolLayout extends ConvLayout {
  readonly channels: number;
  readonly size: number;
  readonly sizeOut: number;
  readonly kernel: number;
}

/**
 * Pooling of `inputs` elements to `outputs` with square windows, of as many channels (a multiple of 16 where one fits) as
 * leave the image at least as large as the window.
 * @returns undefined where no square image has these extents
 */
export function poolLayout({ inputs, outputs, window: area }: Shape): PoolLayout | undefined {
  const kernel = Math.round(Math.sqrt(area!));
  for (const channels of channelChoices(inputs!)) {
    const [size, sizeOut] = [Math.sqrt(inputs! / channels), Math.sqrt(outputs! / channels)];
    if (!Number.isInteger(size) || !Number.isInteger(sizeOut) || size < kernel || sizeOut < 1 || sizeOut > size) continue;
    const { stride, before, after } = window(size, sizeOut, kernel);
    if (before >= kernel || after >= kernel || windowOutput(size, kernel, { stride, padding: before + after }) !== sizeOut) continue;
    return { channels, size, sizeOut, kernel, strides: [stride, stride], pads: [before, before, after, after] };
  }
  return undefined;
}

/** Divisors of the elements, the most common numbers of channels first. */
function channelChoices(elements: number): number[] {
  const usual = [64, 128, 256, 32, 512, 96, 192, 16, 48, 80, 112, 160, 24, 1024, 2048, 3, 8, 1];
  return usual.filter((channels) => elements % channels === 0);
}

/**
 * The last axis of a tensor of so many elements: a usual width of layers that divides it, or all of it.
 */
export function lastAxis(elements: number): number {
  return [768, 512, 256, 1024, 384, 128, 64, 32, 16].find((columns) => elements % columns === 0 && elements > columns) ?? elements;
}

/**
 * Matrices whose two axes change places: [matrices, rows, columns, run].
 * @returns undefined where the extents do not say, or no whole number of matrices has so many elements
 */
export function swapLayout({ elements, rows, columns, run }: Shape): [number, number, number, number] | undefined {
  if (elements === undefined || rows === undefined || columns === undefined || run === undefined) return undefined;
  const matrices = elements / (rows * columns * run);
  return Number.isInteger(matrices) ? [matrices, rows, columns, run] : undefined;
}
