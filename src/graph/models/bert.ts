import { z } from "zod";
import { commonOptions, count, defineModel, layerCount } from "./define-model.ts";
import { Network } from "./network.ts";
import { checkHeads, transformerLayer } from "./transformer.ts";

export const bertBase = defineModel({
  name: "bert-base",
  summary: "BERT base, encoder with pooler: 110 M parameters",
  source: "Devlin, Chang, Lee & Toutanova, BERT: pre-training of deep bidirectional transformers for language understanding, NAACL 2019 (arXiv:1810.04805)",
  options: z.strictObject({
    ...commonOptions,
    sequence: count(128, "tokens"),
    layers: layerCount(12, "encoder layers"),
    width: count(768, "units of a token"),
    heads: count(12, "attention heads; width must be a multiple"),
    hidden: count(3072, "units of the feed-forward network"),
    vocabulary: count(30_522, "distinct tokens"),
    positions: count(512, "longest sequence that has position embeddings"),
  }),
  build({ batch, dtype, sequence, layers, width, heads, hidden, vocabulary, positions }) {
    checkHeads("bert-base", width, heads);
    const net = new Network("bert-base", dtype);
    const tokens = net.input("tokens", [batch, sequence], "i64");
    const segments = net.input("segments", [batch, sequence], "i64");
    const values = net.input("attention-mask", [batch, 1, 1, sequence]);
    const words = net.embedding("embedding.words", net.weight("embedding.words.weight", [vocabulary, width]), tokens);
    const kinds = net.embedding("embedding.segments", net.weight("embedding.segments.weight", [2, width]), segments);
    const places = net.embedding("embedding.positions", net.weight("embedding.positions.weight", [Math.max(positions, sequence), width]), { dims: [sequence] });
    let x = net.elementwise("embedding.add1", "add", words, kinds);
    x = net.broadcast("embedding.add2", "add", x, places);
    x = net.layerNorm("embedding.norm", x);
    for (let layer = 1; layer <= layers; layer++) {
      x = transformerLayer(net, `layer${layer}`, x, { heads, hidden }, { norm: "post", projection: "separate", mask: { kind: "add", values } });
    }
    const first = net.move("pooler.first", "slice", [x], [batch, width]);
    net.elementwise("pooler.tanh", "tanh", net.linear("pooler", first, width));
    return net.build();
  },
});
