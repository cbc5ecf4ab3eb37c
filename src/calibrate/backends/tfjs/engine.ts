import { createRequire } from "node:module";
import { cpuName } from "../cpu-name.ts";
import { firstLine } from "../first-line.ts";
import { packageVersion } from "../package-version.ts";
import { openGpu } from "../wgsl/open-gpu.ts";

/** A tensor of TensorFlow.js, as far as it is used. */
export interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** The TensorFlow.js API, as far as it is used; operators are called by name. */
export interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array | Int32Array, shape: readonly number[], dtype?: string): TfTensor;
  tidy<T>(run: () => T): T;
  slice(x: TfTensor, begin: readonly number[], size: readonly number[]): TfTensor;
  readonly version_core?: string;
  readonly [operator: string]: unknown;
}

/** One way to run the API. */
export interface Engine {
  readonly name: "tfjs-node-gpu" | "tfjs-node" | "tfjs-webgpu" | "tfjs-wasm";
  readonly summary: string;
  /** Packages that it needs, the one that is the engine first. */
  readonly packages: readonly string[];
  /** Makes the API ready, and says what it runs on. @throws where it cannot run here */
  open(load: (name: string) => Tf): Promise<{ readonly tf: Tf; readonly device: string } | Missing>;
}

/** Why an engine does not run, and what to install. */
interface Missing {
  readonly why: string;
  readonly install: string;
}


const native = (name: "tfjs-node-gpu" | "tfjs-node"): Engine["open"] => async (load) => {
  const tf = load(`@tensorflow/${name}`);
  await tf.ready();
  return { tf, device: name === "tfjs-node" ? `${cpuName()} (TensorFlow)` : "CUDA GPU (TensorFlow)" };
};

const web = (backend: "wasm" | "webgpu"): Engine["open"] => async (load) => {
  let device = `${cpuName()} (WebAssembly)`;
  if (backend === "webgpu") {
    const gpu = await openGpu();
    if ("why" in gpu) return gpu;
    device = `${gpu.name} (TensorFlow.js)`;
    // TensorFlow.js looks for what a web page has.
    if (globalThis.navigator === undefined) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, "gpu", { value: gpu.gpu, configurable: true });
  }
  const tf = load("@tensorflow/tfjs-core");
  load(`@tensorflow/tfjs-backend-${backend}`);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its backend ${backend}`);
  await tf.ready();
  return { tf, device };
};

/** All engines, the fastest kind first. */
export const engines: readonly Engine[] = [
  { name: "tfjs-node-gpu", summary: "TensorFlow.js on CUDA", packages: ["@tensorflow/tfjs-node-gpu"], open: native("tfjs-node-gpu") },
  { name: "tfjs-node", summary: "TensorFlow.js on the CPU, through TensorFlow", packages: ["@tensorflow/tfjs-node"], open: native("tfjs-node") },
  { name: "tfjs-webgpu", summary: "TensorFlow.js on WebGPU", packages: ["@tensorflow/tfjs-backend-webgpu", "@tensorflow/tfjs-core", "webgpu"], open: web("webgpu") },
  { name: "tfjs-wasm", summary: "TensorFlow.js in WebAssembly, one thread", packages: ["@tensorflow/tfjs-backend-wasm", "@tensorflow/tfjs-core"], open: web("wasm") },
];

/** An engine that runs, or why it does not and what to install. */
export async function openEngine({ packages, open }: Engine): Promise<{ readonly tf: Tf; readonly device: string; readonly versions: Readonly<Record<string, string>> } | Missing> {
  const install = `npm install ${packages.join(" ")}`;
  const require = createRequire(import.meta.url);
  const missing = packages.filter((name) => packageVersion(name) === "unknown");
  if (missing.length > 0) return { why: `${missing.length === 1 ? "the package" : "the packages"} ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed`, install };
  try {
    // As CommonJS: so that engine and core are the same copy.
    const opened = await open((name) => require(name) as Tf);
    if ("why" in opened) return opened;
    return { ...opened, versions: { node: process.versions.node, ...Object.fromEntries(packages.map((name) => [name, packageVersion(name)])) } };
  } catch (error) {
    return { why: `it does not start: ${firstLine(error)}`, install };
  }
}
