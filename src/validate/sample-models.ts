import { OnnxNetwork } from "./onnx-network.ts";

/** A network that validation brings along. */
export interface SampleModel {
  readonly name: string;
  readonly summary: string;
  build(): OnnxNetwork;
}

/** What is validated when no model is named: one of each sort that people run, small enough to be made in memory. */
export const sampleModels: readonly SampleModel[] = [
  { name: "sample-cnn", summary: "residual blocks with convolutions of 1 × 1 and 3 × 3, on an image of 160 × 160", build: cnn },
  { name: "sample-branches", summary: "blocks of four parallel branches, which executors may run side by side", build: branches },
  { name: "sample-transformer", summary: "four encoder layers of width 256 with four heads, on 128 tokens", build: transformer },
  { name: "sample-mlp", summary: "three layers of width 1024 for a batch of 32", build: mlp },
];

/** Image, kernel and padding of a convolution that keeps the extents at stride 1. */
function conv(net: OnnxNetwork, x: string, cIn: number, cOut: number, kernel: number, { stride = 1, relu = true } = {}): string {
  const pad = (kernel - 1) / 2;
  const y = net.op("Conv", [x, net.weight([cOut, cIn, kernel, kernel]), net.weight([cOut])], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] });
  return relu ? net.op("Relu", [y]) : y;
}

function classify(net: OnnxNetwork, x: string, channels: number, classes: number): OnnxNetwork {
  const pooled = net.op("Flatten", [net.op("GlobalAveragePool", [x])]);
  const logits = net.op("Gemm", [pooled, net.weight([channels, classes]), net.weight([classes])]);
  net.output(net.op("Softmax", [logits]), [1, classes]);
  return net;
}

function cnn(): OnnxNetwork {
  const net = new OnnxNetwork("sample-cnn");
  let x = conv(net, net.input("image", [1, 3, 160, 160]), 3, 32, 5, { stride: 2 });
  let channels = 32;
  for (const [stage, width] of [48, 96, 176].entries()) {
    for (let block = 0; block < 2; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const inner = conv(net, conv(net, x, channels, width, 1), width, width, 3, { stride });
      const body = conv(net, inner, width, 2 * width, 1, { relu: false });
      const shortcut = block === 0 ? conv(net, x, channels, 2 * width, 1, { stride, relu: false }) : x;
      x = net.op("Relu", [net.op("Add", [body, shortcut])]);
      channels = 2 * width;
    }
  }
  return classify(net, x, channels, 100);
}

function branches(): OnnxNetwork {
  const net = new OnnxNetwork("sample-branches");
  let x = net.op("MaxPool", [conv(net, net.input("image", [1, 3, 128, 128]), 3, 48, 3, { stride: 2 })], { kernel_shape: [2, 2], strides: [2, 2] });
  let channels = 48;
  for (const width of [48, 64, 80]) {
    const one = conv(net, x, channels, width, 1);
    const three = conv(net, conv(net, x, channels, width, 1), width, 2 * width, 3);
    const five = conv(net, conv(net, x, channels, width / 2, 1), width / 2, width, 5);
    const pooled = conv(net, net.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }), channels, width, 1);
    x = net.op("Concat", [one, three, five, pooled], { axis: 1 });
    channels = 5 * width;
  }
  return classify(net, x, channels, 50);
}

function transformer(): OnnxNetwork {
  const [tokens, width, heads, layers, vocabulary] = [128, 256, 4, 4, 2000];
  const net = new OnnxNetwork("sample-transformer");
  const linear = (x: string, from: number, to: number): string => net.op("Add", [net.op("MatMul", [x, net.weight([from, to])]), net.weight([to])]);
  const norm = (x: string): string => net.op("LayerNormalization", [x, net.numbers(new Array<number>(width).fill(1)), net.weight([width])], { axis: -1 });
  const embedded = net.op("Gather", [net.weight([vocabulary, width], 0.5), net.indices("tokens", [1, tokens])]);
  let x = net.op("Add", [embedded, net.weight([1, tokens, width], 0.5)]);
  for (let layer = 0; layer < layers; layer++) {
    const normed = norm(x);
    const head = (perm: readonly number[]): string => net.op("Transpose", [net.op("Reshape", [linear(normed, width, width), net.integers(1, tokens, heads, width / heads)])], { perm });
    const [q, k, v] = [head([0, 2, 1, 3]), head([0, 2, 3, 1]), head([0, 2, 1, 3])];
    const scores = net.op("Div", [net.op("MatMul", [q, k]), net.numbers([Math.sqrt(width / heads)])]);
    const mixed = net.op("Transpose", [net.op("MatMul", [net.op("Softmax", [scores], { axis: -1 }), v])], { perm: [0, 2, 1, 3] });
    x = net.op("Add", [x, linear(net.op("Reshape", [mixed, net.integers(1, tokens, width)]), width, width)]);
    x = net.op("Add", [x, linear(gelu(net, linear(norm(x), width, 4 * width)), 4 * width, width)]);
  }
  net.output(linear(norm(x), width, 64), [1, tokens, 64]);
  return net;
}

/** As exporters write it: x / 2 · (1 + erf(x / √2)). */
function gelu(net: OnnxNetwork, x: string): string {
  const erf = net.op("Erf", [net.op("Div", [x, net.numbers([Math.SQRT2])])]);
  return net.op("Mul", [net.op("Mul", [x, net.op("Add", [erf, net.numbers([1])])]), net.numbers([0.5])]);
}

function mlp(): OnnxNetwork {
  const net = new OnnxNetwork("sample-mlp");
  let x = net.input("x", [32, 784]);
  for (const [from, to] of [[784, 1024], [1024, 1024], [1024, 1024]] as const) x = net.op("Relu", [net.op("Gemm", [x, net.weight([from, to]), net.weight([to])])]);
  net.output(net.op("Softmax", [net.op("Gemm", [x, net.weight([1024, 10]), net.weight([10])])]), [32, 10]);
  return net;
}
