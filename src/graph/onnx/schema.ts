import type { ProtoSchema } from "./protobuf.ts";

/**
 * The messages of an ONNX file, as far as an importer of graphs needs them: no training information, no quantization
 * annotations, no documentation strings.
 * @source onnx/onnx, onnx/onnx.proto (field numbers)
 */
export const onnxSchema: ProtoSchema = {
  Model: { 1: ["irVersion", "int"], 7: ["graph", "Graph"], 8: ["opsets", "Opset[]"], 25: ["functions", "Function[]"] },
  Opset: { 1: ["domain", "string"], 2: ["version", "int"] },
  Graph: {
    1: ["nodes", "Node[]"], 2: ["name", "string"], 5: ["initializers", "Tensor[]"], 11: ["inputs", "ValueInfo[]"], 12: ["outputs", "ValueInfo[]"],
    13: ["valueInfo", "ValueInfo[]"], 15: ["sparseInitializers", "SparseTensor[]"],
  },
  Node: { 1: ["inputs", "strings"], 2: ["outputs", "strings"], 3: ["name", "string"], 4: ["opType", "string"], 5: ["attributes", "Attribute[]"], 7: ["domain", "string"] },
  Attribute: {
    1: ["name", "string"], 2: ["f", "float"], 3: ["i", "int"], 4: ["s", "bytes"], 5: ["t", "Tensor"], 6: ["g", "Graph"], 7: ["floats", "floats"],
    8: ["ints", "ints"], 21: ["refersTo", "string"], 22: ["sparse", "SparseTensor"],
  },
  Tensor: {
    1: ["dims", "ints"], 2: ["type", "int"], 4: ["floatData", "head-floats"], 5: ["intData", "head-ints"], 7: ["longData", "head-ints"], 8: ["name", "string"],
    9: ["raw", "bytes"], 10: ["doubleData", "head-doubles"], 11: ["unsignedData", "head-ints"], 13: ["external", "Entry[]"],
  },
  Entry: { 1: ["key", "string"], 2: ["value", "string"] },
  SparseTensor: { 1: ["values", "Tensor"], 3: ["dims", "ints"] },
  ValueInfo: { 1: ["name", "string"], 2: ["type", "Type"] },
  Type: { 1: ["tensor", "TensorType"] },
  TensorType: { 1: ["elementType", "int"], 2: ["shape", "TensorShape"] },
  TensorShape: { 1: ["dims", "Dimension[]"] },
  Dimension: { 1: ["value", "int"], 2: ["symbol", "string"] },
  Function: { 1: ["name", "string"], 4: ["inputs", "strings"], 5: ["outputs", "strings"], 7: ["nodes", "Node[]"], 9: ["opsets", "Opset[]"], 10: ["domain", "string"], 11: ["defaults", "Attribute[]"] },
};

export interface ModelProto {
  readonly graph?: GraphProto;
  readonly opsets: readonly { readonly domain?: string; readonly version?: number }[];
  readonly functions: readonly FunctionProto[];
}

export interface GraphProto {
  readonly name?: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly sparseInitializers: readonly SparseTensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
}

export interface NodeProto {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly attributes: readonly AttributeProto[];
}

export interface AttributeProto {
  readonly name?: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly sparse?: SparseTensorProto;
  /** Inside a function: the attribute of the calling node that this one stands for. */
  readonly refersTo?: string;
}

export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly type?: number;
  readonly raw?: Uint8Array;
  /** Of these five only the first elements are kept. */
  readonly floatData: readonly number[];
  readonly intData: readonly number[];
  readonly longData: readonly number[];
  readonly doubleData: readonly number[];
  readonly unsignedData: readonly number[];
  /** Where the elements are, when they are in a file beside the model: "location", "offset", "length". */
  readonly external: readonly { readonly key?: string; readonly value?: string }[];
}

export interface SparseTensorProto {
  readonly values?: TensorProto;
  readonly dims: readonly number[];
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: { readonly tensor?: { readonly elementType?: number; readonly shape?: { readonly dims: readonly DimensionProto[] } } };
}

/** One extent: a number, a symbol, or neither. */
export interface DimensionProto {
  readonly value?: number;
  readonly symbol?: string;
}

export interface FunctionProto {
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
  readonly opsets: readonly { readonly domain?: string; readonly version?: number }[];
  /** Attributes with default values. */
  readonly defaults: readonly AttributeProto[];
}
