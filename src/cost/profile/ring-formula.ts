import type { Coefficient, Formula } from "./formula.ts";
import { bytesOf, type Work } from "./work.ts";

/**
 * Collective communication in a ring, and messages between two: of `bytes` among `workers` (default 2), an all-reduce
 * passes 2·(workers − 1) pieces of bytes / workers over each link, one after the other; a message is one piece.
 *
 * time = fixed + pieces × hop + bytes over a link / bandwidth
 *
 * Where workers sit in several nodes (`nodes` above 1), the bandwidth is that between nodes: each worker of a node adds
 * an adapter's.
 * @source R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective communication operations in MPICH", IJHPCA
 * 19(1), 2005, section 4.5.
 */
export const ringFormula: Formula = {
  name: "ring",
  summary: "messages and ring all-reduce: hops, and bytes at a bandwidth",
  monotone: true,
  coefficients(works) {
    if (works.some(({ op }) => op.shape["bytes"] === undefined)) return undefined;
    const least = Math.min(...works.map(({ ns }) => ns));
    const rates = works.map((work) => sent(work) / work.ns).sort((a, b) => a - b);
    const list: Coefficient[] = [
      { name: "fixedNs", start: 0.5 * least, domain: "positive" },
      { name: "hopNs", start: 0.2 * least, domain: "positive" },
      { name: "bytesPerNs", start: rates[Math.floor(0.9 * (rates.length - 1))]!, domain: "positive" },
    ];
    if (works.some(({ op }) => (op.shape["nodes"] ?? 1) !== (works[0]!.op.shape["nodes"] ?? 1))) list.push({ name: "nodesBytesPerNs", start: rates[rates.length >> 1]!, domain: "positive" });
    return list;
  },
  phases({ fixedNs = 0, hopNs = 0, bytesPerNs = Infinity, nodesBytesPerNs = bytesPerNs }) {
    return (work) => {
      const { nodes = 1, workers = 2 } = work.op.shape;
      return { fixedNs: fixedNs + hopNs * pieces(work), computeNs: 0, memoryNs: sent(work) / (nodes > 1 ? (nodesBytesPerNs * workers) / nodes : bytesPerNs) };
    };
  },
};

function pieces({ op: { kind, shape: { workers = 2 } } }: Work): number {
  return kind === "all-reduce" ? 2 * (workers - 1) : 1;
}

/** Bytes over the busiest link. */
function sent(work: Work): number {
  const { workers = 2, bytes = bytesOf(work.op) } = work.op.shape;
  return work.op.kind === "all-reduce" ? (2 * (workers - 1) * bytes) / workers : bytes;
}
