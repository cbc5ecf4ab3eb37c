import { z } from "zod";
import { commonOptions, count, defineModel, layerCount } from "./define-model.ts";
import { Network } from "./network.ts";
import { checkHeads, transformerLayer } from "./transformer.ts";

export const gpt2 = defineModel({
  name: "gpt2",
  summary: "GPT-2 small, decoder with tied output layer, one pass over a prompt: 124 M parameters",
  source: "Radford, Wu, Child, Luan, Amodei & Sutskever, Language models are unsupervised multitask learners, 2019",
  options: z.strictObject({
    ...commonOptions,
    sequence: count(128, "tokens of the prompt"),
    layers: layerCount(12, "decoder layers"),
    width: count(768, "units of a token; the feed-forward network has four times as many"),
    heads: count(12, "attention heads; width must be a multiple"),
    vocabulary: count(50_257, "distinct tokens"),
    positions: count(1024, "longest sequence that has position embeddings"),
  }),
  build({ batch, dtype, sequence, layers, width, heads, vocabulary, positions }) {
    checkHeads("gpt2", width, heads);
    const net = new Network("gpt2", dtype);
    const table = net.weight("embedding.tokens.weight", [vocabulary, width]);
    const tokens = net.embedding("embedding.tokens", table, net.input("tokens", [batch, sequence], "i64"));
    const places = net.embedding("embedding.positions", net.weight("embedding.positions.weight", [Math.max(positions, sequence), width]), { dims: [sequence] });
    const values = net.input("causal-mask", [sequence, sequence], "bool");
    let x = net.broadcast("embedding.add", "add", tokens, places);
    for (let layer = 1; layer <= layers; layer++) {
      x = transformerLayer(net, `layer${layer}`, x, { heads, hidden: 4 * width }, { norm: "pre", projection: "joint", mask: { kind: "where", values } });
    }
    net.linear("head", net.layerNorm("norm", x), vocabulary, { bias: false, weight: table });
    return net.build();
  },
});
