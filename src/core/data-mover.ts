import { groupBy, type Csr } from "../base/csr.ts";
import { SimulationError } from "../base/errors.ts";
import { EventKind, MAX_ENTITY, eventKey } from "./event-key.ts";
import type { Instance } from "./instance.ts";
import { OpPhase } from "./op-table.ts";
import type { SharedResources } from "./shared-resources.ts";
import type { SimulationState } from "./state.ts";
import { groupTensorUses, type TensorUses } from "./tensor-uses.ts";
import { ceilTicks } from "./ticks.ts";

/** Brings tensors to the memories that need them, each once, over routes that may be shared. */
export class DataMover {
  private readonly state: SimulationState;
  private readonly instance: Instance;
  private readonly resources: SharedResources;
  /** Bytes that each route has carried, or will have when those transfers end whose end is known. */
  private readonly routeBytes: Float64Array;
  /** Routes that use a finite resource. */
  private readonly sharedRoute: Uint8Array;
  /** The bundle of the last transfer on each route that competed for its links; it may be gone. */
  private readonly routeBundle: Int32Array;
  /** Asked for where several ops wait for one transfer; elsewhere it is never made. */
  #uses: TensorUses | undefined;
  /** Ops of each job that read tensors nobody makes. */
  private readonly readers: Csr;
  /** Bytes that each op makes. */
  private readonly outputBytes: Float64Array;
  private readonly hasResidentWeights: boolean;
  /** By tensor: 1 = an op joined others in waiting for one of its transfers. */
  private readonly awaitedByMany: Uint8Array;

  constructor(state: SimulationState, resources: SharedResources) {
    const { instance } = state;
    this.state = state;
    this.instance = instance;
    this.resources = resources;
    this.routeBytes = new Float64Array(instance.memoryCount ** 2);
    this.sharedRoute = sharedRoutes(instance);
    this.routeBundle = new Int32Array(this.sharedRoute.length).fill(-1);
    this.outputBytes = sumOutputs(instance);
    this.hasResidentWeights = readsResidentWeights(instance);
    this.awaitedByMany = new Uint8Array(instance.tensorCount);
    this.readers = groupBy(instance.jobCount, instance.jobOf, (op) => state.readsInitial[op] === 1);
  }

  /** `op` was placed on a device with this memory: fetch what is visible of its inputs. */
  fetchInputs(op: number, memory: number): void {
    if (!this.state.mayHaveInputs(op)) return;
    const { inputs, pred, tensorProducer, tensorHome } = this.instance;
    const allVisible = this.state.ops.phase[op] !== OpPhase.waiting;
    if (allVisible) {
      for (let i = inputs.start[op]!, end = inputs.start[op + 1]!; i < end; i++) this.#fetch(op, inputs.item[i]!, memory);
      return;
    }
    let edge = pred.start[op]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const visible = tensorProducer[tensor]! >= 0 ? this.state.isVisible(edge++) : tensorHome[tensor]! >= 0 && this.state.hasInitialInputs(op);
      if (visible) this.#fetch(op, tensor, memory);
    }
  }

  /** The job arrived: what its ops read and nobody makes is at its home from now on, and moves to those that are placed. */
  jobArrived(job: number): void {
    const { inputs, tensorProducer, tensorHome, tensorBytes, deviceMemory } = this.instance;
    const { replicas, ops } = this.state;
    for (let r = this.readers.start[job]!; r < this.readers.start[job + 1]!; r++) {
      const op = this.readers.item[r]!;
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        const home = tensorHome[tensor]!;
        if (tensorProducer[tensor]! >= 0 || home < 0 || tensorBytes[tensor] === 0) continue;
        if (!replicas.isComing(tensor, home)) replicas.markComing(tensor, home);
        replicas.markPresent(tensor, home);
        if (ops.device[op]! >= 0) this.#fetch(op, tensor, deviceMemory[ops.device[op]!]!);
      }
    }
  }

  /** Consumers may see what `op` made: it moves to those that are placed. */
  outputVisible(op: number): void {
    const { start, node, edge } = this.instance.succ;
    for (let i = start[op]!, end = start[op + 1]!; i < end; i++) this.edgeVisible(node[i]!, edge[i]!);
  }

  /** An edge became visible: if its consumer is placed, its tensor moves there. */
  edgeVisible(consumer: number, edge: number): void {
    const device = this.state.ops.device[consumer]!;
    if (device < 0) return;
    const tensor = this.instance.edgeTensor[edge]!;
    this.#fetch(consumer, tensor, this.instance.deviceMemory[device]!);
  }

  /** The op will read the tensor in `memory`: start moving it unless it is there or on its way. */
  #fetch(op: number, tensor: number, memory: number): void {
    const instance = this.instance;
    const state = this.state;
    const { replicas, transfers, queue, now } = state;
    let from = replicas.onlyPlace(tensor);
    if (from === memory) return;
    if (from < 0) {
      if (replicas.isPresent(tensor, memory)) return;
      if (replicas.isComing(tensor, memory)) {
        this.#join(op, tensor, memory);
        return;
      }
      from = replicas.nearest(tensor, memory);
    }
    const route = from * instance.memoryCount + memory;
    const latency = instance.routeLatencyTicks[route]!;
    if (from < 0 || !(latency < Infinity)) {
      throw new SimulationError({
        code: "no-route", message: `tensor "${instance.tensorNames.at(tensor)}" cannot reach memory "${instance.memoryNames[memory]}" for "${instance.opNames.at(op)}": no route from where it is`,
        hint: "add a link between the memories",
      });
    }
    replicas.markComing(tensor, memory);
    state.idleRounds = 0;
    if (transfers.length > MAX_ENTITY) throw new SimulationError({ code: "too-large", message: `more than ${MAX_ENTITY} transfers` });
    const bytes = instance.tensorBytes[tensor]!;
    if (this.sharedRoute[route] === 0) {
      const ticks = ceilTicks(latency + bytes * instance.routeTicksPerByte[route]!);
      if (ticks > 0) {
        this.routeBytes[route]! += bytes;
        replicas.list(tensor, transfers.add(tensor, from, memory, op, now, now + ticks));
        this.#awaitUntil(op, now + ticks);
        return;
      }
      // It ends in the next round of this tick, as its event says.
      state.ops.missing[op]!++;
      queue.push(now, eventKey(EventKind.transferEnd, transfers.add(tensor, from, memory, op, now, NaN)), 0);
      return;
    }
    state.ops.missing[op]!++;
    const id = transfers.add(tensor, from, memory, op, now, NaN);
    const fixed = ceilTicks(latency);
    if (fixed > 0) queue.push(now + fixed, eventKey(EventKind.transferJoins, id), 0);
    else this.join(id);
  }

  /** The op waits for a transfer that was begun for another one. */
  #join(op: number, tensor: number, memory: number): void {
    const arrival = this.state.replicas.arrivalTicks(tensor, memory);
    if (arrival > 0) {
      this.#awaitUntil(op, arrival);
      return;
    }
    this.state.ops.missing[op]!++;
    this.awaitedByMany[tensor] = 1;
  }

  /** The op waits for an input that will be there at a tick to come. */
  #awaitUntil(op: number, ticks: number): void {
    const { missing, dueTicks } = this.state.ops;
    const due = dueTicks[op]!;
    if (due === 0) missing[op]!++;
    if (ticks > due) dueTicks[op] = ticks;
  }

  /** `op` is not placed any more: it does not wait for what is on its way to `memory`, which goes on. */
  forgetInputs(op: number, memory: number): void {
    const { ops, replicas } = this.state;
    if (ops.missing[op] === 0) return;
    ops.missing[op] = 0;
    ops.dueTicks[op] = 0;
    ops.outdate(op);
    const { start, item } = this.instance.inputs;
    // Who waits for these is worked out when they arrive.
    for (let i = start[op]!; i < start[op + 1]!; i++) if (replicas.isComing(item[i]!, memory)) this.awaitedByMany[item[i]!] = 1;
  }

  /** The run of `op` was lost: it has made nothing. */
  discard(op: number, memory: number): void {
    this.state.replicas.giveBack(memory, this.outputBytes[op]!);
  }

  /** The latency is over: the transfer competes for its links. */
  join(id: number): void {
    const instance = this.instance;
    const { transfers, now } = this.state;
    const route = transfers.from[id]! * instance.memoryCount + transfers.to[id]!;
    const perByte = instance.routeTicksPerByte[route]!;
    let bundle = this.routeBundle[route]!;
    if (!this.resources.lives(bundle, route)) bundle = this.routeBundle[route] = this.#newBundle(route);
    transfers.activity[id] = this.resources.open(bundle, id, instance.tensorBytes[transfers.tensor[id]!]! * perByte, now) + 1;
  }

  /** For transfers that compete on this route. */
  #newBundle(route: number): number {
    const { routeResources, resourceCapacity, routeTicksPerByte } = this.instance;
    const bundle = this.resources.bundle(route, this.state.now);
    for (let i = routeResources.start[route]!; i < routeResources.start[route + 1]!; i++) {
      const resource = routeResources.item[i]!;
      if (resourceCapacity[resource]! < Infinity) this.resources.use(bundle, resource, 1 / routeTicksPerByte[route]!);
    }
    return bundle;
  }

  /** The tensor of a transfer whose end was not known has arrived. */
  end(id: number): void {
    const instance = this.instance;
    const state = this.state;
    const { transfers, ops, now } = state;
    const tensor = transfers.tensor[id]!;
    const memory = transfers.to[id]!;
    if (transfers.activity[id]! > 0) this.resources.close(transfers.activity[id]! - 1);
    transfers.endTicks[id] = now;
    state.replicas.markPresent(tensor, memory);
    const route = transfers.from[id]! * instance.memoryCount + memory;
    this.routeBytes[route]! += instance.tensorBytes[tensor]!;
    if (this.awaitedByMany[tensor] === 0) {
      this.#arrived(transfers.forOp[id]!);
      return;
    }
    const uses = (this.#uses ??= groupTensorUses(instance));
    for (let i = uses.start[tensor]!; i < uses.start[tensor + 1]!; i++) {
      const op = uses.op[i]!;
      const device = ops.device[op]!;
      // Only consumers that counted this tensor as missing: placed here, not running, and able to see it.
      if (device < 0 || instance.deviceMemory[device] !== memory || ops.phase[op]! >= OpPhase.running) continue;
      const edge = uses.edge[i]!;
      if (edge < 0 ? !state.hasInitialInputs(op) : !state.dataflow && !state.isVisible(edge)) continue;
      this.#arrived(op);
    }
  }

  /** One of the inputs that `op` waits for is there. */
  #arrived(op: number): void {
    const { ops } = this.state;
    if (--ops.missing[op]! === 0 && ops.phase[op] === OpPhase.ready) this.state.becomeStartable(op);
  }

  /** Adds what the routes have carried up to `now` to what was used of each resource. */
  addRouteUse(resourceUse: Float64Array, now: number): void {
    const { routeResources: { start, item }, memoryCount, tensorBytes } = this.instance;
    const { transfers } = this.state;
    const carried = this.routeBytes.slice();
    if (transfers.lastEnd > now) {
      for (let id = 0; id < transfers.length; id++) if (transfers.endTicks[id]! > now) carried[transfers.from[id]! * memoryCount + transfers.to[id]!]! -= tensorBytes[transfers.tensor[id]!]!;
    }
    for (let route = 0; route < carried.length; route++) {
      for (let i = start[route]!; i < start[route + 1]!; i++) resourceUse[item[i]!]! += carried[route]!;
    }
  }

  /** An op starts: space for its outputs, and for resident weights that are read here for the first time. */
  reserve(op: number, memory: number): void {
    const { inputs, tensorBytes, tensorProducer, tensorHome } = this.instance;
    const replicas = this.state.replicas;
    replicas.take(memory, this.outputBytes[op]!);
    if (!this.hasResidentWeights) return;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0 && tensorBytes[tensor]! > 0 && !replicas.isComing(tensor, memory)) replicas.markComing(tensor, memory);
    }
  }

  /** An op ended: one use of each input is over. */
  settle(op: number): void {
    const { inputs } = this.instance;
    const replicas = this.state.replicas;
    for (let i = inputs.start[op]!, end = inputs.start[op + 1]!; i < end; i++) replicas.consumed(inputs.item[i]!);
  }
}

function sharedRoutes(instance: Instance): Uint8Array {
  const { routeResources, routeTicksPerByte, resourceCapacity, memoryCount } = instance;
  const shared = new Uint8Array(memoryCount * memoryCount);
  for (let route = 0; route < shared.length; route++) {
    for (let i = routeResources.start[route]!; i < routeResources.start[route + 1]!; i++) {
      if (resourceCapacity[routeResources.item[i]!]! < Infinity && routeTicksPerByte[route]! > 0) shared[route] = 1;
    }
  }
  return shared;
}

function sumOutputs({ tensorProducer, tensorBytes, opCount }: Instance): Float64Array {
  const sums = new Float64Array(opCount);
  for (let tensor = 0; tensor < tensorProducer.length; tensor++) if (tensorProducer[tensor]! >= 0) sums[tensorProducer[tensor]!]! += tensorBytes[tensor]!;
  return sums;
}

/** Some op reads a weight that is in every memory from the start. */
function readsResidentWeights({ tensorProducer, tensorHome, tensorBytes }: Instance): boolean {
  for (let tensor = 0; tensor < tensorProducer.length; tensor++) if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0 && tensorBytes[tensor]! > 0) return true;
  return false;
}
