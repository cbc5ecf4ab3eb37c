import { movement } from "../../catalogue.ts";
import type { Rule, Rules } from "../node-view.ts";
import { axisOf, elementsOf, i64, ShapeProblem } from "../value.ts";

/** A sequence stands as one of its tensors, all of which share one storage: its length is not followed. */
const split: Rule = (node) => {
  const value = node.input(0);
  const axis = axisOf(node.int("axis", 0), value.dims.length);
  const sizes = node.data(1);
  if (node.has(1) && !sizes) throw new ShapeProblem("the parts are decided at run time", true);
  const size = sizes?.[0] ?? 1;
  const kept = node.has(1) || node.int("keepdims", 1) === 1;
  const dims = value.dims.flatMap((dim, i) => (i !== axis ? [dim] : kept ? [Math.min(size, dim)] : []));
  const elements = elementsOf(value.dims);
  const unequal = sizes !== undefined && (sizes.some((other) => other !== size) || value.dims[axis]! % size !== 0);
  return { outputs: [{ dims }], op: movement("split", { read: elements, write: elements }), reads: [value], ...(unequal && { assumption: "the parts differ in size: all are taken as the first" }) };
};

const collect: Rule = (node) => ({ outputs: [{ dims: node.input(0).dims }], op: movement("copy", { read: 0, write: 0 }) });

const same: Rule = (node) => ({ outputs: [{ dims: node.input(0).dims, viewOf: node.input(0) }] });

const insert: Rule = (node) => ({ ...collect(node), outputs: [{ dims: node.input(1).dims, type: node.input(1).type }], reads: [node.input(0), node.input(1)] });

const empty: Rule = () => ({ outputs: [{ dims: [] }], op: movement("fill", { read: 0, write: 0 }), reads: [] });

const length: Rule = () => ({ outputs: [{ dims: [], type: i64 }], op: movement("fill", { read: 0, write: 1 }), reads: [] });

/** How many tensors there are is not followed: as the file states, or one. */
const join: Rule = (node) => {
  const value = node.input(0);
  const one = node.int("new_axis", 0) === 1 ? [...value.dims.slice(0, axisOf(node.int("axis", 0), value.dims.length + 1)), 1, ...value.dims.slice(axisOf(node.int("axis", 0), value.dims.length + 1))] : value.dims;
  const declared = node.declared(0);
  const dims = declared ?? one;
  return { outputs: [{ dims }], op: movement("concat", { read: elementsOf(dims), write: elementsOf(dims) }), ...(!declared && { assumption: "the number of tensors is not followed: one is assumed" }) };
};

/** Sequences of tensors, as exporters write lists. */
export const sequenceRules: Rules = {
  SplitToSequence: split, SequenceConstruct: collect, SequenceInsert: insert, SequenceErase: same, SequenceAt: same, SequenceEmpty: empty, SequenceLength: length, ConcatFromSequence: join,
};
