import type { PolicyView } from "../../plugin.ts";
import { groupBy, type Csr } from "../../base/csr.ts";

/**
 * Books the bytes that ops will take in each memory before they take them: the replicas that exist, the outputs to come
 * of what is booked, and the inputs to be fetched for it. What the engine counts as live is never more than what is
 * booked here, as long as every op is booked before it is placed.
 */
export class MemoryLedger {
  readonly #view: PolicyView;
  readonly #memoryCount: number;
  /** 1 = the replica is booked; `[tensor * memoryCount + memory]`. */
  readonly #replica: Uint8Array;
  readonly #usesLeft: Uint32Array;
  /** Outputs of each op. */
  readonly #outputs: Csr;
  readonly #jobOpen: Uint8Array;
  /** By job: the ops that read what nobody makes. */
  readonly #readers: Csr;
  /** Bytes booked in each memory. */
  readonly booked: Float64Array;

  constructor(view: PolicyView) {
    const { producer, home, bytes, inputs, uses } = view.tensors;
    this.#view = view;
    this.#memoryCount = view.memoryBytes.length;
    this.#replica = new Uint8Array(bytes.length * this.#memoryCount);
    this.#usesLeft = uses.slice();
    this.#outputs = groupBy(view.opCount, producer, (tensor) => producer[tensor]! >= 0 && bytes[tensor]! > 0);
    this.#jobOpen = new Uint8Array(view.jobCount);
    this.booked = new Float64Array(this.#memoryCount);
    const jobOf = Uint32Array.from({ length: view.opCount }, (_, op) => view.jobOf(op));
    this.#readers = groupBy(view.jobCount, jobOf, (op) => inputs.item.subarray(inputs.start[op], inputs.start[op + 1]).some((tensor) => producer[tensor]! < 0 && home[tensor]! >= 0));
  }

  /** The job has arrived. */
  isOpen(job: number): boolean {
    return this.#jobOpen[job] === 1;
  }

  /** The job arrives: what its ops read and nobody makes lies at its home. */
  open(job: number): void {
    if (this.#jobOpen[job] === 1) return;
    this.#jobOpen[job] = 1;
    const { producer, home, inputs } = this.#view.tensors;
    for (let r = this.#readers.start[job]!; r < this.#readers.start[job + 1]!; r++) {
      const op = this.#readers.item[r]!;
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (producer[tensor]! < 0 && home[tensor]! >= 0) this.#bookReplica(tensor, home[tensor]!);
      }
    }
  }

  /** Bytes that `op` would add in `memory`: its outputs, and those of its inputs that are not booked there. */
  added(op: number, memory: number): number {
    const { bytes, inputs } = this.#view.tensors;
    let sum = this.outputBytes(op);
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (this.#replica[tensor * this.#memoryCount + memory] === 0) sum += bytes[tensor]!;
    }
    return sum;
  }

  /** Bytes of everything that `op` makes. */
  outputBytes(op: number): number {
    const { bytes } = this.#view.tensors;
    let sum = 0;
    for (let i = this.#outputs.start[op]!; i < this.#outputs.start[op + 1]!; i++) sum += bytes[this.#outputs.item[i]!]!;
    return sum;
  }

  /** The first memory in which more is booked than it holds; -1 = none. */
  overfull(): number {
    return this.booked.findIndex((bytes, memory) => bytes > this.#view.memoryBytes[memory]!);
  }

  /** `op` will run on a device of `memory`. */
  book(op: number, memory: number): void {
    const { inputs } = this.#view.tensors;
    for (let i = this.#outputs.start[op]!; i < this.#outputs.start[op + 1]!; i++) this.#bookReplica(this.#outputs.item[i]!, memory);
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) this.#bookReplica(inputs.item[i]!, memory);
  }

  #bookReplica(tensor: number, memory: number): void {
    const at = tensor * this.#memoryCount + memory;
    if (this.#replica[at] === 1) return;
    this.#replica[at] = 1;
    this.booked[memory]! += this.#view.tensors.bytes[tensor]!;
  }

  /** `op` has ended: of its inputs, those that no other op will read are freed wherever they are. */
  finish(op: number): void {
    const { bytes, producer, home, inputs } = this.#view.tensors;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (--this.#usesLeft[tensor]! > 0 || (producer[tensor]! < 0 && home[tensor]! < 0)) continue;
      for (let memory = 0; memory < this.#memoryCount; memory++) if (this.#replica[tensor * this.#memoryCount + memory] === 1) this.booked[memory]! -= bytes[tensor]!;
    }
  }
}
