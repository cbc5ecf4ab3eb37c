import { convLayout, poolLayout } from "../layouts.ts";
import type { Made, Recipe } from "./recipes.ts";

/** Convolutions with bias, as networks have them once their normalization is folded in; "sum": with the addition of a residual, which the runtime fuses. */
const conv = (summed: boolean): Recipe => (site, { shape }) => {
  const { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups } = shape as Record<string, number>;
  const { strides, pads } = convLayout(shape);
  const perGroup = cIn! / groups!;
  // The first layer reads what comes from outside, the others what was just made.
  const image = [n!, cIn!, h!, w!];
  const x = cIn! <= 4 ? site.input(image) : site.activation(image);
  const weight = site.weight([cOut!, perGroup, kh!, kw!]);
  const bias = site.weight([cOut!]);
  let result = site.op("Conv", [x, weight, bias], { strides, pads, group: groups!, kernel_shape: [kh!, kw!] });
  if (summed) result = site.op("Add", [result, site.convolved([n!, cOut!, hOut!, wOut!])]);
  const first = (): number => {
    const [pixels, kernel] = [site.read(x), site.read(weight)];
    let sum = site.read(bias)(0);
    for (let c = 0; c < perGroup; c++) {
      for (let i = 0; i < kh!; i++) {
        for (let j = 0; j < kw!; j++) {
          const [y, z] = [i - pads[0], j - pads[1]];
          if (y >= 0 && z >= 0 && y < h! && z < w!) sum += pixels((c * h! + y) * w! + z) * kernel((c * kh! + i) * kw! + j);
        }
      }
    }
    return sum;
  };
  return { result, rank: 4, ...(!summed && { first }) } satisfies Made;
};

/** Kernels of twice the stride or of the stride, as networks that draw images have them. */
const convTranspose: Recipe = (site, { shape }) => {
  const { n, cIn, cOut, h, w, hOut, kh, kw, groups } = shape as Record<string, number>;
  const stride = Math.round(hOut! / h!);
  const padding = ((h! - 1) * stride + kh! - hOut!) / 2;
  if (!Number.isInteger(padding) || padding < 0) return undefined;
  const inputs = [site.activation([n!, cIn!, h!, w!]), site.weight([cIn!, cOut! / groups!, kh!, kw!]), site.weight([cOut!])];
  return { result: site.op("ConvTranspose", inputs, { strides: [stride, stride], pads: [padding, padding, padding, padding], group: groups!, kernel_shape: [kh!, kw!] }), rank: 4 };
};

const pool = (opType: "MaxPool" | "AveragePool" | "GlobalAveragePool", blocked: boolean): Recipe => (site, { shape }) => {
  const global = opType === "GlobalAveragePool";
  const layout = global ? globalLayout(shape) : poolLayout(shape);
  if (layout === undefined) return undefined;
  const { channels, size, kernel, strides, pads } = layout;
  const dims = [1, channels, size, size];
  const x = blocked ? site.convolved(dims) : site.activation(dims);
  const result = site.op(opType, [x], global ? {} : { kernel_shape: [kernel, kernel], strides, pads });
  return { result, rank: 4 };
};

function globalLayout({ inputs, outputs }: Readonly<Record<string, number>>) {
  const size = Math.sqrt(inputs! / outputs!);
  return Number.isInteger(size) ? { channels: outputs!, size, kernel: size, strides: [1, 1] as const, pads: [0, 0, 0, 0] as const } : undefined;
}

/** `blocked`: the image comes from a convolution, in whatever layout that leaves it. */
const pools = { "max-pool": "MaxPool", "average-pool": "AveragePool", "global-pool": "GlobalAveragePool" } as const;

export const convRecipe: Readonly<Record<string, Recipe>> = {
  conv: conv(false), "depthwise-conv": conv(false), "conv|sum": conv(true), "conv-transpose": convTranspose,
  ...Object.fromEntries(Object.entries(pools).flatMap(([kind, opType]) => [[kind, pool(opType, false)], [`${kind}|after-conv`, pool(opType, true)]])),
};
