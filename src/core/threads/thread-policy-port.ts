import { SimulationError } from "../../base/errors.ts";
import { counted, formatNs } from "../../base/units.ts";
import type { RunnableReason, ThreadPolicy } from "../../plugin.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadNames } from "./thread-names.ts";
import { ThreadState } from "./thread-table.ts";
import type { LiveThreadView } from "./thread-view.ts";

/** What the port needs to know of the threads. */
export interface ThreadPolicyHost extends Pick<ThreadKernel, "now" | "tickNs" | "table" | "cores"> {
  readonly view: LiveThreadView;
  readonly names: ThreadNames;
}

/**
 * The only door between a thread policy and the engine: calls its hooks, checks what they answer, and turns whatever
 * they throw into an error that names them.
 */
export class ThreadPolicyPort {
  private readonly policy: ThreadPolicy;
  private readonly name: string;
  private readonly host: ThreadPolicyHost;
  /** The hook that is being called; "" = none. */
  #hook = "";

  constructor(policy: ThreadPolicy, name: string, host: ThreadPolicyHost) {
    this.policy = policy;
    this.name = name;
    this.host = host;
  }

  /** True where the policy may take cores away. */
  get preempts(): boolean {
    return this.policy.preempt !== undefined;
  }
  /** True where it may hand them out for a while only. */
  get slices(): boolean {
    return this.policy.slice !== undefined;
  }

  /** Lets the policy get ready. @param usualTicks of a switch, where the policy does not say. @returns ticks of a switch */
  prepare(usualTicks: number): number {
    let switchTicks = usualTicks;
    this.guarded(() => {
      this.#hook = "prepare";
      this.policy.prepare?.(this.host.view);
      switchTicks = this.policy.switchTicks ?? usualTicks;
      this.#hook = "";
      if (!(switchTicks >= 0 && switchTicks < Infinity)) this.refuse(`switchTicks: a switch takes ${String(switchTicks)} ticks`);
    });
    return switchTicks;
  }

  runnable(thread: number, why: RunnableReason): void {
    this.#hook = "runnable";
    this.policy.runnable(this.host.view, thread, why);
    this.#hook = "";
  }

  stopped(thread: number, core: number, ranTicks: number, why: RunnableReason | "blocked"): void {
    this.#hook = "stopped";
    this.policy.stopped?.(this.host.view, thread, core, ranTicks, why);
    this.#hook = "";
  }

  priorityChanged(thread: number): void {
    this.#hook = "priorityChanged";
    this.policy.priorityChanged?.(this.host.view, thread);
    this.#hook = "";
  }

  /** The thread that gets the core, one that waits for a core and may run on this one; negative = none. */
  next(core: number): number {
    const { view, table } = this.host;
    this.#hook = "next";
    const thread = this.policy.next(view, core);
    this.#hook = "";
    if (thread < 0) return thread;
    if (table.state[thread] !== ThreadState.runnable || typeof thread !== "number") this.refuse(`next: ${shown(thread, "thread")} does not wait for a core`);
    if (!view.mayRun(thread, core)) this.refuse(`next: thread ${this.host.names.of(thread)} may not run on core ${core}`);
    return thread;
  }

  /** The core whose thread gives way; negative = none. Only where the policy {@link preempts}. */
  preempt(): number {
    this.#hook = "preempt";
    const core = this.policy.preempt!(this.host.view);
    this.#hook = "";
    if (core < 0) return core;
    if ((this.host.cores.running[core] ?? -1) < 0 || typeof core !== "number") this.refuse(`preempt: ${shown(core, "core")} has no thread to preempt`);
    return core;
  }

  /** How long the thread may keep the core; Infinity = as long as it likes. Only where the policy {@link slices}. */
  slice(thread: number, core: number): number {
    this.#hook = "slice";
    const ticks = this.policy.slice!(this.host.view, thread, core);
    this.#hook = "";
    if (!(ticks > 0)) this.refuse(`slice: ${String(ticks)} ticks for ${this.host.names.of(thread)}, and a slice is longer than 0`);
    return ticks;
  }

  /** Runs what may call the policy; what that throws is told as its fault. */
  guarded(act: () => void): void {
    try {
      act();
    } catch (cause) {
      if (cause instanceof SimulationError || this.#hook === "") throw cause;
      throw new SimulationError({ code: "policy-error", message: `thread policy "${this.name}" failed in ${this.#hook}: ${cause instanceof Error ? cause.message : String(cause)}` }, cause);
    }
  }

  /** What the policy asks for cannot be done. @throws {SimulationError} that names the policy. */
  refuse(what: string): never {
    const { now, tickNs, table } = this.host;
    throw new SimulationError({ code: "policy-error", message: `thread policy "${this.name}": ${what} (at ${formatNs(now * tickNs)}, ${counted(table.count, "thread")})` });
  }
}

/** What a policy answered, as messages show it. */
function shown(answer: unknown, what: string): string {
  if (typeof answer === "string") return `${what} ${JSON.stringify(answer)} (ids are numbers)`;
  return Number.isInteger(answer) ? `${what} ${answer as number}` : `${typeof answer === "number" ? String(answer) : (JSON.stringify(answer) ?? "undefined")}, which is no ${what},`;
}
