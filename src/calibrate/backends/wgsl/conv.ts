import type { Kernel } from "../../sample.ts";
import { slidingWindow } from "../../sliding-window.ts";
import { elementTypeOf, extent, folded, UnsupportedKernel, values, type Program, type ProgramLimits, type ProgramMaker } from "./program.ts";
import { height, tileBytes, tileFor, tilePrelude, width } from "./tiles.ts";

/**
 * Convolutions over two spatial dimensions. Variants: "direct", or a tile of the implicit matrix product; without one,
 * direct where a group has too few channels to share anything, else the product.
 */
export const convProgram: ProgramMaker = (kernel, limits): Program => {
  const size = sizeOf(kernel);
  const { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups } = size;
  const elementType = elementTypeOf(kernel);
  const channels = cIn / groups;
  const [image, weight] = [values(n * cIn * h * w, 1), values(cOut * channels * kh * kw, 2)];
  const outputs = n * cOut * hOut * wOut;
  const [vertical, horizontal] = [slidingWindow(h, hOut, kh), slidingWindow(w, wOut, kw)];
  const direct = kernel.variant === "direct" || (kernel.variant === undefined && cOut / groups < 8);
  return {
    elementType, inputs: [image, weight], outputs,
    size: [n, cIn, h, w, cOut, hOut, wOut, groups, kh, kw, vertical.stride, horizontal.stride, vertical.padding, horizontal.padding],
    ...(direct ? directly(outputs, limits) : asProduct(kernel, size, limits)),
    expected: (position) => {
      const [x, y, channel] = [position % wOut, Math.floor(position / wOut) % hOut, Math.floor(position / (wOut * hOut)) % cOut];
      const picture = Math.floor(position / (wOut * hOut * cOut));
      const first = Math.floor(channel / (cOut / groups)) * channels;
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        for (let dy = 0; dy < kh; dy++) {
          for (let dx = 0; dx < kw; dx++) {
            const [row, column] = [y * vertical.stride + dy - vertical.padding, x * horizontal.stride + dx - horizontal.padding];
            if (row < 0 || row >= h || column < 0 || column >= w) continue;
            sum += image.at(((picture * cIn + first + c) * h + row) * w + column) * weight.at(((channel * channels + c) * kh + dy) * kw + dx);
          }
        }
      }
      return sum;
    },
    steps: channels * kh * kw, magnitude: Math.sqrt(channels * kh * kw) / 3,
  };
};

type ConvExtents = ReturnType<typeof sizeOf>;

function sizeOf(kernel: Kernel) {
  if (kernel.shape["d"] !== undefined) throw new UnsupportedKernel("there are kernels for two spatial dimensions only");
  const at = (name: string): number => extent(kernel, name);
  const groups = extent(kernel, "groups", 1);
  const size = { n: at("n"), cIn: at("cIn"), cOut: at("cOut"), h: at("h"), w: at("w"), hOut: at("hOut"), wOut: at("wOut"), kh: at("kh"), kw: at("kw"), groups };
  if (size.cIn % groups !== 0 || size.cOut % groups !== 0) throw new UnsupportedKernel(`${size.cIn} and ${size.cOut} channels cannot be cut into ${groups} groups`);
  return size;
}

const directThreads = 64;

function directly(outputs: number, limits: ProgramLimits) {
  return {
    file: "conv-direct.wgsl", prelude: [`const threads = ${directThreads}u;`], way: "direct", workgroupBytes: 0,
    workgroupSize: [directThreads, 1] as const, dispatches: [{ entry: "main", groups: folded(Math.ceil(outputs / directThreads), limits.groups) }],
  };
}

function asProduct(kernel: Kernel, { n, cOut, hOut, wOut, groups }: ConvExtents, limits: ProgramLimits) {
  const [rows, columns] = [cOut / groups, n * hOut * wOut];
  const elementType = elementTypeOf(kernel);
  const tile = tileFor(kernel, { m: rows, n: columns, batch: groups }, limits, elementType);
  return {
    file: "conv-implicit-gemm.wgsl", prelude: tilePrelude(tile), way: tile.name, workgroupBytes: tileBytes(tile, elementType),
    workgroupSize: [tile.threadsX, tile.threadsY] as const,
    dispatches: [{ entry: "main", groups: [Math.ceil(columns / width(tile)), Math.ceil(rows / height(tile)), groups] as const }],
  };
}
