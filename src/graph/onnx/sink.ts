import type { GraphBuilder, OpInit } from "../builder.ts";
import type { Storage } from "./value.ts";

/** Where operators go: into a graph, or into the record of a body. */
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
