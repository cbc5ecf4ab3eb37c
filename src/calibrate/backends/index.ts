import type { Backend } from "../backend.ts";
import type { BackendName } from "./names.ts";

const tfjs = (name: string) => async (): Promise<Backend> => (await import("./tfjs.ts")).tfjsBackends.find((backend) => backend.name === name)!;

/** Every backend, loaded one at a time. */
export const backends: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  ort: async () => (await import("./ort.ts")).ort,
  host: async () => (await import("./host.ts")).hostBackend(),
  "tfjs-node-gpu": tfjs("tfjs-node-gpu"),
  "tfjs-node": tfjs("tfjs-node"),
  "tfjs-webgpu": tfjs("tfjs-webgpu"),
  "tfjs-wasm": tfjs("tfjs-wasm"),
  wgsl: async () => (await import("./wgsl.ts")).wgsl,
  cuda: async () => (await import("./cuda.ts")).cuda,
};
