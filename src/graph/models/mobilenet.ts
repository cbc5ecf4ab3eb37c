import { z } from "zod";
import { commonOptions, count, defineModel, foldedOption } from "./define-model.ts";
import { Network } from "./network.ts";

/** Expansion, channels, blocks, stride of the first: table 2 of the paper. */
const stages = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]] as const;

export const mobilenetV2 = defineModel({
  name: "mobilenet-v2",
  summary: "MobileNetV2, image classification on phones: 0.30 G multiply-accumulates, 3.5 M parameters",
  source: "Sandler, Howard, Zhu, Zhmoginov & Chen, MobileNetV2: inverted residuals and linear bottlenecks, CVPR 2018 (arXiv:1801.04381)",
  options: z.strictObject({
    ...commonOptions,
    ...foldedOption,
    image: count(224, "height and width of the input"),
    classes: count(1000, "outputs"),
    width: z.number().min(0.1).max(10).default(1).describe("factor of all channel counts, which are rounded to multiples of 8"),
  }),
  build({ batch, dtype, image, classes, width, folded }) {
    const net = new Network("mobilenet-v2", dtype);
    // ReLU6 is a clip.
    const clipped = { folded, activation: "clip" } as const;
    let x = net.convNorm("stem", net.input("image", [batch, 3, image, image]), toEights(32 * width), { kernel: 3, stride: 2, ...clipped });
    for (const [stage, [expansion, channels, blocks, firstStride]] of stages.entries()) {
      for (let block = 0; block < blocks; block++) {
        const name = `stage${stage + 1}.${block + 1}`;
        const stride = block === 0 ? firstStride : 1;
        const cOut = toEights(channels * width);
        const hidden = x.dims[1]! * expansion;
        let inner = expansion === 1 ? x : net.convNorm(`${name}.expand`, x, hidden, { kernel: 1, ...clipped });
        inner = net.convNorm(`${name}.depthwise`, inner, hidden, { kernel: 3, stride, groups: hidden, ...clipped });
        inner = net.convNorm(`${name}.project`, inner, cOut, { kernel: 1, folded });
        x = stride === 1 && x.dims[1] === cOut ? net.elementwise(`${name}.add`, "add", x, inner) : inner;
      }
    }
    // Narrow variants keep the full last layer.
    x = net.convNorm("last", x, toEights(1280 * Math.max(1, width)), { kernel: 1, ...clipped });
    net.linear("head", net.globalPool("pool", x), classes);
    return net.build();
  },
});

/** The nearest multiple of 8, at least 8, and not more than 10 % below. */
function toEights(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
