import type { ThreadView } from "../../plugin.ts";
import type { ThreadHost } from "./thread-host.ts";

/** What a thread policy sees. */
export class LiveThreadView implements ThreadView {
  private readonly host: ThreadHost;
  /** By group: the cores its threads may run on, as bits; undefined = all. */
  private readonly masks: (Uint8Array | undefined)[];
  readonly random: () => number;
  readonly tickNs: number;

  constructor(host: ThreadHost, random: () => number, tickNs: number) {
    this.host = host;
    this.random = random;
    this.tickNs = tickNs;
    this.masks = host.spec.groups.map(({ affinity }) => {
      if (affinity === undefined) return undefined;
      const mask = new Uint8Array(host.cores.count);
      for (const core of affinity) mask[core] = 1;
      return mask;
    });
  }

  get nowTicks(): number {
    return this.host.now;
  }
  get coreCount(): number {
    return this.host.cores.count;
  }
  get threadCount(): number {
    return this.host.table.count;
  }
  priority(thread: number): number {
    return this.host.table.priority[thread]!;
  }
  weight(thread: number): number {
    return this.host.table.weight[thread]!;
  }
  mayRun(thread: number, core: number): boolean {
    const mask = this.masks[this.host.table.group[thread]!];
    return mask === undefined || mask[core] === 1;
  }
  lastCore(thread: number): number {
    return this.host.table.lastCore[thread]!;
  }
  running(core: number): number {
    return this.host.cores.running[core]!;
  }
  ranTicks(thread: number): number {
    const { ranTicks, sinceTicks, core } = this.host.table;
    return ranTicks[thread]! + (core[thread]! >= 0 ? this.host.now - sinceTicks[thread]! : 0);
  }
  sinceTicks(thread: number): number {
    return this.host.table.sinceTicks[thread]!;
  }
  periodTicks(thread: number): number {
    return this.host.spec.groups[this.host.table.group[thread]!]!.periodTicks;
  }
  deadlineTicks(thread: number): number {
    return this.host.table.deadlineTicks[thread]!;
  }
  speed(core: number): number {
    return this.host.cores.spec.speed[core]!;
  }
}
