import { z } from "zod";
import { commonOptions, count, defineModel, layerCount } from "./define-model.ts";
import { Network } from "./network.ts";

export const mlp = defineModel({
  name: "mlp",
  summary: "multi-layer perceptron: linear layers with ReLU between them",
  source: "LeCun, Bottou, Bengio & Haffner, Gradient-based learning applied to document recognition, Proc. IEEE 1998: a fully connected network on 28 × 28 digits",
  options: z.strictObject({
    ...commonOptions,
    inputs: count(784, "features of a sample"),
    layers: layerCount(3, "linear layers, the last one included"),
    width: count(512, "units of each hidden layer"),
    classes: count(10, "outputs"),
  }),
  build({ batch, dtype, inputs, layers, width, classes }) {
    const net = new Network("mlp", dtype);
    let x = net.input("features", [batch, inputs]);
    for (let layer = 1; layer < layers; layer++) x = net.elementwise(`relu${layer}`, "relu", net.linear(`linear${layer}`, x, width));
    net.linear(`linear${layers}`, x, classes);
    return net.build();
  },
});
