import { describe, expect, test } from "vitest";
import { GraphBuilder, type OpInit } from "../../src/graph/builder.ts";
import { conv, elementwise, matmul, movement, normalization } from "../../src/graph/catalogue.ts";
import { measuredAs } from "../../src/predict/measured-as.ts";

const variants = (init: OpInit): (string | undefined)[] => {
  const builder = new GraphBuilder("one");
  builder.op(init);
  return measuredAs(builder.build().classes[0]!).map(({ variant }) => variant);
};
const size = { n: 1, cIn: 16, cOut: 32, h: 8, w: 8, hOut: 8, wOut: 8, kh: 3, kw: 3, bias: true };

describe("what a profile may hold an operator as", () => {
  test("convolutions: with the residual that is added, in the blocked layout, plain", () => {
    expect(variants({ ...conv(size), variant: "nchwc", fused: ["conv", "add", "relu"] })).toEqual(["nchwc+sum", "nchwc", undefined]);
    expect(variants({ ...conv(size), variant: "nchwc", fused: ["conv", "relu"] })).toEqual(["nchwc", undefined]);
  });
  test("convolutions of which nobody says how they run: in blocks where their channels allow it", () => {
    expect(variants(conv(size))).toEqual(["nchwc", undefined]);
    expect(variants({ ...conv(size), fused: ["conv", "add", "relu"] })).toEqual(["nchwc+sum", "sum", "nchwc", undefined]);
    expect(variants(conv({ ...size, cIn: 18 }))).toEqual([undefined, "nchwc"]);
  });
  test("layout changes back: as such, or as those into blocks", () => expect(variants({ ...movement("transpose", { read: 64, write: 64 }), variant: "nchwc+back" })).toEqual(["nchwc+back", "nchwc", undefined]));
  test("normalizations that add first", () => {
    expect(variants({ ...normalization("layer-norm", { elements: 64, parameters: 32 }), fused: ["add", "layer-norm"] })).toEqual(["skip", undefined]);
  });
  test("a product of activations of which one is transposed", () => expect(variants({ ...matmul({ batch: 4, m: 8, n: 8, k: 8 }), variant: "transposed" })).toEqual(["transposed", undefined]));
  test("figures are those of the plain kernel, as samples have them", () => {
    const builder = new GraphBuilder("one");
    builder.op({ ...elementwise("add", { elements: 1000, inputs: 2 }), readBytes: 4004 });
    builder.op({ ...conv(size), flops: 1 });
    const [scalar, convolution] = builder.build().classes.map((op) => measuredAs(op)[0]!);
    expect(scalar).toMatchObject({ shape: { elements: 1000, inputs: 1 }, readBytes: 4000 });
    expect(convolution!.flops).toBe(2 * 32 * 64 * 16 * 9);
  });
});
