import { expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { castGraph } from "../../src/scenario/cast-graph.ts";

it("halves what is float, and leaves integers", () => {
  const builder = new GraphBuilder("g");
  const ids = builder.op({ kind: "gather", dtype: "i64", readBytes: 80, writeBytes: 80 }, "ids");
  const matmul = builder.op({ kind: "matmul", flops: 10, readBytes: 400, writeBytes: 40, parameterBytes: 100 }, "matmul");
  const weight = builder.source("weight", 100);
  builder.feed(weight, matmul);
  builder.edge(ids, matmul, 80);
  builder.output(matmul, 40);
  builder.keep(weight);
  const graph = castGraph(builder.build(), "f16");
  expect(graph.at(0)).toMatchObject({ name: "ids", dtype: "i64", readBytes: 80, writeBytes: 80 });
  expect(graph.at(1)).toMatchObject({ name: "matmul", dtype: "f16", flops: 10, readBytes: 200, writeBytes: 20, parameterBytes: 50 });
  expect([...graph.tensorBytes]).toEqual([50, 80, 20]);
  expect([...graph.kept!]).toEqual([1, 0, 0]);
});
