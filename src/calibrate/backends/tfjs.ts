import { quantile, quantileInterval } from "../../stats/quantile.ts";
import type { Availability, Backend, MeasureOptions } from "../backend.ts";
import { operatorKernels } from "../kernel-list.ts";
import type { Kernel } from "../sample.ts";
import type { Outcome } from "../measure/messages.ts";
import { DataPool } from "./data-pool.ts";
import { firstLine } from "./first-line.ts";
import { engines, openEngine, type Engine, type Tf, type TfTensor } from "./tfjs/engine.ts";
import { callOf, type Call } from "./tfjs/suite.ts";

/** Operands of a kernel are made this often, where they are not larger than that together. */
const mostSets = 8;
const setsBytes = 96 * 2 ** 20;
/** A row of calls takes at least so long: the call that reads the result is the same in every row. */
const rowNs = 2e6;
const mostCalls = 128;

/**
 * One suite of kernels on the TensorFlow.js API, for whichever engine is there. Engines may be asynchronous, so a time is
 * that of a row of calls after which one number is read, less that of a single call with the reading, by call. The calls
 * of a row take turns with several sets of operands.
 */
export const tfjsBackends: readonly Backend[] = engines.map((engine): Backend => ({
  name: engine.name,
  summary: engine.summary,
  batch: 16,
  async available(): Promise<Availability> {
    const opened = await openEngine(engine);
    if ("why" in opened) return { ok: false, ...opened };
    return { ok: true, device: opened.device, versions: opened.versions, note: "ns = one call of a row, with what TensorFlow.js does around the kernel; operands rotated" };
  },
  kernels: () => operatorKernels().filter((kernel) => callOf(kernel) !== undefined),
  measure: (kernels, options) => measure(engine, kernels, options),
}));

async function* measure(engine: Engine, kernels: readonly Kernel[], options: MeasureOptions): AsyncGenerator<Outcome> {
  const opened = await openEngine(engine);
  if ("why" in opened) throw new Error(opened.why);
  const pool = new DataPool();
  for (const kernel of kernels) {
    const call = callOf(kernel);
    if (call === undefined) yield { ...kernel, failure: "TensorFlow.js has no operator with these extents" };
    else {
      try {
        yield await measureOne(opened.tf, kernel, call, pool, { ...options, budgetMs: options.budgetMs / kernels.length });
      } catch (error) {
        yield { ...kernel, failure: firstLine(error) };
      }
    }
  }
}

async function measureOne(tf: Tf, kernel: Kernel, call: Call, pool: DataPool, options: MeasureOptions): Promise<Outcome> {
  const bytes = call.operands.reduce((sum, { dims }) => sum + 4 * product(dims), 0);
  const numbers = Array.from({ length: Math.max(1, Math.min(mostSets, Math.floor(setsBytes / bytes))) }, () => call.operands.map(({ dims, below }) => (below === undefined ? pool.take(product(dims)) : Int32Array.from({ length: product(dims) }, (_, i) => (i * 7919) % below))));
  const sets = numbers.map((set) => set.map((values, i) => tf.tensor(values, call.operands[i]!.dims, values instanceof Int32Array ? "int32" : "float32")));
  const row = async (calls: number): Promise<{ ns: number; value: number }> => {
    const start = process.hrtime.bigint();
    let last: TfTensor | undefined;
    for (let i = 0; i < calls; i++) {
      last?.dispose();
      last = call.run(tf, sets[i % sets.length]!);
    }
    const one = tf.slice(last!, last!.shape.map(() => 0), last!.shape.map(() => 1));
    const [value] = await one.data();
    const ns = Number(process.hrtime.bigint() - start);
    one.dispose();
    last!.dispose();
    return { ns, value: value! };
  };
  try {
    const endNs = process.hrtime.bigint() + BigInt(Math.round(options.budgetMs * 1e6));
    const { value } = await row(1);
    const expected = call.first?.(numbers[0]! as Float32Array[]);
    if (expected !== undefined && !(Math.abs(expected - value) <= 2e-3 * Math.max(1, Math.abs(expected)))) return { ...kernel, failure: `the result is wrong: ${value}, not ${Number(expected.toPrecision(6))}` };
    const { ns: once } = await row(1);
    const calls = Math.min(mostCalls, Math.max(2, Math.ceil(rowNs / once) + 1));
    await row(calls);
    const ns: number[] = [];
    for (let at = 0; at < options.most && (ns.length < options.least || (process.hrtime.bigint() < endNs && !isTight(ns, options.tightness))); at++) {
      const time = ((await row(calls)).ns - (await row(1)).ns) / (calls - 1);
      if (time > 0) ns.push(time);
    }
    return ns.length > 0 ? { ...kernel, ns } : { ...kernel, failure: "too short to be told from the reading of its result" };
  } finally {
    for (const tensor of sets.flat()) tensor.dispose();
  }
}

function isTight(ns: readonly number[], tightness: number): boolean {
  const sorted = Float64Array.from(ns).sort();
  const { low, high } = quantileInterval(sorted, 0.5);
  return low !== undefined && high !== undefined && high - low <= tightness * quantile(sorted, 0.5);
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, extent) => all * extent, 1);
}
