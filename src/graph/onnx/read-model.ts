import { InputError } from "../../base/errors.ts";
import { decodeMessage, ProtoError } from "./protobuf.ts";
import { onnxSchema, type GraphProto, type ModelProto } from "./schema.ts";

/** A model that has a graph with operators. */
export interface OnnxModel {
  readonly graph: GraphProto;
  readonly functions: ModelProto["functions"];
  /** Version of the standard operator set; 1 when the file does not say. */
  readonly opset: number;
}

/** Decodes an ONNX file. Weights stay views of `bytes`; external data is never opened. @throws {InputError} */
export function readModel(bytes: Uint8Array, file?: string): OnnxModel {
  const fail = (code: string, message: string, hint: string): never => {
    throw new InputError({ code, message, hint, ...(file !== undefined && { file }) });
  };
  if (bytes.length === 0) fail("empty-file", "the file is empty", "an ONNX file is a protobuf message of a few hundred bytes at least");
  let model: ModelProto;
  try {
    model = decodeMessage(bytes, onnxSchema, "Model") as ModelProto;
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    const [what, hint] = textInstead(bytes) ?? [];
    if (what !== undefined) return fail("bad-onnx", what, hint!);
    return fail("bad-onnx", `not an ONNX file, or a damaged one: ${error.message} (at byte ${error.offset} of ${bytes.length})`, "export or download the model again");
  }
  const { graph } = model;
  if (!graph || graph.nodes.length === 0) return fail("bad-onnx", "the file holds no ONNX graph with operators", "give a model file; weights and other data files have no graph");
  const standard = model.opsets.find(({ domain }) => domain === undefined || domain === "" || domain === "ai.onnx");
  return { graph, functions: model.functions, opset: standard?.version ?? 1 };
}

/** What a file that begins as text is, and what to do; undefined for others. */
function textInstead(bytes: Uint8Array): readonly [what: string, hint: string] | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  if (head.startsWith("version https://git-lfs")) return ["the file only points to the model, which Git LFS keeps", "git lfs pull fetches it"];
  if (/^\s*<(!doctype|html|\?xml)/i.test(head)) return ["the file is a web page, not an ONNX model", "download the model itself"];
  return /^[\t\n\r\x20-\x7e]*$/.test(head) ? ["the file is text, not an ONNX model", "other workloads are named by their kind: tasks, stg, dot, wfformat; a scenario is run by itself"] : undefined;
}
