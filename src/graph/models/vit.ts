import { z } from "zod";
import { commonOptions, count, defineModel, layerCount, OptionConflict } from "./define-model.ts";
import { Network, reshape } from "./network.ts";
import { checkHeads, transformerLayer } from "./transformer.ts";

export const vitB16 = defineModel({
  name: "vit-b16",
  summary: "vision transformer ViT-B/16, image classification: 17.6 G multiply-accumulates, 86.6 M parameters",
  source: "Dosovitskiy et al., An image is worth 16x16 words: transformers for image recognition at scale, ICLR 2021 (arXiv:2010.11929)",
  options: z.strictObject({
    ...commonOptions,
    image: count(224, "height and width of the input; a multiple of patch"),
    patch: count(16, "height and width of a patch"),
    layers: layerCount(12, "encoder layers"),
    width: count(768, "units of a patch"),
    heads: count(12, "attention heads; width must be a multiple"),
    hidden: count(3072, "units of the feed-forward network"),
    classes: count(1000, "outputs"),
  }),
  build({ batch, dtype, image, patch, layers, width, heads, hidden, classes }) {
    checkHeads("vit-b16", width, heads);
    if (image % patch !== 0) throw new OptionConflict(`vit-b16: the image of ${image} is not a whole number of patches of ${patch}`, ["image", "patch"]);
    const net = new Network("vit-b16", dtype);
    const patches = (image / patch) ** 2;
    const grid = net.conv("patches", net.input("image", [batch, 3, image, image]), width, { kernel: patch, stride: patch, padding: 0, bias: true });
    const rows = net.transpose("patches.transpose", reshape(grid, [batch, width, patches]), [batch, width, patches], [0, 2, 1]);
    const start = net.weight("class-token", [1, 1, width]);
    let x = net.move("concat", "concat", [rows, start], [batch, patches + 1, width]);
    x = net.withWeight("positions", "add", x, net.weight("positions.weight", [patches + 1, width]));
    for (let layer = 1; layer <= layers; layer++) {
      x = transformerLayer(net, `layer${layer}`, x, { heads, hidden }, { norm: "pre", projection: "joint" });
    }
    const first = net.move("class", "slice", [net.layerNorm("norm", x)], [batch, width]);
    net.linear("head", first, classes);
    return net.build();
  },
});
