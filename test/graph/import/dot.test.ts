import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { importDot } from "../../../src/graph/import/dot.ts";
import { sharedData } from "../../shared-data.ts";

const file = "a.dot";
const read = (text: string | Uint8Array) => importDot(text, { file, processors: 1 });

/** Nodes with their times and edges with theirs, as short text. */
function summary(text: string): string {
  const { graph, costs } = read(text);
  const nodes = [...graph.ops()].map((op) => `${op.name}=${costs!.ns[op.id]}`);
  const edges: string[] = [];
  for (let op = 0; op < graph.opCount; op++) {
    for (const tensor of graph.inputs.item.subarray(graph.inputs.start[op], graph.inputs.start[op + 1])) {
      edges.push(`${graph.opName(graph.tensorProducer[tensor]!)}>${graph.opName(op)}=${graph.tensorBytes[tensor]}`);
    }
  }
  return [...nodes, ...edges].join(" ");
}

test.each([
  ["digraph { a [Weight=5]; b [weight=2.5] a -> b [WEIGHT=7] }", "a=5 b=2.5 a>b=7"],
  ['strict digraph "my graph" {\n// c\n/* a -> z */\n# preprocessor\n"a b"[label="3"]; c[label="sum",weight=4]; "a b" -> c [label=2] }', "a b=3 c=4 a b>c=2"],
  ["DIGRAPH x { node [weight=2, shape=box]; edge [weight=3]; a -> b -> c [weight=1]; a -> c }", "a=2 b=2 c=2 a>b=1 b>c=1 a>c=3"],
  ["digraph { a:out -> b:in:nw; a[weight=1][color=red,weight=9]; b [weight = 2;] }", "a=9 b=2 a>b=0"],
  ["digraph { subgraph s { node [weight=5]; a; b } -> { c d } [weight=1]; c[weight=2] d[weight=3] rankdir=LR; graph [x=y] }", "a=5 b=5 c=2 d=3 a>c=1 b>c=1 a>d=1 b>d=1"],
  ['digraph { a [weight="1" + "2"]; a -> b [weight=4]; a -> b [weight=6]; b [weight=1, label=<<b>x</b>>] }', "a=12 b=1 a>b=6"],
  ['digraph { "x\\"y" [weight=1]; é [weight=2] "node" [weight=3] }', 'x"y=1 é=2 node=3'],
  ["digraph { main.graph [CCR=1]; 0 [Weight=6]; -1.5 [Weight=2]; 0 -> -1.5 [Weight=3] }", "0=6 -1.5=2 0>-1.5=3"],
])("%s", (text, expected) => {
  expect(summary(text)).toBe(expected);
});

test("says what has no weight", () => {
  const { warnings, costs } = read("digraph { a -> b; b [weight=3] }");
  expect([...costs!.ns]).toEqual([1, 3]);
  expect(warnings.map((warning) => warning.message)).toEqual(["1 of 2 nodes have no weight and take 1 ns", "1 of 1 edges have no weight and cost no transfer time"]);
});

test.for([
  ["Nodes_7_OutTree", 7, 6, 40],
  ["Nodes_10_Random", 10, 19, 63],
  ["Nodes_11_OutTree", 11, 10, 640],
] as const)("reads %s", ([name, nodes, edges, work], { skip }) => {
  const path = sharedData(`taskgraphs/dot-optimal/${name}.dot`);
  if (!path) return skip("no shared data");
  const { graph, costs, warnings } = importDot(readFileSync(path), { file: path, processors: 1 });
  expect([graph.opCount, graph.tensorCount, costs!.ns.reduce((sum, ns) => sum + ns)]).toEqual([nodes, edges, work]);
  expect(warnings).toEqual([]);
});

test.each([
  ["", "empty-file"],
  ["// nothing", "empty-file"],
  ["graph { a -- b }", "a.dot:1:1: error[bad-dot]: the graph is undirected"],
  ["digraph { a -- b }", 'a.dot:1:13: error[bad-dot]: "--" joins nodes of undirected graphs'],
  ["digraph { a -> ", "but the file ends"],
  ["digraph { a ->\n -> b }", "a.dot:2:2: error[bad-dot]: a name is expected"],
  ["digraph { é [weight=heavy] }", 'a.dot:1:21: error[bad-weight]: "heavy" is not a weight'],
  ["digraph { a [weight=-2] }", "bad-weight"],
  ["digraph { a [weight=1e300] }", "a.dot:1:21: error[too-long]: 1e300 ns is too long"],
  ["digraph { a -> b [weight=9007199254740993] }", "too-long"],
  ['digraph { a [weight="] }', "a string that does not end"],
  ["digraph { a [label=<x }", "does not end"],
  ["digraph { /* a }", "a comment that does not end"],
  ["digraph { a -> b -> a [weight=1] }", "a.dot:1:"],
  ["digraph { a -> b -> a [weight=1] }", "the graph has a cycle"],
  ["digraph { a } digraph { b }", "one graph a file"],
  ["digraph { }", "no nodes"],
  [Uint8Array.of(0xff, 0xfe, 0x64, 0), "a.dot: error[not-text]: the file is UTF-16, not UTF-8"],
  [`digraph { ${"{".repeat(5000)}`, "nested more than 200 deep"],
  ["digraph { a ? b }", 'the character "?"'],
])("%s fails", (text, message) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(message);
});

test("fails cleanly on any mutation", () => {
  const text = 'digraph "g" { node [weight=2]; a -> {b c:n} -> d [weight="3"]; /* x */ subgraph s { e; a -> e } }';
  fc.assert(fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (at, insert, cut) => {
    try {
      read(text.slice(0, at) + insert + text.slice(at + cut));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  }), { numRuns: 1000 });
});

test("is not slowed or broken by long comments, long strings and text beyond ASCII", () => {
  const text = `digraph { ${"// é\n".repeat(200_000)} "${"x".repeat(3_000_000)}" ${"a -> b [weight=1] ".repeat(20_000)} }`;
  expect(read(text).graph.opCount).toBe(3);
});
