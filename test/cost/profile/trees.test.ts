import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packTrees, unpackTrees, type TreeNode } from "../../../src/cost/profile/trees.ts";

const edges = [[0, 1, 2], [-5, 5]];
const node: fc.Arbitrary<TreeNode> = fc.letrec<{ node: TreeNode; leaf: TreeNode; split: TreeNode }>((tie) => ({
  node: fc.oneof({ maxDepth: 5 }, tie("leaf"), tie("split")),
  leaf: fc.record({ leaf: fc.integer({ min: -32768, max: 32767 }) }),
  split: fc.integer({ min: 0, max: 1 }).chain((input) => fc.record({ input: fc.constant(input), edge: fc.integer({ min: 0, max: edges[input]!.length - 1 }), left: tie("node"), right: tie("node") })),
})).node;

function walk(tree: TreeNode, inputs: readonly number[]): number {
  while (!("leaf" in tree)) tree = inputs[tree.input]! < edges[tree.input]![tree.edge]! ? tree.left : tree.right;
  return tree.leaf;
}

describe("packed trees", () => {
  it("say what the trees say", () => {
    fc.assert(fc.property(fc.array(node, { maxLength: 6 }), fc.tuple(fc.double({ min: -3, max: 4, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })), (trees, inputs) => {
      const sum = unpackTrees({ type: "trees", features: "shape", inputs: ["a", "b"], edges, offset: 7, step: 0.5, trees: packTrees(trees) });
      expect(sum(inputs)).toBeCloseTo(trees.reduce((total, tree) => total + 0.5 * walk(tree, inputs), 7), 9);
    }));
  });

  it("are refused when they are cut off, foreign, or name what is not there", () => {
    const whole = { type: "trees" as const, features: "shape", inputs: ["a", "b"], edges, offset: 0, step: 1 };
    const packed = packTrees([{ input: 1, edge: 1, left: { leaf: 300 }, right: { leaf: -2 } }]);
    expect(() => unpackTrees({ ...whole, trees: packed.slice(0, 5) })).toThrow("cut off");
    expect(() => unpackTrees({ ...whole, trees: "?!" })).toThrow("base64");
    expect(() => unpackTrees({ ...whole, edges: [[1]], trees: packed })).toThrow("not there");
  });
});
