import { addF32x4, assemble, f32, get, i32, increase, loadV128, mulF32x4, repeat, set, splatF32, storeV128, v128, type Code } from "./assembler.ts";

/** Memory of WebAssembly that threads share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Kernels over a shared memory. Addresses and sizes are in bytes; sizes are multiples of 64. */
export interface Kernels {
  /** a[i] = b[i] + scale · c[i] of 32-bit floats. */
  triad(a: number, b: number, c: number, bytes: number, scale: number): void;
  /** a[i] = b[i]. */
  copy(a: number, b: number, bytes: number): void;
  /** `times` passes of x[i] = x[i] · scale + scale over {@link blockBytes} bytes from `at` on, which stay in the nearest cache. */
  block(at: number, times: number, scale: number): void;
}

/** What one call of {@link Kernels.block} works on. */
export const blockBytes = 1024;

/** The most memory that kernels can have, in pages of 64 KiB. */
const maxPages = 16_384;
const vectorBytes = 16;

// @types/node knows nothing of WebAssembly; only what is used is named here.
interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

/** So many pages of 64 KiB. */
export function sharedMemory(pages: number): SharedMemory {
  return new Memory({ initial: pages, maximum: maxPages, shared: true });
}

/** The kernels, compiled for the calling thread. */
export function instantiateKernels(memory: SharedMemory): Kernels {
  return new Instance(new Module(moduleBytes()), { env: { memory } }).exports as Kernels;
}

/** The module: four vectors a pass, so that counting costs little. */
export function moduleBytes(): Uint8Array {
  const pass = 4 * vectorBytes;
  const unrolled = (vector: (offset: number) => Code): Code => [0, 1, 2, 3].flatMap((i) => vector(i * vectorBytes));
  const advance = (...locals: number[]): Code => locals.flatMap((local) => increase(local, pass));
  const triad = (offset: number): Code => [...get(0), ...get(1), ...loadV128(offset), ...get(5), ...get(2), ...loadV128(offset), ...mulF32x4, ...addF32x4, ...storeV128(offset)];
  const copy = (offset: number): Code => [...get(0), ...get(1), ...loadV128(offset), ...storeV128(offset)];
  const update = (offset: number): Code => [...get(0), ...get(0), ...loadV128(offset), ...get(3), ...mulF32x4, ...get(3), ...addF32x4, ...storeV128(offset)];
  const whole = Array.from({ length: blockBytes / vectorBytes }, (_, i) => update(i * vectorBytes)).flat();
  return assemble(
    [
      { name: "triad", params: [i32, i32, i32, i32, f32], locals: [v128], body: [...get(4), ...splatF32, ...set(5), ...repeat(3, pass, [...unrolled(triad), ...advance(0, 1, 2)])] },
      { name: "copy", params: [i32, i32, i32], body: repeat(2, pass, [...unrolled(copy), ...advance(0, 1)]) },
      { name: "block", params: [i32, i32, f32], locals: [v128], body: [...get(2), ...splatF32, ...set(3), ...repeat(1, 1, whole)] },
    ],
    maxPages,
  );
}
