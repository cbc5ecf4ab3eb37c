import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

/** TensorProto.DataType codes that tests use. */
export const Type = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10 } as const;

export type Dim = number | string | undefined;
export interface Tensor {
  readonly dims: readonly number[];
  readonly type?: number;
  /** Elements, as 64-bit integers or floats by type; weights have none. */
  readonly data?: readonly number[];
}
export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] } | { readonly tensor: Tensor } | { readonly graph: Graph } | { readonly refersTo: string };
export interface Node {
  readonly op: string;
  readonly in?: readonly string[];
  readonly out?: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attrs?: Readonly<Record<string, Attribute>>;
}
export interface Graph {
  readonly inputs?: Readonly<Record<string, readonly Dim[]>>;
  readonly types?: Readonly<Record<string, number>>;
  readonly weights?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly Node[];
  readonly outputs?: Readonly<Record<string, readonly Dim[] | undefined>>;
  readonly valueInfo?: Readonly<Record<string, readonly Dim[]>>;
}
export interface Model extends Graph {
  readonly opset?: number;
  readonly functions?: readonly { readonly name: string; readonly domain: string; readonly inputs: readonly string[]; readonly outputs: readonly string[]; readonly nodes: readonly Node[] }[];
}

/** The bytes of an ONNX file, written by another implementation than the one under test. */
export function makeModel(model: Model): Uint8Array {
  const functions = model.functions?.map((fn) => ({ name: fn.name, domain: fn.domain, input: fn.inputs, output: fn.outputs, node: fn.nodes.map(node), opsetImport: [{ domain: "", version: 17 }] }));
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject({ irVersion: 8, opsetImport: [{ domain: "", version: model.opset ?? 17 }], graph: graph(model), functions })).finish();
}

function graph(model: Graph): object {
  const info = (dims: Readonly<Record<string, readonly Dim[] | undefined>> = {}): object[] => Object.entries(dims).map(([name, shape]) => valueInfo(name, shape, model.types?.[name] ?? Type.f32));
  return {
    name: "test", node: model.nodes.map(node), input: info(model.inputs), output: info(model.outputs), valueInfo: info(model.valueInfo),
    initializer: Object.entries(model.weights ?? {}).map(([name, value]) => ({ name, ...tensor(value) })),
  };
}

function valueInfo(name: string, shape: readonly Dim[] | undefined, elemType: number): object {
  const dim = shape?.map((value) => (typeof value === "number" ? { dimValue: value } : value === undefined ? {} : { dimParam: value }));
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}

function tensor({ dims, type = Type.f32, data }: Tensor): object {
  return { dims, dataType: type, ...(data && (type === Type.f32 ? { floatData: data } : type === Type.i64 ? { int64Data: data } : { int32Data: data })) };
}

function node({ op, in: input = [], out = [], name, domain, attrs = {} }: Node): object {
  return { opType: op, input, output: out, name, domain, attribute: Object.entries(attrs).map(([key, value]) => attribute(key, value)) };
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: Buffer.from(value), type: 3 };
  if (Array.isArray(value)) return { name, ints: value, type: 7 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  if ("floats" in value) return { name, floats: value.floats, type: 6 };
  if ("tensor" in value) return { name, t: tensor(value.tensor), type: 4 };
  if ("graph" in value) return { name, g: graph(value.graph), type: 5 };
  return { name, refAttrName: (value as { refersTo: string }).refersTo };
}

/** 64-bit integers as a constant tensor. */
export const ints = (...data: number[]): Tensor => ({ dims: [data.length], type: Type.i64, data });
