/**
 * One session of ONNX Runtime in a process of its own, told what to do over the channel to its parent: a model that
 * crashes, hangs or takes all memory ends only this process. See README.md for the messages.
 */
import { readFileSync, rmSync } from "node:fs";

let session;
let feeds;
let profileFile;

process.on("message", async ({ id, call, argument }) => {
  try {
    process.send({ id, result: await calls[call](argument) });
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.on("disconnect", () => process.exit());

const calls = {
  /** Loads the model; the answer is what there is to feed, and how long loading took. */
  async open({ file, options, dims, profileTo }) {
    const runtime = await load();
    const started = performance.now();
    session = await runtime.InferenceSession.create(file, {
      logSeverityLevel: 4, ...options, ...(profileTo !== undefined && { enableProfiling: true, profileFilePrefix: profileTo }),
    });
    const loadMs = performance.now() - started;
    feeds = Object.fromEntries(session.inputMetadata.map((input) => [input.name, feedOf(runtime, input, dims)]));
    return { loadMs, version: runtime.env.versions.node ?? runtime.env.versions.common, inputs: session.inputMetadata };
  },
  /** Runs the model again and again, for so long and so often; the answer is the time of each run in nanoseconds. */
  async run({ forMs, least, most }) {
    const ns = [];
    const end = performance.now() + forMs;
    while (ns.length < most && (ns.length < least || performance.now() < end)) {
      const started = process.hrtime.bigint();
      await session.run(feeds);
      ns.push(Number(process.hrtime.bigint() - started));
    }
    return ns;
  },
  /** Processor time of this process so far, in nanoseconds. */
  async cpu() {
    const { user, system } = process.cpuUsage();
    return 1000 * (user + system);
  },
  /** What every operator took in every run since the session was opened, from ONNX Runtime's profiler. */
  async profile({ prefix }) {
    session.endProfiling();
    const { readdirSync } = await import("node:fs");
    const { dirname, basename, join } = await import("node:path");
    const name = readdirSync(dirname(prefix)).find((file) => file.startsWith(basename(prefix)));
    profileFile = join(dirname(prefix), name);
    const events = JSON.parse(readFileSync(profileFile, "utf8"));
    rmSync(profileFile);
    return events
      .filter(({ name: event }) => event === "model_run" || event.endsWith("_kernel_time"))
      .map(({ name: event, ts, dur, tid, args }) => ({ name: event.replace(/_kernel_time$/, ""), beginUs: ts, us: dur, thread: tid, op: args.op_name, inputs: args.input_type_shape, outputs: args.output_type_shape }));
  },
};

async function load() {
  const { default: runtime } = await import("onnxruntime-node");
  return runtime;
}

/** Data that is as good as any: small numbers of both signs, zeros for what may be an index. */
function feedOf(runtime, { name, type, shape }, dims = {}) {
  const extents = shape.map((extent, axis) => (typeof extent === "number" ? extent : (dims[extent || `${name}:${axis}`] ?? 1)));
  const size = extents.reduce((a, b) => a * b, 1);
  const make = arrays[type];
  if (make === undefined) throw new Error(`input "${name}" has type ${type}, for which no data can be made up`);
  return new runtime.Tensor(type, make(size), extents);
}

const wave = (Array) => (size) => Array.from({ length: size }, (_, i) => Math.sin(i * 0.7) * 0.9 + 0.05);
const arrays = {
  float32: wave(Float32Array), float64: wave(Float64Array),
  int64: (size) => new BigInt64Array(size), int32: (size) => new Int32Array(size), uint64: (size) => new BigUint64Array(size), uint32: (size) => new Uint32Array(size),
  int8: (size) => new Int8Array(size), uint8: (size) => new Uint8Array(size), int16: (size) => new Int16Array(size), uint16: (size) => new Uint16Array(size),
  bool: (size) => new Uint8Array(size).fill(1), float16: (size) => new Uint16Array(size).fill(0x3800),
};
