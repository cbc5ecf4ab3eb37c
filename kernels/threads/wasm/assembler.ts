/** Bytes of instructions or of a part of a module. */
export type Code = readonly number[];

/** A function of a module: all parameters and locals are i32 or f32, and nothing is returned. */
export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly locals?: readonly ValueType[];
  readonly body: Code;
}

/** Types of values, by their codes. */
export type ValueType = typeof i32 | typeof f32 | typeof v128;
export const i32 = 0x7f;
export const f32 = 0x7d;
export const v128 = 0x7b;

/** Unsigned number in base 128, least significant digits first. */
export function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** The same for a signed number. */
export function signedLeb(value: number): Code {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number): Code => [0x21, ...leb(local)];
export const constant = (value: number): Code => [0x41, ...signedLeb(value)];
export const addI32: Code = [0x6a];
export const subI32: Code = [0x6b];
export const loadV128 = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)];
export const storeV128 = (offset: number): Code => [0xfd, 0x0b, 4, ...leb(offset)];
export const splatF32: Code = [0xfd, 0x13];
export const addF32x4: Code = [0xfd, 0xe4, 0x01];
export const mulF32x4: Code = [0xfd, 0xe6, 0x01];

/** Adds a constant to a local. */
export const increase = (local: number, by: number): Code => [...get(local), ...constant(by), ...addI32, ...set(local)];

/** Repeats while `local`, lowered by `step` after each pass, is not 0; not at all where it is 0 to begin with. */
export function repeat(local: number, step: number, body: Code): Code {
  const block = 0x02, loop = 0x03, nothing = 0x40, isZero = 0x45, branchIf = 0x0d, end = 0x0b;
  return [block, nothing, ...get(local), isZero, branchIf, 0, loop, nothing, ...body, ...get(local), ...constant(step), ...subI32, 0x22, ...leb(local), branchIf, 0, end, end];
}

/** A module of these functions over a shared memory that it imports as `env.memory`. */
export function assemble(functions: readonly WasmFunction[], maxPages: number): Uint8Array {
  const shared = 0x03;
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, functions.map(({ params }) => [0x60, ...vector(params.map((type) => [type])), 0])),
    ...section(2, [[...text("env"), ...text("memory"), 0x02, shared, ...leb(0), ...leb(maxPages)]]),
    ...section(3, functions.map((_, i) => leb(i))),
    ...section(7, functions.map(({ name }, i) => [...text(name), 0x00, ...leb(i)])),
    ...section(10, functions.map(({ locals = [], body }) => sized([...vector(locals.map((type) => [1, type])), ...body, 0x0b]))),
  ]);
}

const text = (value: string): Code => sized([...new TextEncoder().encode(value)]);
const sized = (code: Code): Code => [...leb(code.length), ...code];
const vector = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
