import type { PolicyView } from "../../plugin.ts";

/**
 * The ops that a planner may plan next: all predecessors planned, and every earlier job planned to its end, since a job
 * that runs back to back starts only then.
 */
export class JobFront {
  readonly #view: PolicyView;
  readonly #enter: (op: number) => void;
  /** By op: predecessors that are not planned. */
  readonly #waiting: Uint32Array;
  /** By job: ops that are not planned. */
  readonly #left: Uint32Array;
  readonly #sources: number[][];
  #job = 0;

  /** @param enter Called once for each op, when it may be planned. */
  constructor(view: PolicyView, enter: (op: number) => void) {
    this.#view = view;
    this.#enter = enter;
    this.#waiting = new Uint32Array(view.opCount);
    this.#left = new Uint32Array(view.jobCount);
    this.#sources = Array.from({ length: view.jobCount }, () => []);
    for (let op = 0; op < view.opCount; op++) {
      const job = view.jobOf(op);
      this.#left[job]!++;
      this.#waiting[op] = view.pred.start[op + 1]! - view.pred.start[op]!;
      if (this.#waiting[op] === 0) this.#sources[job]!.push(op);
    }
  }

  /** Lets the first job's ops without predecessors enter. To be called once, before {@link planned}. */
  open(): void {
    for (const op of this.#sources[this.#job] ?? []) this.#enter(op);
    if (this.#left[this.#job] === 0) this.#nextJob();
  }

  /** `op` is planned now: its successors may enter. */
  planned(op: number): void {
    const { succ } = this.#view;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) if (--this.#waiting[succ.node[k]!]! === 0) this.#enter(succ.node[k]!);
    if (--this.#left[this.#job]! === 0) this.#nextJob();
  }

  #nextJob(): void {
    this.#job++;
    this.open();
  }
}
