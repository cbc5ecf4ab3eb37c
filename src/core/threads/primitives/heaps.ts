import type { ThreadKernel } from "../thread-kernel.ts";

/** Where blocks of memory come from: what an allocator answers and what it takes. */
export interface HeapModel {
  /** Address of a block of at least `bytes`; -1 where none fits. */
  allocate(bytes: number): number;
  free(address: number): void;
  /** Ticks that the last call took. */
  readonly lastTicks: number;
  readonly liveBytes: number;
}

/** Heaps that threads allocate from, one allocator each. Guard one that is shared with a lock of its own. */
export class Heaps {
  readonly #kernel: ThreadKernel;
  readonly #models: (HeapModel | undefined)[];

  constructor(kernel: ThreadKernel, make: ((capacityBytes: number) => HeapModel) | undefined) {
    this.#kernel = kernel;
    const { objects } = kernel;
    this.#models = Array.from(objects.groupOf, (g) => {
      const group = objects.groups[g]!;
      return group.kind === "heap" ? make?.(group.capacityBytes) : undefined;
    });
  }

  /** @throws {SimulationError} where no block is large enough. */
  allocate(thread: number, object: number, bytes: number): number {
    const heap = this.#models[object]!;
    const address = heap.allocate(bytes);
    this.#kernel.charge(thread, heap.lastTicks);
    this.#kernel.use.taken[object]!++;
    if (address < 0) {
      this.#kernel.fail(thread, "out-of-memory", `asks "${this.#kernel.objects.name(object)}" for ${bytes} bytes, which has none of that size left (${heap.liveBytes} bytes are in use)`);
    }
    return address;
  }

  free(thread: number, object: number, address: number): void {
    const heap = this.#models[object]!;
    heap.free(address);
    this.#kernel.charge(thread, heap.lastTicks);
  }
}
