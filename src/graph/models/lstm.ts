import { z } from "zod";
import { commonOptions, count, defineModel, layerCount } from "./define-model.ts";
import { Network } from "./network.ts";

export const lstm = defineModel({
  name: "lstm",
  summary: "LSTM language model: embedding, recurrent layers, projection to the vocabulary; 20 M parameters",
  source: "Zaremba, Sutskever & Vinyals, Recurrent neural network regularization (arXiv:1409.2329), the medium model",
  options: z.strictObject({
    ...commonOptions,
    batch: count(20, "samples in one run"),
    sequence: count(35, "steps"),
    layers: layerCount(2, "recurrent layers"),
    width: count(650, "units of a layer, and of the embedding"),
    vocabulary: count(10_000, "distinct words"),
    bidirectional: z.boolean().default(false).describe("read the sequence both ways"),
  }),
  build({ batch, dtype, sequence, layers, width, vocabulary, bidirectional }) {
    const net = new Network("lstm", dtype);
    let x = net.embedding("embedding", net.weight("embedding.weight", [vocabulary, width]), net.input("words", [sequence, batch], "i64"));
    for (let layer = 1; layer <= layers; layer++) x = net.lstm(`lstm${layer}`, x, width, bidirectional ? 2 : 1);
    net.softmax("softmax", net.linear("decoder", x, vocabulary));
    return net.build();
  },
});
