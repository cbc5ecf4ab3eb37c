import { describe, expect, it } from "vitest";
import type { CostModel } from "../../src/cost/cost-model.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { buildInlineGraph, givenTimes } from "../../src/scenario/inline-graph.ts";
import { inlineGraphSchema, type InlineGraph } from "../../src/scenario/workload-schema.ts";
import { messageOf } from "./memory-files.ts";

const parse = (input: unknown): InlineGraph => inlineGraphSchema.parse(input);
const build = (input: unknown) => buildInlineGraph("g", parse(input));
const none: CostModel = { name: "none", estimate: () => undefined };

describe("buildInlineGraph", () => {
  it("gives one tensor to all readers of an output, and an edge with bytes its own", () => {
    const { graph } = build({
      ops: { a: { kind: "matmul", macs: 1e9, output: "4MiB", parameters: "1MiB" }, b: { kind: "relu", flops: 5 }, c: {}, d: "3ms" },
      edges: ["a -> b -> d", "a -> c", { "a -> d": "1kB" }],
    });
    expect([...graph.ops()].map((op) => op.name)).toEqual(["a", "b", "c", "d"]);
    expect([...graph.tensorBytes].sort((x, y) => x - y)).toEqual([0, 1000, 4 * 2 ** 20]);
    expect(graph.at(0)).toMatchObject({ kind: "matmul", flops: 2e9, macs: 1e9, readBytes: 2 ** 20, writeBytes: 4 * 2 ** 20 + 1000, parameterBytes: 2 ** 20 });
    expect(graph.at(1)).toMatchObject({ readBytes: 4 * 2 ** 20, writeBytes: 0 });
    expect(graph.at(3)).toMatchObject({ kind: "op", readBytes: 1000 });
  });

  it("has the work and the bytes that kind and shape say, where nothing else is written", () => {
    const shape = { m: 8, n: 16, k: 32 };
    const { graph } = build({
      ops: { a: { kind: "matmul", dtype: "f16", shape }, b: { kind: "relu", shape: { elements: 128 } }, c: { kind: "matmul", shape, flops: 5, read: "7B", write: "9B" }, d: { kind: "matmul", shape, time: "1ms" }, e: { kind: "matmul", shape, macs: 3, output: "1kB" } },
      edges: ["a -> b", { "e -> b": "2kB" }],
    });
    expect(graph.at(0)).toMatchObject({ macs: 4096, flops: 8192, readBytes: 1536, writeBytes: 256 });
    // What the edges bring is more than the shape says.
    expect(graph.at(1)).toMatchObject({ flops: 128, readBytes: 2256, writeBytes: 512 });
    expect(graph.at(2)).toMatchObject({ macs: 0, flops: 5, readBytes: 7, writeBytes: 9 });
    expect(graph.at(3)).toMatchObject({ macs: 0, flops: 0, readBytes: 0, writeBytes: 0 });
    expect(graph.at(4)).toMatchObject({ macs: 3, flops: 6, readBytes: 3072, writeBytes: 3000 });
    // The outputs of b and e, which no edge takes, are results.
    expect([...graph.tensorBytes].sort((x, y) => x - y)).toEqual([256, 512, 1000, 2000]);
  });

  it("keeps the output that nobody reads, as a result", () => {
    const { graph } = build({ ops: { a: { time: "1ms", output: "1kB" }, b: { time: "1ms", output: "2MB" }, c: "1ms" }, edges: ["a -> b"] });
    expect(Array.from(graph.tensorBytes, (bytes, tensor) => `${graph.tensorProducer[tensor]} ${bytes}`)).toEqual(["0 1000", "1 2000000"]);
  });

  it("keeps operators named like what every object has", () => {
    expect([...build({ ops: { constructor: "1ms", toString: "2ms" }, edges: ["constructor -> toString"] }).graph.ops()].map((op) => op.name)).toEqual(["constructor", "toString"]);
  });

  it.each([
    [{ ops: {} }, "error[empty-graph]: the graph has no operators"],
    [{ ops: { a: "1ms" }, edges: ["a b"] }, 'error[bad-edge]: "a b" is not an edge\n  hint: for example a -> b, or a -> b: 4MiB'],
    [{ ops: { a: "1ms" }, edges: ["a -> "] }, 'error[bad-edge]: "a -> " is not an edge\n  hint: for example a -> b, or a -> b: 4MiB'],
    [{ ops: { a: "1ms", b: "1ms" }, edges: ["a -> b: 3MB"] }, 'error[unknown-op]: there is no operator "b: 3MB"\n  hint: write it without quotes: a -> b: 3MB'],
    [{ ops: { conv1: "1ms", conv2: "1ms" }, edges: ["conv1 -> cnov2"] }, 'error[unknown-op]: there is no operator "cnov2"\n  hint: did you mean conv2?'],
    [{ ops: { a: "1ms", b: "1ms", c: "1ms" }, edges: ["a -> b -> c -> b"] }, "error[cycle]: the graph has a cycle: c → b → c"],
    [{ ops: { a: "1ms" }, edges: ["a -> a"] }, "error[cycle]: the graph has a cycle: a → a"],
  ])("refuses %j", async (input, message) => {
    expect(await messageOf(() => build(input))).toBe(message);
  });
});

describe("givenTimes", () => {
  const machine = buildMachine({ devices: { cpu: { kind: "cpu", count: 2, peak: { f32: 1 } }, gpu0: { kind: "gpu", peak: { f32: 1 } } }, links: [{ between: ["cpu", "gpu0"], bandwidth: 1 }, { between: ["cpu0", "cpu1"], bandwidth: 1 }] });
  const at = (input: unknown, op: number, device: number) => {
    const inline = build(input);
    return givenTimes(inline, machine, none).estimate(inline.graph.at(op), machine.devices[device]!, 1)?.ns;
  };

  it("answers by device name, then by kind, then not at all", () => {
    const graph = { ops: { a: "3ms", b: { time: { cpu: "8ms", cpu1: "9ms" } }, c: { kind: "relu" } } };
    expect([0, 1, 2].map((device) => at(graph, 0, device))).toEqual([3e6, 3e6, 3e6]);
    expect([0, 1, 2].map((device) => at(graph, 1, device))).toEqual([8e6, 9e6, undefined]);
    expect(at(graph, 2, 0)).toBeUndefined();
  });

  it("names a device that the machine does not have", async () => {
    expect(await messageOf(() => givenTimes(build({ ops: { a: { time: { gpu1: "1ms" } } } }), machine, none))).toBe('error[unknown-device]: machine has no device "gpu1"\n  hint: did you mean cpu1 or gpu or gpu0?');
  });
});
