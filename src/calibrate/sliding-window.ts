/** How a window moves along an axis. */
export interface SlidingWindow {
  readonly stride: number;
  /** Positions added before the first element. */
  readonly padding: number;
}

/**
 * The stride and padding that lead from an input extent to an output extent with a window of `kernel`: the catalogue
 * keeps the extents alone. Windows side by side where they tile the input; else the smallest stride for which a padding
 * of less than the window fits; where there is none (dilated windows, say), the ratio of the extents. What is added is
 * halved, the smaller half before.
 * @example
 * slidingWindow(224, 112, 7); // { stride: 2, padding: 2 }
 */
export function slidingWindow(input: number, output: number, kernel: number): SlidingWindow {
  if (input === output * kernel) return { stride: kernel, padding: 0 };
  for (let stride = 1; stride <= input; stride++) {
    const missing = stride * (output - 1) + kernel - input;
    if (missing < kernel && missing + stride > 0) return { stride, padding: Math.floor(Math.max(0, missing) / 2) };
  }
  const stride = Math.max(1, Math.round(input / output));
  return { stride, padding: Math.floor(Math.max(0, stride * (output - 1) + kernel - input) / 2) };
}
