import { groupBy, type Csr } from "../base/csr.ts";
import { copyNumbers, workloadOps } from "../base/duplicates.ts";
import type { Duplicate } from "../plugin.ts";
import { buildEdges } from "./edges.ts";
import { instanceDigest } from "./instance-digest.ts";
import type { Instance } from "./instance.ts";

/**
 * The instance in which some ops run more than once. A duplicate is an op of its own, behind those of the workload (the
 * k-th has id `instance.opCount` + k): it has the class, the job and the inputs of the op that it runs once more, and
 * makes its own copy of each output. Ids of the workload's ops and tensors stay; who reads which copy is in `inputs`, so
 * that everything after this knows ops and tensors only. The n-th duplicate of "a" is called "a*n".
 * @throws {Error} that says what is wrong with `duplicates`: an op or a reader that does not exist, a reader that does
 *   not read the op, is named twice for it or is a duplicate that nobody reads, or more duplicates of one op than there
 *   are other devices.
 * @example
 * duplicateOps(instance, [{ op: 0, readers: [2] }]).duplicateOf; // Int32Array.of(-1, -1, -1, 0)
 */
export function duplicateOps(instance: Instance, duplicates: readonly Duplicate[]): Instance {
  if (duplicates.length === 0) return instance;
  const { opCount, tensorCount, inputs, tensorProducer } = instance;
  const copyRead = readCopies(instance, duplicates);
  const outputs = outputsOf(instance);
  const total = opCount + duplicates.length;
  const original = Uint32Array.from({ length: total }, (_, op) => (op < opCount ? op : duplicates[op - opCount]!.op));

  // Tensors of the duplicates, behind all others: by duplicate, then in the order of the op's own.
  const sources: number[] = [];
  const producer = Array.from(tensorProducer);
  const firstOutput = new Uint32Array(total);
  for (let op = opCount; op < total; op++) {
    firstOutput[op] = tensorCount + sources.length;
    for (let i = outputs.start[original[op]!]!; i < outputs.start[original[op]! + 1]!; i++) {
      sources.push(outputs.item[i]!);
      producer.push(op);
    }
  }
  const rank = new Uint32Array(tensorCount);
  for (let op = 0; op < opCount; op++) for (let i = outputs.start[op]!; i < outputs.start[op + 1]!; i++) rank[outputs.item[i]!] = i - outputs.start[op]!;

  const start = new Uint32Array(total + 1);
  for (let op = 0; op < total; op++) start[op + 1] = start[op]! + inputs.start[original[op]! + 1]! - inputs.start[original[op]!]!;
  const item = new Uint32Array(start[total]!);
  for (let op = 0, at = 0; op < total; op++) {
    const copies = copyRead.get(op);
    for (let i = inputs.start[original[op]!]!; i < inputs.start[original[op]! + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const copy = copies?.get(tensorProducer[tensor]!);
      item[at++] = copy === undefined ? tensor : firstOutput[copy]! + rank[tensor]!;
    }
  }
  const all = { start, item };
  const tensors = Uint32Array.from({ length: tensorCount + sources.length }, (_, tensor) => (tensor < tensorCount ? tensor : sources[tensor - tensorCount]!));
  const producers = Int32Array.from(producer);
  const edges = buildEdges(all, producers, instance.kept);
  const number = copyNumbers(original, opCount);
  const { opNames, tensorNames, opDeadlineTicks } = instance;
  const opName = (op: number): string => (op < opCount ? opNames.at(op) : `${opNames.at(original[op]!)}*${number[op]!}`);
  const tensorName = (tensor: number): string => {
    const name = tensorNames.at(tensors[tensor]!);
    if (tensor < tensorCount) return name;
    const op = producers[tensor]!;
    return name === `${opNames.at(original[op]!)}:out` ? `${opName(op)}:out` : `${name}*${number[op]!}`;
  };
  return withDigest({
    ...instance, ...edges, opCount: total, tensorCount: tensors.length, edgeCount: edges.edgeTensor.length, inputs: all,
    tensorProducer: producers, tensorBytes: Float64Array.from(tensors, (tensor) => instance.tensorBytes[tensor]!), tensorHome: Int32Array.from(tensors, (tensor) => instance.tensorHome[tensor]!),
    topo: topoWith(instance, original), jobOf: Uint32Array.from(original, (op) => instance.jobOf[op]!), classOf: Uint32Array.from(original, (op) => instance.classOf[op]!),
    // An op has met its deadline when the workload's own has: the others are means.
    ...(opDeadlineTicks && { opDeadlineTicks: Float64Array.from(original, (op, id) => (id < opCount ? opDeadlineTicks[op]! : Infinity)) }),
    duplicateOf: Int32Array.from(original, (op, id) => (id < opCount ? -1 : op)),
    opNames: { length: total, at: opName }, tensorNames: { length: tensors.length, at: tensorName },
  });
}

/** The instance as it was before {@link duplicateOps}: every op once. One without duplicates is returned as it is. */
export function withoutDuplicates(instance: Instance): Instance {
  const opCount = workloadOps(instance);
  if (instance.duplicateOf === undefined || opCount === instance.opCount) return instance;
  // Not before: taking an instance apart works out its digest.
  const { duplicateOf, tensorProducer, inputs, opDeadlineTicks, ...rest } = instance;
  const firstCopy = tensorProducer.findIndex((producer) => producer >= opCount);
  const tensorCount = firstCopy < 0 ? tensorProducer.length : firstCopy;
  const outputs = outputsOf(instance);
  const source = (tensor: number): number => {
    if (tensor < tensorCount) return tensor;
    const copy = tensorProducer[tensor]!;
    return outputs.item[outputs.start[duplicateOf[copy]!]! + tensor - outputs.item[outputs.start[copy]!]!]!;
  };
  const own = { start: inputs.start.slice(0, opCount + 1), item: inputs.item.subarray(0, inputs.start[opCount]!).map(source) };
  const producers = tensorProducer.slice(0, tensorCount);
  const edges = buildEdges(own, producers, rest.kept);
  const { opNames, tensorNames } = instance;
  return withDigest({
    ...rest, ...edges, opCount, tensorCount, edgeCount: edges.edgeTensor.length, inputs: own, tensorProducer: producers,
    tensorBytes: rest.tensorBytes.slice(0, tensorCount), tensorHome: rest.tensorHome.slice(0, tensorCount),
    topo: rest.topo.filter((op) => op < opCount), jobOf: rest.jobOf.slice(0, opCount), classOf: rest.classOf.slice(0, opCount),
    ...(opDeadlineTicks && { opDeadlineTicks: opDeadlineTicks.slice(0, opCount) }),
    opNames: { length: opCount, at: (op) => opNames.at(op) }, tensorNames: { length: tensorCount, at: (tensor) => tensorNames.at(tensor) },
  });
}

/** By reader and op that it reads: the duplicate whose outputs it gets. */
function readCopies(instance: Instance, duplicates: readonly Duplicate[]): Map<number, Map<number, number>> {
  const { opCount, deviceCount, pred } = instance;
  const isOp = (op: number, count: number): boolean => Number.isInteger(op) && op >= 0 && op < count;
  const name = (op: number): string => `"${instance.opNames.at(op)}"`;
  const found = new Map<number, Map<number, number>>();
  const copies = new Map<number, number>();
  duplicates.forEach((duplicate, k) => {
    const { op, readers } = duplicate ?? { op: -1, readers: [] };
    if (!isOp(op, opCount)) throw new Error(`duplicated operator ${op}, which does not exist`);
    copies.set(op, (copies.get(op) ?? 0) + 1);
    if (copies.get(op)! >= deviceCount) throw new Error(`duplicated ${name(op)} ${copies.get(op)} times: with ${deviceCount} devices, ${deviceCount - 1} is the most that can be of use`);
    if (!Array.isArray(readers) || readers.length === 0) throw new Error(`duplicated ${name(op)} for nobody: its "readers" must name at least one`);
    for (const reader of readers as readonly number[]) {
      if (!isOp(reader, opCount + duplicates.length)) throw new Error(`duplicated ${name(op)} for operator ${reader}, which does not exist`);
      const consumer = reader < opCount ? reader : duplicates[reader - opCount]?.op ?? -1;
      const reads = isOp(consumer, opCount) && pred.node.subarray(pred.start[consumer]!, pred.start[consumer + 1]!).includes(op);
      if (!reads) throw new Error(`duplicated ${name(op)} for operator ${reader}, which does not read it`);
      let ofReader = found.get(reader);
      if (ofReader === undefined) found.set(reader, (ofReader = new Map<number, number>()));
      if (ofReader.has(op)) throw new Error(`gave operator ${reader} two duplicates of ${name(op)} to read`);
      ofReader.set(op, opCount + k);
    }
  });
  return found;
}

/** Tensors that each op makes. */
function outputsOf({ opCount, tensorProducer }: Instance): Csr {
  return groupBy(opCount, tensorProducer, (tensor) => tensorProducer[tensor]! >= 0);
}

/** Duplicates right behind their ops: whatever reads either comes later, and whatever they read earlier. */
function topoWith({ topo, opCount }: Instance, original: Uint32Array): Uint32Array {
  const { start, item } = groupBy(opCount, original);
  const order = new Uint32Array(original.length);
  let at = 0;
  for (const op of topo) for (let i = start[op]!; i < start[op + 1]!; i++) order[at++] = item[i]!;
  return order;
}

function withDigest(columns: Omit<Instance, "digest"> & { digest?: string }): Instance {
  let digest: string | undefined;
  return { ...columns, get digest() { return (digest ??= instanceDigest(columns)); } };
}
