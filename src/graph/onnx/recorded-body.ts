import type { OpInit } from "../builder.ts";
import type { Sink } from "./sink.ts";
import type { Storage } from "./value.ts";

interface RecordedOp {
  readonly init: OpInit;
  readonly name: string;
  readonly reads: readonly Storage[];
  readonly outputs: Storage[];
}

/** The tensors of a body, and those that stand for them in the graph around it; undefined for what needs no waiting. */
export type Bindings = Map<Storage, Storage | undefined>;

/** How a body is written. */
interface Writing {
  /** What operators and tensors are called in the graph; default: as in the record. */
  readonly named?: (name: string) => string;
  /** A tensor that what reads nothing of the body itself waits for. */
  readonly after?: Storage;
}

/** The operators of a body, to be written into a graph once, many times, or as the sum of their work. */
export class RecordedBody implements Sink {
  readonly #ops: RecordedOp[] = [];
  readonly #own = new Set<Storage>();

  op(init: OpInit, name: string, reads: readonly Storage[]): number {
    this.#ops.push({ init, name, reads, outputs: [] });
    return this.#ops.length - 1;
  }

  output(op: number, bytes: number, name: string): Storage {
    const storage = this.own({ name, origin: "op", bytes, id: -1 });
    this.#ops[op]!.outputs.push(storage);
    return storage;
  }

  /** A tensor that the body is given anew each time: not captured. */
  own(storage: Storage): Storage {
    this.#own.add(storage);
    return storage;
  }

  /** Operators. */
  get size(): number {
    return this.#ops.length;
  }

  /** Tensors of the graph around it that it reads. */
  get captured(): ReadonlySet<Storage> {
    return new Set(this.#ops.flatMap(({ reads }) => reads.filter((storage) => !this.#own.has(storage))));
  }

  /** The sum of a figure over all operators. */
  total(figure: "flops" | "macs" | "readBytes" | "writeBytes" | "parameterBytes"): number {
    return this.#ops.reduce((sum, { init }) => sum + (init[figure] ?? 0), 0);
  }

  /** Writes the operators. `bindings` say what the body is given; its own tensors are added to them. */
  write(sink: Sink, bindings: Bindings, { named = (name) => name, after }: Writing = {}): void {
    for (const { init, name, reads, outputs } of this.#ops) {
      const bound = reads.flatMap((storage) => (bindings.has(storage) ? (bindings.get(storage) ?? []) : storage));
      const waits = after !== undefined && !reads.some((storage) => this.#own.has(storage));
      const id = sink.op(init, named(name), [...new Set(waits ? [...bound, after] : bound)]);
      for (const storage of outputs) bindings.set(storage, sink.output(id, storage.bytes, named(storage.name)));
    }
  }
}
