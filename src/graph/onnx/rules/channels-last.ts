import type { NodeView, Output, Rule } from "../node-view.ts";

/** Domain of operators that an execution provider of ONNX Runtime computes with the channels as the last axis. */
const lastDomain = "com.ms.internal.nhwc";

function isChannelsLast(node: NodeView): boolean {
  return node.domain === lastDomain || node.opType.startsWith("Nhwc") || node.int("channels_last", 0) === 1;
}

/**
 * A rule for images [n, c, spatial…] that holds for [n, spatial…, c], too, where the node says so: by its domain, its
 * name or the attribute channels_last. Weights are the same in both.
 */
export function eitherLayout(rule: Rule): Rule {
  return (node) => {
    const image = node.inputs[0];
    if (!image || image.dims.length < 3 || !isChannelsLast(node)) return rule(node);
    const first = [image.dims[0]!, image.dims.at(-1)!, ...image.dims.slice(1, -1)];
    const outcome = rule(node.withInput(0, { ...image, dims: first }));
    const last = (output: Output | undefined): Output | undefined => output && { ...output, dims: [output.dims[0]!, ...output.dims.slice(2), output.dims[1]!] };
    // What is read is the tensor as it is.
    const reads = outcome.reads?.map((value, i) => (i === 0 ? image : value));
    return { ...outcome, outputs: outcome.outputs.map(last), ...(reads && { reads }) };
  };
}
