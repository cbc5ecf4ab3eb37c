import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { formatSummary, summarize } from "../../src/graph/summary.ts";

/** x → a → (b, c) → d, with a weight that a and b share. */
function diamond() {
  const builder = new GraphBuilder("diamond");
  const x = builder.source("input", 10, "x");
  const w = builder.source("weight", 1000, "w");
  const [a, b, c, d] = ["matmul", "matmul", "relu", "add"].map((kind) => builder.op({ kind, macs: kind === "matmul" ? 50 : 0, flops: 100 })) as [number, number, number, number];
  const [ta, tb, tc] = [builder.output(a, 100), builder.output(b, 40), builder.output(c, 30)];
  builder.output(d, 5);
  for (const [tensor, op] of [[x, a], [w, a], [w, b], [ta, b], [ta, c], [tb, d], [tc, d]] as const) builder.feed(tensor, op);
  return builder.build();
}

test("counts, bytes by origin, and the most that is alive at once", () => {
  expect(summarize(diamond(), { nodes: 9, unknown: [{ opType: "Magic", domain: "acme", count: 2 }] })).toEqual({
    name: "diamond", nodes: 9, ops: 4, kinds: { matmul: 2, add: 1, relu: 1 }, macs: 100, flops: 400, parameterBytes: 1000, inputBytes: 10, activationBytes: 175,
    // While c runs: a's 100, b's 40 and its own 30.
    peakActivationBytes: 170, unknown: [{ opType: "Magic", domain: "acme", count: 2 }],
  });
  expect(summarize(diamond())).toMatchObject({ nodes: 4, unknown: [] });
});

test("text", () => {
  expect(formatSummary(summarize(diamond(), { nodes: 9, unknown: [{ opType: "Magic", domain: "acme", count: 2 }] }))).toBe([
    "diamond",
    "  operators             4 (from 9 nodes of the file)",
    "  multiply-accumulates  100",
    "  operations            400",
    "  parameters            1000 B",
    "  inputs                10 B",
    "  activations           175 B, at most 170 B at once",
    "  by kind",
    "    matmul       2",
    "    add          1",
    "    relu         1",
    "  unknown, costed as element-wise",
    "    acme.Magic       2",
  ].join("\n"));
});
