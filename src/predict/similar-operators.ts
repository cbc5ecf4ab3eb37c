import { opOfKernel } from "../calibrate/op-of-kernel.ts";
import { matmul } from "../graph/catalogue.ts";
import { dtypeBytes, type DType, type OpClass } from "../graph/graph.ts";
import { categoryOf } from "../graph/op-kinds.ts";
import { measuredAs } from "./measured-as.ts";

/** An operator whose time stands for another's. */
export interface StandIn {
  readonly op: OpClass;
  /** What follows its start takes the other so many times as long; default 1. */
  readonly factor?: number;
  /** So many of them, one after the other; default 1. */
  readonly count?: number;
}

/** Kinds that stand in for others by their bytes, the most similar first. */
const movers = ["copy", "relu", "add", "mul", "transpose", "concat"];

/** What everything is measured in. */
const usual: DType = "f32";

/** Operators of other kinds that move as many bytes, the most similar first; none for what computes. */
export function moversLike(op: OpClass, dtype: DType = op.dtype): readonly OpClass[] {
  return categoryOf(op.kind) === "compute" ? [] : movers.map((kind) => moverOf(op, kind, dtype));
}

/**
 * What may stand for an operator of which neither its element type nor the device's peaks are known, the most similar
 * first: the same in f32 (as many products; what moves memory by its bytes), another recurrent layer by its work, and at
 * last a mover of as many bytes, or a square product of as much work.
 */
export function lastResorts(op: OpClass): readonly StandIn[] {
  const { kind, dtype, shape, flops } = op;
  const computes = categoryOf(kind) === "compute";
  const inUsual = dtype === usual ? [] : measuredAs({ ...op, dtype: usual }).map((same): StandIn => ({ op: same, factor: computes ? 1 : dtypeBytes[dtype] / dtypeBytes[usual] }));
  const layers = recurrent.includes(kind) ? recurrent.filter((other) => other !== kind).map((other) => opOfKernel({ kind: other, shape, dtype: usual })).filter((layer) => layer.flops > 0) : [];
  return [
    ...inUsual, ...layers.map((layer): StandIn => ({ op: layer, factor: flops / layer.flops })),
    ...(computes ? [squareProducts(flops, kind === "loop" ? (shape["times"] ?? 1) * (shape["operators"] ?? 1) : 1)] : moversLike(op, usual).map((mover): StandIn => ({ op: mover }))),
  ];
}

const recurrent = ["gru", "lstm", "rnn"];

/** An operator of another kind that reads and writes as many bytes. */
function moverOf({ readBytes, writeBytes, flops }: OpClass, kind: string, dtype: DType): OpClass {
  const elements = Math.max(1, writeBytes / dtypeBytes[dtype]);
  return { kind, shape: { elements }, dtype, flops: Math.min(flops, elements), macs: 0, readBytes, writeBytes, parameterBytes: 0 };
}

/** So many of them, of so much work together: a loop is as many as its iterations have operators. */
function squareProducts(work: number, count: number): StandIn {
  const edge = Math.max(1, Math.cbrt(work / Math.max(1, count) / 2));
  const { kind, shape = {}, flops = 0, macs = 0, readBytes = 0, writeBytes = 0, parameterBytes = 0 } = matmul({ m: edge, n: edge, k: edge, dtype: usual });
  return { op: { kind, shape, dtype: usual, flops, macs, readBytes, writeBytes, parameterBytes }, count };
}
