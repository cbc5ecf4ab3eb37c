import { OptionConflict } from "./define-model.ts";
import { type Network, reshape, type Value } from "./network.ts";

/** Extents of an encoder or decoder layer. */
export interface LayerSize {
  readonly heads: number;
  /** Units between the two linear layers. */
  readonly hidden: number;
}

/** How a layer is put together. */
export interface LayerStyle {
  /** Normalize before attention and feed-forward ("pre", GPT-2, ViT) or after the residual sum ("post", BERT). */
  readonly norm: "pre" | "post";
  /** Queries, keys and values from one linear layer, or from one each. */
  readonly projection: "joint" | "separate";
  /** What hides positions: a causal triangle chosen with `where`, an additive mask from the input, or nothing. */
  readonly mask?: { readonly kind: "where" | "add"; readonly values: Value };
}

/** @throws {OptionConflict} when the heads do not divide the width. */
export function checkHeads(model: string, width: number, heads: number): void {
  if (width % heads === 0) return;
  throw new OptionConflict(`${model}: a width of ${width} is not a multiple of ${heads} heads`, ["heads", "width"]);
}

/** A transformer layer over [batch, sequence, width]: attention and a feed-forward network with GELU, each with a residual edge. */
export function transformerLayer(net: Network, name: string, x: Value, size: LayerSize, style: LayerStyle): Value {
  const pre = (part: string, value: Value) => (style.norm === "pre" ? net.layerNorm(`${name}.${part}.norm`, value) : value);
  const post = (part: string, value: Value) => (style.norm === "post" ? net.layerNorm(`${name}.${part}.norm`, value) : value);
  const attended = attention(net, `${name}.attention`, pre("attention", x), size.heads, style);
  const middle = post("attention", net.elementwise(`${name}.attention.add`, "add", attended, x));
  const inner = net.elementwise(`${name}.feed-forward.gelu`, "gelu", net.linear(`${name}.feed-forward.up`, pre("feed-forward", middle), size.hidden));
  const outer = net.linear(`${name}.feed-forward.down`, inner, x.dims.at(-1)!);
  return post("feed-forward", net.elementwise(`${name}.feed-forward.add`, "add", outer, middle));
}

/** Multi-head self-attention, operator by operator as exporters write it. */
function attention(net: Network, name: string, x: Value, heads: number, { projection, mask }: LayerStyle): Value {
  const [batch, sequence, width] = x.dims as [number, number, number];
  const [q, k, v] =
    projection === "joint"
      ? net.split(`${name}.split`, net.linear(`${name}.qkv`, x, 3 * width), 3)
      : ["query", "key", "value"].map((part) => net.linear(`${name}.${part}`, x, width));
  const headDim = width / heads;
  const byHead = (part: string, value: Value, order: readonly number[]) => net.transpose(`${name}.${part}.transpose`, value, [batch, sequence, heads, headDim], order);
  const queries = byHead("query", q!, [0, 2, 1, 3]);
  const keys = byHead("key", k!, [0, 2, 3, 1]);
  const values = byHead("value", v!, [0, 2, 1, 3]);
  let scores = net.elementwise(`${name}.scale`, "div", net.matmul(`${name}.scores`, queries, keys));
  if (mask) scores = net.broadcast(`${name}.mask`, mask.kind, scores, mask.values);
  const mixed = net.matmul(`${name}.mix`, net.softmax(`${name}.softmax`, scores), values);
  const joined = net.transpose(`${name}.join`, mixed, [batch, heads, sequence, headDim], [0, 2, 1, 3]);
  return net.linear(`${name}.output`, reshape(joined, x.dims), width);
}
