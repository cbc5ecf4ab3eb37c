import { SimulationError } from "../../base/errors.ts";
import { formatNs } from "../../base/units.ts";
import type { MemoryModel } from "./memory-model.ts";
import { sectionFactor } from "./section-factor.ts";
import type { ThreadHost } from "./thread-host.ts";

/** What threads have to compute, with what the memory makes of it. */
export class Computations {
  private readonly host: ThreadHost;
  private readonly memory: MemoryModel | undefined;

  constructor(host: ThreadHost, memory: MemoryModel | undefined) {
    this.host = host;
    this.memory = memory;
  }

  /** See `compute` of the interpreter's host. */
  add(thread: number, ticks: number, access: number, data: number, share: number, demand: number): void {
    const host = this.host;
    const { table } = host;
    if (!(ticks >= 0 && ticks < Infinity)) host.fail(thread, "bad-duration", `computes for ${formatNs(ticks * host.tickNs)}`, "durations must be finite and not negative");
    table.access[thread] = access;
    table.demand[thread] = demand;
    const factor = host.spec.sections === undefined ? 1 : sectionFactor(host, thread);
    table.computeLeft[thread]! += access >= 0 && this.memory !== undefined ? this.#beginTouching(thread, access, data, share * factor, ticks * factor) : ticks * factor;
  }

  #beginTouching(thread: number, access: number, data: number, share: number, ticks: number): number {
    const host = this.host;
    try {
      return this.memory!.begin(thread, host.table.core[thread]!, access, data, share, ticks);
    } catch (cause) {
      if (!(cause instanceof SimulationError)) throw cause;
      const { code, message, hint } = cause.issues[0]!;
      return host.fail(thread, code, `finds no memory: ${message}`, hint);
    }
  }
}
