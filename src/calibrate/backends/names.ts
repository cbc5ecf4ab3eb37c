/** Names of all backends, in the order of `heddle calibrate --list`. Apart from the backends, so that a command knows them without loading any. */
export const backendNames = ["ort", "host", "tfjs-node-gpu", "tfjs-node", "tfjs-webgpu", "tfjs-wasm", "wgsl", "cuda"] as const;

export type BackendName = (typeof backendNames)[number];
