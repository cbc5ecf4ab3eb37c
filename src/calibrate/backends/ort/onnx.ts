/** The little of `onnx-proto` that is used: messages as plain objects. */
export interface TensorMessage {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

export interface AttributeMessage {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly f?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export interface NodeMessage {
  readonly opType: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeMessage[];
  readonly domain: string;
}

export interface ValueMessage {
  readonly name: string;
  readonly type: { readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly { readonly dimValue: number }[] } } };
}

/** Element types of ONNX, by their numbers. */
export const elementType = { f32: 1, i64: 7 } as const;

/** An attribute of a node: whole numbers, or a fraction where `f` is said. */
export function attribute(name: string, value: number | readonly number[] | string | { readonly f: number }): AttributeMessage {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  return "f" in value ? { name, type: 1, f: value.f } : { name, type: 7, ints: value };
}

export function valueMessage(name: string, dims: readonly number[], type: number): ValueMessage {
  return { name, type: { tensorType: { elemType: type, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } };
}
