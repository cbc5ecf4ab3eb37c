import { GraphBuilder } from "../graph/builder.ts";
import type { OperatorGraph } from "../graph/graph.ts";

/** A small workload that a policy must survive. Names of operators come from `nameOf`; nothing may depend on them. */
export interface ConformanceGraph {
  readonly name: string;
  build(nameOf: (op: number) => string): OperatorGraph;
  /** Duration of `op` on `device` in ns; Infinity = cannot run there. */
  costNs(op: number, device: number, deviceCount: number): number;
}

type Edge = readonly [from: number, to: number, bytes: number];

function graphOf(name: string, opCount: number, edges: readonly Edge[], costNs: ConformanceGraph["costNs"] = unequal): ConformanceGraph {
  return {
    name, costNs,
    build(nameOf) {
      const builder = new GraphBuilder(name);
      for (let op = 0; op < opCount; op++) builder.op({ kind: "task" }, nameOf(op));
      for (const [from, to, bytes] of edges) builder.edge(from, to, bytes);
      return builder.build();
    },
  };
}

/** Between 1 and 20 ns, without pattern. */
function unequal(op: number, device: number): number {
  return 1 + (scramble(op * 31 + device) % 20);
}

function equal(): number {
  return 5;
}

/** A fixed mixing of integers: the kit uses no random numbers. */
function scramble(value: number): number {
  const mixed = Math.imul(value + 1, 0x9e3779b1);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77) ^ (mixed >>> 7)) >>> 0;
}

function range<T>(count: number, item: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => item(i));
}

/** Layers of `width` ops, each fed by two of the layer before, picked without pattern. */
function layered(layers: number, width: number): Edge[] {
  return range((layers - 1) * width, (i) => i + width).flatMap((op) => {
    const before = (Math.floor(op / width) - 1) * width;
    const first = scramble(op) % width;
    const second = (first + 1 + (scramble(op + 999) % (width - 1))) % width;
    return [[before + first, op, scramble(op * 7) % 40], [before + second, op, scramble(op * 11) % 40]] as Edge[];
  });
}

const chain = range(7, (i): Edge => [i, i + 1, 10]);
const forkJoin = range(10, (i) => i + 1).flatMap((op): Edge[] => [[0, op, 8], [op, 11, 8]]);
const diamond: Edge[] = [[0, 1, 12], [0, 2, 3], [1, 3, 7], [2, 3, 20]];
/** Both ends of three chains of unequal length, joined at the end. */
const staircase: Edge[] = [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 8, 4], [4, 5, 4], [5, 8, 4], [6, 8, 4], [7, 8, 4]];

/** The shapes that the conformance checks run every policy over. */
export const conformanceGraphs: readonly ConformanceGraph[] = [
  graphOf("empty", 0, []),
  graphOf("single", 1, []),
  graphOf("chain", 8, chain),
  graphOf("independent", 25, []),
  graphOf("fork-join", 12, forkJoin),
  graphOf("diamond", 4, diamond),
  graphOf("staircase", 9, staircase),
  graphOf("layered", 42, layered(7, 6)),
  graphOf("equal-costs", 42, layered(7, 6), equal),
  graphOf("zero-costs", 42, layered(7, 6), (op, device) => (op % 3 === 0 ? 0 : unequal(op, device))),
  graphOf("all-zero", 12, forkJoin.map(([from, to]): Edge => [from, to, 0]), () => 0),
  graphOf("one-place-only", 42, layered(7, 6), (op, device, deviceCount) => (op % 4 === 0 && device !== deviceCount - 1 ? Infinity : unequal(op, device))),
  graphOf("split-abilities", 30, [], (op, device, deviceCount) => (op % deviceCount === device ? 7 : Infinity)),
];
