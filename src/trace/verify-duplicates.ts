import { groupBy } from "../base/csr.ts";
import { workloadOps } from "../base/duplicates.ts";
import type { Instance } from "../core/instance.ts";

/**
 * What is wrong with the duplicates of an instance; undefined where each of them, behind the ops of the workload, has the
 * class and the job of the op that it runs once more, makes as many tensors of the same sizes, and reads the same tensors
 * or copies of them. Takes O(ops + inputs).
 */
export function misfitDuplicate(instance: Instance): string | undefined {
  const { duplicateOf, opCount, tensorCount, tensorProducer, tensorBytes, inputs, classOf, jobOf, opNames } = instance;
  if (duplicateOf === undefined) return undefined;
  const workload = workloadOps(instance);
  const original = (op: number): number => (op < workload ? op : duplicateOf[op]!);
  const outputs = groupBy(opCount, tensorProducer, (tensor) => tensorProducer[tensor]! >= 0);
  /** The workload's tensor that each is, or is a copy of. */
  const source = Uint32Array.from({ length: tensorCount }, (_, tensor) => tensor);
  let expected = tensorProducer.findIndex((producer) => producer >= workload);
  for (let op = workload; op < opCount; op++) {
    const of = original(op);
    if (!(of >= 0 && of < workload)) return `operator ${op} comes after duplicates and duplicates no operator of the workload`;
    if (classOf[op] !== classOf[of] || jobOf[op] !== jobOf[of]) return `"${opNames.at(op)}" is of another class or job than "${opNames.at(of)}", which it duplicates`;
    const made = outputs.item.subarray(outputs.start[op]!, outputs.start[op + 1]!);
    const ownMade = outputs.item.subarray(outputs.start[of]!, outputs.start[of + 1]!);
    const alike = made.length === ownMade.length && made.every((tensor, i) => tensor === expected + i && tensorBytes[tensor] === tensorBytes[ownMade[i]!]);
    if (!alike) return `"${opNames.at(op)}" makes other tensors than "${opNames.at(of)}", which it duplicates`;
    made.forEach((tensor, i) => (source[tensor] = ownMade[i]!));
    expected += made.length;
  }
  for (let op = workload; op < opCount; op++) {
    const read = inputs.item.subarray(inputs.start[op]!, inputs.start[op + 1]!);
    const first = inputs.start[original(op)]!;
    const alike = read.length === inputs.start[original(op) + 1]! - first && read.every((tensor, i) => source[tensor] === source[inputs.item[first + i]!]);
    if (!alike) return `"${opNames.at(op)}" reads other tensors than "${opNames.at(original(op))}", which it duplicates`;
  }
  return undefined;
}
