import type { GraphProto } from "./schema.ts";

/** Domain of the operators of ONNX Runtime that compute with their channels in blocks. */
export const blockedDomain = "com.microsoft.nchwc";

/** What processors' kernels use, the widest first. */
const blocks = [16, 8];

/**
 * Channels in a block of the graph's blocked layout: activations and weights are padded to whole blocks. The file does
 * not say it; it is the widest one of which all blocked weights are multiples. 1 where nothing is blocked.
 */
export function channelBlock({ nodes, initializers }: GraphProto): number {
  const blocked = nodes.filter(({ domain, opType }) => domain === blockedDomain && opType === "Conv");
  if (blocked.length === 0) return 1;
  const dims = new Map(initializers.map((tensor) => [tensor.name, tensor.dims]));
  const reordered = new Set(nodes.flatMap(({ domain, opType, outputs }) => (domain === blockedDomain && opType === "ReorderInput" ? outputs : [])));
  const channels = blocked.flatMap(({ inputs, attributes }) => {
    const [cOut, perGroup] = dims.get(inputs[1]) ?? [];
    const grouped = (attributes.find(({ name }) => name === "group")?.i ?? 1) !== 1;
    // The first convolution may read plain channels as they are; what was brought into blocks is padded.
    return [cOut, !grouped && reordered.has(inputs[0]!) ? perGroup : undefined].filter((count) => count !== undefined);
  });
  return blocks.find((block) => channels.every((count) => count % block === 0)) ?? 1;
}
