import type { GraphBuilder, OpInit } from "../builder.ts";
import type { Storage } from "./value.ts";

/** Where operators go: into a graph, or into the totals of a body that runs inside one operator. */
export interface Sink {
  /** Adds an operator that reads these tensors; returns what {@link Sink.output} takes. */
  op(init: OpInit, name: string, reads: readonly Storage[]): number;
  /** Adds a tensor that the operator makes. */
  output(op: number, bytes: number, name: string): Storage;
}

/** Emits operators and tensors. Weights become tensors when they are first read, so that unused ones do not count. */
export class GraphSink implements Sink {
  readonly #builder: GraphBuilder;
  readonly #names = new Map<string, number>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  op(init: OpInit, name: string, reads: readonly Storage[]): number {
    const id = this.#builder.op(init, this.#unique(name));
    for (const storage of reads) {
      if (storage.id < 0) storage.id = this.#builder.source("weight", storage.bytes, storage.name);
      this.#builder.feed(storage.id, id);
    }
    return id;
  }

  output(op: number, bytes: number, name: string): Storage {
    return { name, origin: "op", bytes, id: this.#builder.output(op, bytes, name) };
  }

  /** Exporters repeat node names; scenarios place operators by name. */
  #unique(name: string): string {
    const times = this.#names.get(name) ?? 0;
    this.#names.set(name, times + 1);
    return times === 0 ? name : this.#unique(`${name}~${times + 1}`);
  }
}

/** Sums up the work of a body, and remembers which tensors it reads from outside. */
export class BodySink implements Sink {
  flops = 0;
  macs = 0;
  readBytes = 0;
  writeBytes = 0;
  parameterBytes = 0;
  readonly captured = new Set<Storage>();
  readonly #own = new Set<Storage>();

  op(init: OpInit, _name: string, reads: readonly Storage[]): number {
    this.flops += init.flops ?? 0;
    this.macs += init.macs ?? 0;
    this.readBytes += init.readBytes ?? 0;
    this.writeBytes += init.writeBytes ?? 0;
    this.parameterBytes += init.parameterBytes ?? 0;
    for (const storage of reads) if (!this.#own.has(storage)) this.captured.add(storage);
    return 0;
  }

  output(_op: number, bytes: number, name: string): Storage {
    const storage: Storage = { name, origin: "op", bytes, id: -1 };
    this.#own.add(storage);
    return storage;
  }

  /** A tensor that the body is given anew each time: not captured. */
  own(storage: Storage): Storage {
    this.#own.add(storage);
    return storage;
  }
}
