import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { KernelWish, MeasureOptions } from "../backend.ts";
import type { Kernel } from "../sample.ts";
import { othersShare, processorTicks } from "./load.ts";
import type { Answer, BackendDescription, Outcome, Request } from "./messages.ts";

/** The system counts processor time in hundredths of a second: over less than this, a share means nothing. */
const shortestNs = 1e8;

/** How one request ended. */
export interface BatchEnd {
  /** Why it ended early: the process died, hung, or the backend threw; undefined = it was answered. */
  readonly failure?: string;
  /** Nanoseconds of a step of work after it: compare them over time to see the clock of the core change. */
  readonly stepNs?: number;
}

/** An outcome, with the share of all cores' time that other programs had while it was measured. */
export type WatchedOutcome = Outcome & { readonly load?: number };

/** What {@link measureAll} needs of a process that measures; tests bring their own. */
export interface MeasurePort {
  /** Measures kernels; `take` gets each outcome as it comes. Never throws: what goes wrong is in the result. */
  measure(kernels: readonly Kernel[], options: MeasureOptions, take: (outcome: WatchedOutcome) => void): Promise<BatchEnd>;
  /** Ends the process; the next request starts another. */
  end(): void;
}

/**
 * A backend in a process of its own, which may crash or hang without harm: it is ended when nothing comes for so long,
 * and the next request starts another. It is started when it is first asked.
 */
export class MeasureProcess implements MeasurePort {
  readonly #backend: string;
  readonly #timeoutMs: number;
  readonly #entry: URL;
  #child: ChildProcess | undefined;
  /** Ends the request that is under way. */
  #settle: ((end: BatchEnd) => void) | undefined;

  /**
   * @param backend its name, or `path#export` of a module
   * @param timeoutMs without an answer, after which the process is ended
   * @param entry what the process runs: the compiled `measure-child.ts`
   */
  constructor(backend: string, timeoutMs: number, entry = new URL("./measure-child.js", import.meta.url)) {
    [this.#backend, this.#timeoutMs, this.#entry] = [backend, timeoutMs, entry];
  }

  /** Asks whether the backend can measure here, and what. One whose packages crash the process cannot. */
  async describe(wish: KernelWish): Promise<BackendDescription> {
    let description: BackendDescription | undefined;
    const { failure } = await this.#ask({ ask: "describe", backend: this.#backend, wish }, 0, (answer) => {
      if ("description" in answer) description = answer.description;
    });
    return description ?? { summary: "", available: { ok: false, why: `it ${failure ?? "gave no answer"} when it was asked`, install: "reinstall its package" }, batch: 1, kernels: [] };
  }

  measure(kernels: readonly Kernel[], options: MeasureOptions, take: (outcome: WatchedOutcome) => void): Promise<BatchEnd> {
    let before = { ticks: processorTicks(), ns: process.hrtime.bigint(), cpuNs: 0 };
    let load: number | undefined;
    // The least number of times may take longer than the budget says; a process that says nothing even then is given up.
    return this.#ask({ ask: "measure", backend: this.#backend, kernels, options }, options.budgetMs, (answer) => {
      if (!("begun" in answer || "outcome" in answer)) return;
      const now = { ticks: processorTicks(), ns: process.hrtime.bigint(), cpuNs: answer.cpuNs };
      if ("begun" in answer) {
        before = now;
        return;
      }
      const passedNs = Number(now.ns - before.ns);
      // Outcomes that come together were measured together.
      if (passedNs > shortestNs) {
        load = othersShare(before.ticks, now.ticks, (now.cpuNs - before.cpuNs) / (passedNs * availableParallelism()));
        before = now;
      }
      take({ ...(load !== undefined && { load }), ...answer.outcome });
    });
  }

  end(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.removeAllListeners();
    child?.kill("SIGKILL");
    this.#settle?.({ failure: "was stopped" });
  }

  #ask(request: Request, extraMs: number, take: (answer: Answer) => void): Promise<BatchEnd> {
    const child = (this.#child ??= this.#start());
    return new Promise((resolve) => {
      const timeoutMs = this.#timeoutMs + extraMs;
      let timer: NodeJS.Timeout;
      const settle = (end: BatchEnd, over: boolean): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        this.#settle = undefined;
        if (over) this.end();
        resolve(end);
      };
      this.#settle = (end) => settle(end, false);
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => settle({ failure: `did not answer within ${Math.round(timeoutMs / 100) / 10} s` }, true), timeoutMs);
      };
      wait();
      child.on("message", (answer: Answer) => {
        wait();
        take(answer);
        if ("failed" in answer) settle({ failure: `failed: ${answer.failed.split("\n")[0]!}` }, false);
        else if ("done" in answer) settle({ stepNs: answer.stepNs }, false);
        else if ("description" in answer) settle({}, false);
      });
      child.once("error", (error) => settle({ failure: `could not be started: ${error.message}` }, true));
      child.once("exit", (code, signal) => settle({ failure: signal === null ? `ended with exit code ${code}` : `was ended by ${signal}` }, true));
      child.send(request, (error) => {
        if (error !== null) settle({ failure: `could not be asked: ${error.message}` }, true);
      });
    });
  }

  #start(): ChildProcess {
    return fork(fileURLToPath(this.#entry), [], { stdio: ["ignore", "ignore", "ignore", "ipc"], execArgv: [] });
  }
}
