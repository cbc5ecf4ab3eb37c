import { z } from "zod";
import { commonOptions, count, defineModel } from "./define-model.ts";
import { Network, reshape } from "./network.ts";

export const vgg19 = defineModel({
  name: "vgg19",
  summary: "VGG-19, image classification: 19.6 G multiply-accumulates, 144 M parameters",
  source: "Simonyan & Zisserman, Very deep convolutional networks for large-scale image recognition, ICLR 2015 (arXiv:1409.1556), configuration E",
  options: z.strictObject({
    ...commonOptions,
    image: z.number().int().min(32).max(65_536).default(224).describe("height and width of the input, at least 32"),
    classes: count(1000, "outputs"),
    width: count(4096, "hidden units of the classifier"),
  }),
  build({ batch, dtype, image, classes, width }) {
    const net = new Network("vgg19", dtype);
    let x = net.input("image", [batch, 3, image, image]);
    for (const [stage, [layers, channels]] of [[2, 64], [2, 128], [4, 256], [4, 512], [4, 512]].entries()) {
      for (let layer = 1; layer <= layers!; layer++) {
        const name = `conv${stage + 1}_${layer}`;
        x = net.elementwise(`${name}.relu`, "relu", net.conv(name, x, channels!, { kernel: 3, bias: true }));
      }
      x = net.pool(`pool${stage + 1}`, "max-pool", x, { kernel: 2, stride: 2 });
    }
    const [n, c, h, w] = x.dims as [number, number, number, number];
    x = reshape(x, [n, c * h * w]);
    for (const name of ["fc6", "fc7"]) x = net.elementwise(`${name}.relu`, "relu", net.linear(name, x, width));
    net.linear("fc8", x, classes);
    return net.build();
  },
});
