import type { OpInit } from "../graph/builder.ts";
import { elementwise, matmul, normalization, softmax } from "../graph/catalogue.ts";
import type { OpClass } from "../graph/graph.ts";
import type { CostModel, Estimate } from "../cost/cost-model.ts";
import { profileModel } from "../cost/profile/profile-model.ts";
import type { Profile } from "../cost/profile/profile.ts";
import { isFree, rooflineModel } from "../cost/roofline.ts";
import type { Device } from "../machine/machine.ts";
import { measuredAs } from "./measured-as.ts";
import { fastest, productKernels } from "./product-kernels.ts";
import { lastResorts, moversLike } from "./similar-operators.ts";

/**
 * On what an estimate rests: measurements of the kind, those of its parts (a fused operator), those of another kind or
 * element type that moves as many bytes or computes as much, or the device's data sheet alone.
 */
export type Basis = "measured" | "parts" | "similar" | "data sheet";

/** An estimate, and on what it rests. */
export interface OperatorCost {
  readonly estimate: Estimate;
  readonly basis: Basis;
}

/**
 * What operators take on the device of a profile: as measured, as far as the profile goes, then from what is similar, and
 * last from the figures of the device.
 */
export class OperatorCosts {
  readonly #measured: CostModel;
  /** Absent where neither the profile nor a data sheet has figures of the device. */
  readonly #figures: CostModel | undefined;
  /** What there are entries for. */
  readonly #known: ReadonlySet<string>;

  constructor(profile: Profile) {
    this.#measured = profileModel(profile, { device: profile.device.kind, noise: true });
    const { figures, across } = profile.device;
    this.#figures = figures.peakFlopsPerNs === undefined && across !== true ? undefined : rooflineModel();
    this.#known = new Set(profile.entries.map(entryKey));
  }

  /** @returns undefined where nothing is known of such an operator. */
  of(op: OpClass, device: Device, width: number): OperatorCost | undefined {
    const own = this.#ask(op, device, width);
    if (own !== undefined) return { estimate: { ...own, ns: own.ns + this.#activationNs(op, device) / width }, basis: "measured" };
    const parts = partsOf(op)?.map((part) => this.#ask(part, device, width));
    if (parts !== undefined && parts.every((part) => part !== undefined)) return { estimate: sum(parts), basis: "parts" };
    for (const mover of moversLike(op)) {
      const estimate = this.#ask(mover, device, width);
      if (estimate !== undefined) return { estimate, basis: "similar" };
    }
    const figured = this.#figures?.estimate(op, device, width);
    if (figured !== undefined) return { estimate: started(figured, this.#startNs(device, width)), basis: "data sheet" };
    for (const { op: other, factor = 1, count = 1 } of lastResorts(op)) {
      const estimate = this.#ask(other, device, width);
      if (estimate !== undefined) return { estimate: longer(estimate, factor, count), basis: "similar" };
    }
    return undefined;
  }

  /**
   * What an activation adds that is fused into a convolution whose kernel does not compute it: a pass over the outputs
   * while they are in the cache. The kernel does ReLU itself.
   * @returns for one thread
   */
  #activationNs({ kind, fused, shape, dtype }: OpClass, device: Device): number {
    const activation = activationKinds[fused?.at(-1) ?? ""];
    if (activation === undefined || !/^(depthwise-)?conv$/.test(kind)) return 0;
    const time = (elements: number): number => this.#ask(complete(elementwise(activation, { elements, dtype })), device, 1)?.ns ?? 0;
    const { n = 1, cOut = 0, hOut = 1, wOut = 1, dOut = 1 } = shape;
    return (Math.max(0, time(inCache[1]) - time(inCache[0])) / (inCache[1] - inCache[0])) * n * cOut * dOut * hOut * wOut;
  }

  /** What the least operator that was measured takes: another one is started no faster. */
  #startNs(device: Device, width: number): number {
    for (const mover of moversLike(complete(elementwise("add", { elements: 1 })))) {
      const estimate = this.#ask(mover, device, width);
      if (estimate !== undefined) return estimate.fixedNs;
    }
    return 0;
  }

  #ask(op: OpClass, device: Device, width: number): Estimate | undefined {
    const kernels = productKernels(op);
    if (kernels?.every((kernel) => this.#known.has(entryKey(kernel)))) return fastest(kernels.map((kernel) => this.#measured.estimate(kernel, device, width)!));
    const known = measuredAs(op).find((candidate) => this.#known.has(entryKey(candidate)));
    return known === undefined && !isFree(op) ? undefined : this.#measured.estimate(known ?? op, device, width);
  }
}

function entryKey({ kind, dtype, variant }: { readonly kind: string; readonly dtype: string; readonly variant?: string | undefined }): string {
  return `${kind}|${dtype}|${variant ?? ""}`;
}

/** Activations as ONNX Runtime names them in fused convolutions, in lower case, and their kinds. */
const activationKinds: Readonly<Record<string, string>> = { clip: "clip", sigmoid: "sigmoid", tanh: "tanh", leakyrelu: "leaky-relu", hardsigmoid: "hard-sigmoid", hardswish: "hard-swish" };
/** Numbers that a core's own cache holds, before and after: between these two sizes time grows with the work alone. */
const inCache = [16_384, 65_536] as const;

/** What a fused operator does one after the other; undefined for one that is not taken apart. */
function partsOf(op: OpClass): OpClass[] | undefined {
  const { kind, shape, dtype } = op;
  if (kind === "attention") {
    const { batch = 1, heads = 1, queries = 1, keys = 1, headDim = 1, valueDim = headDim, width } = shape;
    const core = [
      matmul({ batch: batch * heads, m: queries, n: keys, k: headDim, dtype }), softmax({ rows: batch * heads * queries, columns: keys, dtype }),
      matmul({ batch: batch * heads, m: queries, n: valueDim, k: keys, dtype }),
    ];
    const projection = width === undefined ? [] : [matmul({ m: batch * queries, n: heads * (2 * headDim + valueDim), k: width, weight: true, bias: true, dtype })];
    return [...projection, ...core].map(complete);
  }
  if (kind === "layer-norm" && op.fused?.[0] === "add") {
    const { elements = 1, parameters = 0 } = shape;
    return [elementwise("add", { elements, inputs: 2, dtype }), normalization("layer-norm", { elements, parameters, dtype })].map(complete);
  }
  return undefined;
}

function complete(init: OpInit): OpClass {
  const { kind, shape = {}, dtype = "f32", flops = 0, macs = 0, readBytes = 0, writeBytes = 0, parameterBytes = 0 } = init;
  return { kind, shape, dtype, flops, macs, readBytes, writeBytes, parameterBytes };
}

/** With a fixed part of no less. */
function started(estimate: Estimate, fixedNs: number): Estimate {
  const more = Math.max(0, fixedNs - estimate.fixedNs);
  return { ...estimate, ns: estimate.ns + more, fixedNs: estimate.fixedNs + more };
}

/** What follows the fixed part takes so many times as long, and all of it comes so often. */
function longer(estimate: Estimate, factor: number, count: number): Estimate {
  const { ns, fixedNs } = estimate;
  return { ...estimate, ns: count * (fixedNs + factor * (ns - fixedNs)), fixedNs: count * fixedNs };
}

/** One after the other; the largest part says what limits it. */
function sum(parts: readonly Estimate[]): Estimate {
  const total = (of: (part: Estimate) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const ns = total((part) => part.ns);
  const largest = parts.reduce((most, part) => (part.ns > most.ns ? part : most));
  return {
    ...largest, ns, fixedNs: total((part) => part.fixedNs), extrapolated: parts.some((part) => part.extrapolated),
    memoryBytesPerNs: ns > 0 ? total((part) => part.memoryBytesPerNs * (part.ns - part.fixedNs)) / ns : 0,
    error: Math.sqrt(total((part) => ((part.error ?? 0) * part.ns) ** 2)) / Math.max(ns, Number.MIN_VALUE),
  };
}

