import { absorbDequantize } from "./absorb-dequantize.ts";
import { GraphBuilder } from "./builder.ts";
import { carryTensors } from "./carry-tensors.ts";
import { FusionGroups, fusionRules, type FusionRuleName } from "./fusion-groups.ts";
import { TensorOrigin, type OperatorGraph } from "./graph.ts";

export { fusionRules, type FusionRule, type FusionRuleName } from "./fusion-groups.ts";

/**
 * One fused operator: its name (that of its first member that is no dequantization), all members in order, and their
 * kinds joined with "+". A dequantization that several operators take in is a member of the first.
 */
export interface MergedOp {
  readonly into: string;
  readonly members: readonly string[];
  readonly pattern: string;
}

/**
 * Merges operators as runtimes do, so that launches and memory traffic are not overcounted. An operator joins the group
 * of a producer whose only reader it is, so what is merged has no use elsewhere; of two such producers the later one is
 * taken. The fused operator keeps the first member's kind, shape and dtype, sums the work, drops the traffic of the
 * intermediate tensors, and lists the kinds in `fused`; it has the earliest deadline of its members. Linear in the size of the graph.
 * @example
 * const { graph: fused, merged } = fuseGraph(graph);
 * merged[0]; // { into: "conv1", members: ["conv1", "bn1", "relu1"], pattern: "conv+batch-norm+relu" }
 */
export function fuseGraph(graph: OperatorGraph, options: { rules?: readonly FusionRuleName[] } = {}): { graph: OperatorGraph; merged: MergedOp[] } {
  const rules = new Set(options.rules ?? fusionRules.map(({ name }) => name));
  const { graph: integer, taken } = rules.has("quantized") ? absorbDequantize(graph) : { graph, taken: new Map<number, readonly string[]>() };
  const groups = new FusionGroups(integer, rules);
  for (const op of integer.topo) groups.place(op);
  return groups.count === integer.opCount && taken.size === 0 ? { graph: integer, merged: [] } : rebuild(integer, groups, taken);
}

/** Writes each group where its last member stood, so that an order that was sorted stays so. */
function rebuild(graph: OperatorGraph, groups: FusionGroups, taken: ReadonlyMap<number, readonly string[]>): { graph: OperatorGraph; merged: MergedOp[] } {
  const builder = new GraphBuilder(graph.name);
  const merged: MergedOp[] = [];
  const names = (op: number): string[] => [...(taken.get(op) ?? []), graph.opName(op)];
  const classes = new FusedClasses(graph, groups, builder);
  const classOf = new Int32Array(graph.classes.length).fill(-1);
  const newOp = new Uint32Array(graph.opCount);
  const inner = new Uint8Array(graph.tensorCount);
  for (const tensor of groups.via) if (tensor >= 0) inner[tensor] = 1;

  for (const tail of graph.topo) {
    if (groups.next[tail]! >= 0) continue;
    const head = groups.head[tail]!;
    let id: number;
    if (head === tail) {
      const old = graph.classOf[head]!;
      if (classOf[old]! < 0) classOf[old] = builder.class(graph.classes[old]!);
      id = builder.opOfClass(classOf[old]!, graph.opName(head));
      if (taken.has(head)) merged.push({ into: graph.opName(head), members: names(head), pattern: graph.classes[old]!.fused!.join("+") });
    } else {
      const members: number[] = [];
      for (let op = head; op >= 0; op = groups.next[op]!) members.push(op);
      const { classId, pattern } = classes.of(members);
      id = builder.opOfClass(classId, graph.opName(head));
      merged.push({ into: graph.opName(head), members: members.flatMap(names), pattern });
    }
    let deadlineNs = Infinity;
    for (let op = head; op >= 0; op = groups.next[op]!) {
      newOp[op] = id;
      deadlineNs = Math.min(deadlineNs, graph.deadlineNs?.[op] ?? Infinity);
    }
    if (deadlineNs < Infinity) builder.deadline(id, deadlineNs);
  }
  carryTensors(graph, builder, { newOp, gone: inner });
  return { graph: builder.build(), merged };
}

/** The classes of fused operators; groups that look alike share one, and it is made once. */
class FusedClasses {
  readonly #graph: OperatorGraph;
  readonly #groups: FusionGroups;
  readonly #builder: GraphBuilder;
  readonly #known = new Map<string, { readonly classId: number; readonly pattern: string }>();
  /** Last member, plus 1, of the last group that read each tensor. */
  readonly #readBy: Uint32Array;

  constructor(graph: OperatorGraph, groups: FusionGroups, builder: GraphBuilder) {
    this.#graph = graph;
    this.#groups = groups;
    this.#builder = builder;
    this.#readBy = new Uint32Array(graph.tensorCount);
  }

  of(members: readonly number[]): { readonly classId: number; readonly pattern: string } {
    const traffic = this.#traffic(members);
    let key = `${traffic.readBytes} ${traffic.writeBytes} ${traffic.parameterBytes}`;
    for (const op of members) key += ` ${this.#graph.classOf[op]!}`;
    let known = this.#known.get(key);
    if (!known) {
      const each = members.map((op) => this.#graph.classes[this.#graph.classOf[op]!]!);
      const { kind, shape, dtype, variant } = each[0]!;
      const fused = each.flatMap((own) => own.fused ?? [own.kind]);
      const [flops, macs] = [each.reduce((sum, own) => sum + own.flops, 0), each.reduce((sum, own) => sum + own.macs, 0)];
      known = { classId: this.#builder.class({ kind, shape, dtype, flops, macs, ...traffic, fused, ...(variant !== undefined && { variant }) }), pattern: fused.join("+") };
      this.#known.set(key, known);
    }
    return known;
  }

  /** Each intermediate tensor is neither written nor read, and what several members read is read once. */
  #traffic(members: readonly number[]): { readBytes: number; writeBytes: number; parameterBytes: number } {
    const { classes, classOf, inputs, tensorBytes, tensorOrigin } = this.#graph;
    let [readBytes, writeBytes, parameterBytes] = [0, 0, 0];
    const group = members.at(-1)! + 1;
    for (const op of members) {
      const own = classes[classOf[op]!]!;
      readBytes += own.readBytes;
      writeBytes += own.writeBytes;
      parameterBytes += own.parameterBytes;
      const via = this.#groups.via[op]!;
      if (via >= 0) writeBytes -= tensorBytes[via]!;
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (tensor !== via && this.#readBy[tensor] !== group) {
          this.#readBy[tensor] = group;
          continue;
        }
        readBytes -= tensorBytes[tensor]!;
        if (tensorOrigin[tensor] === TensorOrigin.weight) parameterBytes -= tensorBytes[tensor]!;
      }
    }
    // Hand-made graphs may state less traffic than their tensors have.
    return { readBytes: Math.max(0, readBytes), writeBytes: Math.max(0, writeBytes), parameterBytes: Math.max(0, parameterBytes) };
  }
}
