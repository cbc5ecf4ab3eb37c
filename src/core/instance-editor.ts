import { resized } from "../base/columns.ts";
import { IdHeap } from "../base/id-heap.ts";
import { buildEdges } from "./edges.ts";
import type { Instance } from "./instance.ts";
import { changedInstance } from "./vary-instance.ts";

/**
 * Adds operators and tensors to an instance, behind those that are there, and lets operators read other tensors. Ids stay.
 * @example
 * const editor = new InstanceEditor(instance);
 * const again = editor.addOp("a again", instance.classOf[0]!, 0, []);
 * editor.addInput(1, editor.addTensor("a again:out", 4096, again));
 * const edited = editor.build();
 */
export class InstanceEditor {
  private readonly instance: Instance;
  readonly #opNames: string[] = [];
  readonly #opClass: number[] = [];
  readonly #opJob: number[] = [];
  readonly #tensorNames: string[] = [];
  readonly #tensorBytes: number[] = [];
  readonly #tensorProducer: number[] = [];
  /** Inputs of the ops that differ from those of the instance, or are new. */
  readonly #inputs = new Map<number, number[]>();
  /** By kept tensor: the one that is kept instead. */
  readonly #keptInstead = new Map<number, number>();
  #copyDevice: { readonly name: string; readonly memory: number; readonly kind: string } | undefined;

  constructor(instance: Instance) {
    this.instance = instance;
  }

  /** Returns its id. */
  addOp(name: string, classId: number, job: number, inputs: readonly number[]): number {
    const op = this.instance.opCount + this.#opNames.push(name) - 1;
    this.#opClass.push(classId);
    this.#opJob.push(job);
    this.#inputs.set(op, [...new Set(inputs)]);
    return op;
  }

  /** Returns its id. 0 bytes: a pure order. */
  addTensor(name: string, bytes: number, producer: number): number {
    this.#tensorBytes.push(bytes);
    this.#tensorProducer.push(producer);
    return this.instance.tensorCount + this.#tensorNames.push(name) - 1;
  }

  addInput(op: number, tensor: number): void {
    const inputs = this.#inputsOf(op);
    if (!inputs.includes(tensor)) inputs.push(tensor);
  }

  replaceInput(op: number, old: number, tensor: number): void {
    const inputs = this.#inputsOf(op);
    inputs[inputs.indexOf(old)] = tensor;
  }

  /** Where `old` is a result that is kept, `tensor` is it from now on. */
  keepInstead(old: number, tensor: number): void {
    this.#keptInstead.set(old, tensor);
  }

  /** A device that does nothing but hold what is copied to its memory: it runs only a class of its own, in no time. Once an editor. @returns the class. */
  addCopyDevice(name: string, memory: number, kind: string): number {
    this.#copyDevice = { name, memory, kind };
    return this.instance.classCount;
  }

  /** The instance with all that was added; undefined where ops would wait for one another in a circle. */
  build(): Instance | undefined {
    const copies = this.#copyDevice;
    const base = copies === undefined ? this.instance : withCopyDevice(this.instance, copies.name, copies.memory, copies.kind);
    const opCount = base.opCount + this.#opNames.length;
    const tensorCount = base.tensorCount + this.#tensorNames.length;
    const start = new Uint32Array(opCount + 1);
    for (let op = 0; op < opCount; op++) start[op + 1] = start[op]! + (this.#inputs.get(op)?.length ?? base.inputs.start[op + 1]! - base.inputs.start[op]!);
    const item = new Uint32Array(start[opCount]!);
    for (let op = 0; op < opCount; op++) item.set(this.#inputs.get(op) ?? base.inputs.item.subarray(base.inputs.start[op]!, base.inputs.start[op + 1]!), start[op]!);
    const inputs = { start, item };
    const tensorProducer = longer(base.tensorProducer, this.#tensorProducer);
    const kept = base.kept?.map((tensor) => this.#keptInstead.get(tensor) ?? tensor);
    const edges = buildEdges(inputs, tensorProducer, kept);
    const topo = topologicalOrder(edges, opCount);
    if (topo === undefined) return undefined;
    const { opNames, tensorNames } = base;
    return changedInstance(base, {
      ...edges, opCount, tensorCount, edgeCount: edges.edgeTensor.length, inputs, tensorProducer, ...(kept && { kept }), topo,
      tensorBytes: longer(base.tensorBytes, this.#tensorBytes), tensorHome: longer(base.tensorHome, this.#tensorBytes.map(() => -1)),
      classOf: longer(base.classOf, this.#opClass), jobOf: longer(base.jobOf, this.#opJob),
      ...(base.opDeadlineTicks && { opDeadlineTicks: longer(base.opDeadlineTicks, this.#opNames.map(() => Infinity)) }),
      opNames: { length: opCount, at: (op) => (op < base.opCount ? opNames.at(op) : this.#opNames[op - base.opCount]!) },
      tensorNames: { length: tensorCount, at: (tensor) => (tensor < base.tensorCount ? tensorNames.at(tensor) : this.#tensorNames[tensor - base.tensorCount]!) },
    });
  }

  #inputsOf(op: number): number[] {
    const { start, item } = this.instance.inputs;
    let inputs = this.#inputs.get(op);
    if (inputs === undefined) this.#inputs.set(op, (inputs = [...item.subarray(start[op]!, start[op + 1]!)]));
    return inputs;
  }
}

/** One device more, one class more, which runs there alone; resources behind the devices move up by one. */
function withCopyDevice(instance: Instance, name: string, memory: number, kind: string): Instance {
  const { classCount: C, deviceCount: D, memoryCount: M } = instance;
  const table = <A extends Float64Array | Int32Array>(cells: A, neutral: number, own: number): A => {
    if (cells.length === 0) return cells;
    const all = new (cells.constructor as new (length: number) => A)((C + 1) * (D + 1)).fill(neutral) as A;
    for (let c = 0; c < C; c++) all.set(cells.subarray(c * D, c * D + D) as never, c * (D + 1));
    all[(C + 1) * (D + 1) - 1] = own;
    return all;
  };
  const insert = (column: Float64Array, value: number): Float64Array => Float64Array.of(...column.subarray(0, M + D), value, ...column.subarray(M + D));
  const { routeResources, resourceNames } = instance;
  const wider = changedInstance(instance, {
    classCount: C + 1, deviceCount: D + 1, resourceCount: instance.resourceCount + 1, classKinds: [...instance.classKinds, kind],
    costTicks: table(instance.costTicks, Infinity, 0), ...(instance.estimateTicks && { estimateTicks: table(instance.estimateTicks, Infinity, 0) }),
    fixedTicks: table(instance.fixedTicks, 0, 0), costSigma: table(instance.costSigma, 0, 0), memoryDemand: table(instance.memoryDemand, 0, 0), configuration: table(instance.configuration, -1, -1),
    slots: longer(instance.slots, [1]), deviceMemory: longer(instance.deviceMemory, [memory]), units: longer(instance.units, [1]), width: longer(instance.width, [1]), setupTicks: longer(instance.setupTicks, [0]),
    resourceCapacity: insert(instance.resourceCapacity, Infinity),
    routeResources: { start: routeResources.start, item: routeResources.item.map((resource) => (resource < M + D ? resource : resource + 1)) },
    deviceNames: [...instance.deviceNames, name], resourceNames: [...resourceNames.slice(0, M + D), name, ...resourceNames.slice(M + D)],
  });
  return Object.assign(wider, { carrierDevice: D });
}

function longer<A extends Float64Array | Int32Array | Uint32Array>(column: A, more: readonly number[]): A {
  if (more.length === 0) return column;
  const copy = resized(column, column.length + more.length);
  copy.set(more, column.length);
  return copy;
}

/** Producers before readers; of what may come next the smallest id. Undefined where there is a circle. */
function topologicalOrder({ pred, succ }: Pick<Instance, "pred" | "succ">, opCount: number): Uint32Array | undefined {
  const waits = new Uint32Array(opCount);
  const ready = new IdHeap(new Float64Array(opCount));
  for (let op = 0; op < opCount; op++) {
    waits[op] = pred.start[op + 1]! - pred.start[op]!;
    if (waits[op] === 0) ready.push(op);
  }
  const order = new Uint32Array(opCount);
  let count = 0;
  for (; ready.length > 0; count++) {
    const op = (order[count] = ready.pop());
    for (let i = succ.start[op]!; i < succ.start[op + 1]!; i++) if (--waits[succ.node[i]!]! === 0) ready.push(succ.node[i]!);
  }
  return count === opCount ? order : undefined;
}
