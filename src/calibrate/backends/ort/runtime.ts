import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Feed, ModelParts } from "./model-parts.ts";
import type { ProfileEvent } from "./profile.ts";

/** The little of `onnxruntime-node` that is used. */
interface OrtModule {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly Tensor: new (type: string, data: Feed["data"], dims: readonly number[]) => object;
}
interface OrtSession {
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
  endProfiling(): void;
  release(): Promise<void>;
}
interface OnnxProto {
  readonly onnx: { readonly ModelProto: { create(message: object): object; encode(message: object): { finish(): Uint8Array } } };
}

let packages: Promise<readonly [OrtModule, OnnxProto]> | undefined;

/** Loads the packages, once. @throws where one is not installed or does not load. */
export function ortPackages(): Promise<readonly [OrtModule, OnnxProto]> {
  // It reports its use to its makers unless it is told not to.
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
  // Through variables: the compiler does not ask for packages that are optional.
  const [runtime, proto]: string[] = ["onnxruntime-node", "onnx-proto"];
  packages ??= Promise.all([import(runtime!), import(proto!)]).then(([ort, messages]: { default?: unknown }[]) => [(ort!.default ?? ort) as OrtModule, (messages!.default ?? messages) as OnnxProto] as const);
  return packages;
}

/** A model that is loaded, with its inputs. */
export interface Runnable {
  /** Runs it once. @returns nanoseconds of the call */
  run(): Promise<number>;
  /** One output of the last run. */
  value(output: string): number | undefined;
  /** Ends it. @returns the events of its profile, where one was asked for */
  end(): Promise<readonly ProfileEvent[]>;
}

/** How a model is loaded. */
export interface LoadOptions {
  /** Times of all operators are taken down. Default false. */
  readonly profiled?: boolean;
  /** Operators that are independent may run at the same time, on a thread for each core. Default: one after another. */
  readonly parallel?: boolean;
}

/** Loads a model for runs with so many threads in an operator, everything that the runtime optimizes on. */
export async function loadModel(parts: ModelParts, threads: number, { profiled = false, parallel = false }: LoadOptions = {}): Promise<Runnable> {
  const [{ InferenceSession, Tensor }, { onnx }] = await ortPackages();
  const folder = profiled ? mkdtempSync(join(tmpdir(), "heddle-ort-")) : undefined;
  const session = await InferenceSession.create(onnx.ModelProto.encode(onnx.ModelProto.create(parts.message())).finish(), {
    intraOpNumThreads: threads, interOpNumThreads: parallel ? availableParallelism() : 1, executionMode: parallel ? "parallel" : "sequential", graphOptimizationLevel: "all", logSeverityLevel: 3,
    ...(folder !== undefined && { enableProfiling: true, profileFilePrefix: join(folder, "profile") }),
  });
  const feeds = Object.fromEntries([...parts.feeds].map(([name, { dims, data }]) => [name, new Tensor(data instanceof BigInt64Array ? "int64" : "float32", data, dims)]));
  let last: Awaited<ReturnType<OrtSession["run"]>> = {};
  return {
    async run() {
      const start = process.hrtime.bigint();
      last = await session.run(feeds);
      return Number(process.hrtime.bigint() - start);
    },
    value: (output) => last[output]?.data[0],
    async end() {
      if (folder === undefined) {
        await session.release();
        return [];
      }
      try {
        session.endProfiling();
        return readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as ProfileEvent[]);
      } finally {
        await session.release();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
