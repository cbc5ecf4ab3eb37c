import { pool } from "../../catalogue.ts";
import type { Rule, Rules } from "../node-view.ts";
import { elementsOf, formatDims, i64, product, ShapeProblem } from "../value.ts";
import { eitherLayout } from "./channels-last.ts";
import { windowOf, windowOutputs } from "./convolution.ts";

function pooling(kind: "max-pool" | "average-pool"): Rule {
  return (node) => {
    const { dims } = node.input(0);
    const kernel = node.ints("kernel_shape");
    if (!kernel) throw new ShapeProblem("the attribute kernel_shape is missing");
    const window = windowOf(node, dims.length - 2, kernel);
    let outputs = windowOutputs(dims, window, node.int("ceil_mode", 0) === 1);
    // With ceil_mode a last window that would begin in the padding is dropped.
    const begins = node.ints("pads");
    outputs = outputs.map((count, i) => (node.int("ceil_mode", 0) === 1 && (count - 1) * window.strides[i]! >= dims[2 + i]! + (begins?.[i] ?? 0) ? count - 1 : count));
    const out = [dims[0]!, dims[1]!, ...outputs];
    // A window over the whole plane is a global pool, however the file writes it.
    const whole = kernel.every((size, i) => size === dims[2 + i] && window.padding[i] === 0);
    return {
      outputs: [{ dims: out }, node.gives(1) ? { dims: out, type: i64 } : undefined],
      op: pool(whole ? "global-pool" : kind, { inputs: elementsOf(dims), outputs: elementsOf(out), window: elementsOf(kernel) }), reads: [node.input(0)],
    };
  };
}

const globalPooling: Rule = (node) => {
  const { dims } = node.input(0);
  if (dims.length < 2) throw new ShapeProblem(`a global pool over ${formatDims(dims)}`);
  const out = dims.map((dim, i) => (i < 2 ? dim : 1));
  return { outputs: [{ dims: out }], op: pool("global-pool", { inputs: elementsOf(dims), outputs: elementsOf(out), window: product(dims, 2) }), reads: [node.input(0)] };
};

const unpool: Rule = (node) => {
  const { dims } = node.input(0);
  const given = node.data(2);
  const window = windowOf(node, dims.length - 2, node.ints("kernel_shape") ?? []);
  const out = given ?? [dims[0]!, dims[1]!, ...window.kernel.map((size, i) => (dims[2 + i]! - 1) * window.strides[i]! - window.padding[i]! + size)];
  if (out.some((extent) => !(extent >= 0))) throw new ShapeProblem(`the output would be ${formatDims(out)}`);
  return { outputs: [{ dims: out }], op: { kind: "scatter", shape: { elements: elementsOf(out) } }, reads: [node.input(0), node.input(1)] };
};

/** Regions of interest: every output averages (or takes the maximum of) a few samples, 4 where nothing is said. */
const regions: Rule = (node) => {
  const x = node.input(0);
  const rois = node.input(1);
  const pooled = node.ints("pooled_shape");
  const height = pooled?.[0] ?? node.int("output_height", 1);
  const width = pooled?.[1] ?? node.int("output_width", 1);
  const out = [rois.dims[0] ?? 1, x.dims[1] ?? 1, height, width];
  const samples = Math.max(1, node.int("sampling_ratio", 2)) ** 2;
  // Each sample is a bilinear interpolation: three linear ones of three operations.
  return { outputs: [{ dims: out }], op: { kind: "roi-pool", shape: { elements: elementsOf(out), samples }, flops: elementsOf(out) * samples * 10 }, reads: [x, rois] };
};

const [maxPool, averagePool, globalPool] = [pooling("max-pool"), pooling("average-pool"), globalPooling].map(eitherLayout) as [Rule, Rule, Rule];

/** Pools over windows, over whole planes and over regions. */
export const poolingRules: Rules = {
  MaxPool: maxPool, NhwcMaxPool: maxPool, AveragePool: averagePool, LpPool: averagePool, QLinearAveragePool: averagePool,
  GlobalAveragePool: globalPool, GlobalMaxPool: globalPool, GlobalLpPool: globalPool, QLinearGlobalAveragePool: globalPool,
  MaxUnpool: unpool, MaxRoiPool: regions, RoiAlign: regions,
};
