import type { TreesResidual } from "./profile.ts";

/**
 * Trees are packed as base64 of bytes, one tree after the other, each in preorder. A node is two bytes: the input it
 * asks about and the number of the edge it compares with (below the edge: left); a leaf is the byte 255 and a signed
 * 16-bit integer, low byte first.
 */
const leafMark = 255;

/** A node of a tree, as the fit makes it. */
export type TreeNode = { readonly leaf: number } | { readonly input: number; readonly edge: number; readonly left: TreeNode; readonly right: TreeNode };

/** Most inputs and edges of an input that a tree can name. */
export const mostInputs = 254;
export const mostEdges = 255;

/** Packs trees whose leaves are integers from −32768 to 32767. */
export function packTrees(trees: readonly TreeNode[]): string {
  const bytes: number[] = [];
  const write = (node: TreeNode): void => {
    if ("leaf" in node) bytes.push(leafMark, node.leaf & 255, (node.leaf >> 8) & 255);
    else {
      bytes.push(node.input, node.edge);
      write(node.left);
      write(node.right);
    }
  };
  trees.forEach(write);
  return toBase64(bytes);
}

/**
 * Prepares the sum of the trees as a function of the inputs.
 * @throws {RangeError} when the trees are cut off, or name inputs or edges that are not there.
 */
export function unpackTrees({ trees, edges, offset, step }: TreesResidual): (inputs: ArrayLike<number>) => number {
  const bytes = fromBase64(trees);
  // By node: input (-1 = leaf), edge value or leaf value, and where the right child is; the left one is next.
  const nodes = { input: [] as number[], value: [] as number[], right: [] as number[] };
  const roots: number[] = [];
  let at = 0;
  const read = (): void => {
    const node = nodes.input.length;
    const input = bytes[at];
    if (input === undefined || at + (input === leafMark ? 3 : 2) > bytes.length) throw new RangeError("the trees are cut off");
    if (input === leafMark) {
      nodes.input.push(-1);
      nodes.value.push((((bytes[at + 2]! << 24) >> 16) | bytes[at + 1]!) * step);
      nodes.right.push(0);
      at += 3;
      return;
    }
    const edge = edges[input]?.[bytes[at + 1]!];
    if (edge === undefined) throw new RangeError("a tree names an input or an edge that is not there");
    at += 2;
    nodes.input.push(input);
    nodes.value.push(edge);
    nodes.right.push(0);
    read();
    nodes.right[node] = nodes.input.length;
    read();
  };
  while (at < bytes.length) {
    roots.push(nodes.input.length);
    read();
  }
  const input = Int16Array.from(nodes.input);
  const value = Float64Array.from(nodes.value);
  const right = Int32Array.from(nodes.right);
  return (inputs) => {
    let sum = offset;
    for (let node of roots) {
      while (input[node]! >= 0) node = inputs[input[node]!]! < value[node]! ? node + 1 : right[node]!;
      sum += value[node]!;
    }
    return sum;
  };
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function toBase64(bytes: readonly number[]): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += digits[word >> 18]! + digits[(word >> 12) & 63]! + (i + 1 < bytes.length ? digits[(word >> 6) & 63]! : "=") + (i + 2 < bytes.length ? digits[word & 63]! : "=");
  }
  return text;
}

function fromBase64(text: string): Uint8Array {
  const clean = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((clean.length * 6) / 8));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const char of clean) {
    const digit = digits.indexOf(char);
    if (digit < 0) throw new RangeError("the trees are not base64");
    word = ((word << 6) | digit) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >> bits) & 255;
    }
  }
  return bytes;
}
