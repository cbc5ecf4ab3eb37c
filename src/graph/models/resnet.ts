import { z } from "zod";
import { commonOptions, count, defineModel, foldedOption } from "./define-model.ts";
import { Network, type Value } from "./network.ts";

const options = z.strictObject({
  ...commonOptions,
  ...foldedOption,
  image: count(224, "height and width of the input"),
  classes: count(1000, "outputs"),
  width: count(64, "channels of the first stage; later stages have 2, 4 and 8 times as many"),
});
const source = "He, Zhang, Ren & Sun, Deep residual learning for image recognition, CVPR 2016 (arXiv:1512.03385)";

export const resnet18 = defineModel({
  name: "resnet18",
  summary: "ResNet-18, image classification: 1.82 G multiply-accumulates, 11.7 M parameters",
  source, options,
  build: (chosen) => build("resnet18", [2, 2, 2, 2], basic, chosen),
});

export const resnet50 = defineModel({
  name: "resnet50",
  summary: "ResNet-50, image classification: 4.09 G multiply-accumulates, 25.6 M parameters",
  source,
  options: options.extend({
    downsample: z.enum(["3x3", "1x1"]).default("3x3").describe("which convolution of a block has the stride: 3x3 as in most frameworks, 1x1 as in the paper"),
  }),
  build: (chosen) => build("resnet50", [3, 4, 6, 3], bottleneck(chosen.downsample), chosen),
});

/** The body of a residual block: `width` channels inside, `stride` in the first block of a stage. */
interface Block {
  readonly expansion: number;
  body(net: Network, name: string, x: Value, size: { width: number; stride: number; folded: boolean }): Value;
}

const basic: Block = {
  expansion: 1,
  body(net, name, x, { width, stride, folded }) {
    const inner = net.convNorm(`${name}.1`, x, width, { kernel: 3, stride, folded, activation: "relu" });
    return net.convNorm(`${name}.2`, inner, width, { kernel: 3, folded });
  },
};

const bottleneck = (downsample: "3x3" | "1x1"): Block => ({
  expansion: 4,
  body(net, name, x, { width, stride, folded }) {
    const [first, second] = downsample === "1x1" ? [stride, 1] : [1, stride];
    const reduced = net.convNorm(`${name}.1`, x, width, { kernel: 1, stride: first, folded, activation: "relu" });
    const inner = net.convNorm(`${name}.2`, reduced, width, { kernel: 3, stride: second, folded, activation: "relu" });
    return net.convNorm(`${name}.3`, inner, 4 * width, { kernel: 1, folded });
  },
});

function build(name: string, stages: readonly number[], block: Block, { batch, dtype, image, classes, width, folded }: z.output<typeof options>) {
  const net = new Network(name, dtype);
  let x = net.convNorm("stem", net.input("image", [batch, 3, image, image]), width, { kernel: 7, stride: 2, folded, activation: "relu" });
  x = net.pool("stem.pool", "max-pool", x, { kernel: 3, stride: 2, padding: 2 });
  for (const [stage, blocks] of stages.entries()) {
    for (let index = 0; index < blocks; index++) {
      const label = `stage${stage + 1}.${index + 1}`;
      const inner = width * 2 ** stage;
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const changes = stride > 1 || x.dims[1] !== inner * block.expansion;
      const body = block.body(net, label, x, { width: inner, stride, folded });
      const shortcut = changes ? net.convNorm(`${label}.shortcut`, x, inner * block.expansion, { kernel: 1, stride, folded }) : x;
      x = net.elementwise(`${label}.relu`, "relu", net.elementwise(`${label}.add`, "add", body, shortcut));
    }
  }
  net.linear("head", net.globalPool("pool", x), classes);
  return net.build();
}
