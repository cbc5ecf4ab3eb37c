import { pointText } from "../hold-out.ts";
import { kernelKey, type Kernel, type Sample, type SampleFailure } from "../sample.ts";
import { tightness } from "./tightness.ts";

/** How measuring goes on. */
export interface PlanOptions {
  /** Interval of the median, as a share of it, that is tight enough. Default 0.03. */
  readonly tightness?: number;
  /** Rounds in which a kernel is measured, at most. Default 5. */
  readonly rounds?: number;
  /** Share of the time after which kernels are measured again before further ones are begun. Default 0.45. */
  readonly breadth?: number;
  /** Shapes that each kind which was begun gets before any kernel is measured again: with fewer, nothing is fitted to it. Default 8. */
  readonly shapes?: number;
}

interface Entry {
  readonly kernel: Kernel;
  readonly at: number;
  /** The same for all numbers of threads. */
  readonly shape: string;
  readonly rounds: number[][];
  failed: boolean;
}

/** What to measure next: some kernels, for the round with this number. */
export interface Step {
  readonly round: number;
  readonly kernels: readonly Kernel[];
}

/**
 * The order of measuring. At first new kernels come, in their order; from the middle of the time on, when each kind that
 * was begun has enough shapes, those that were measured once are measured again, in a new process; then those whose times lie furthest apart, again and again; and what
 * time is left goes to new kernels. What earlier runs measured counts. Knows no clock: it is told how much of the time is
 * over.
 */
export class Plan {
  readonly #entries: readonly Entry[];
  readonly #byKey: ReadonlyMap<string, Entry>;
  readonly #options: Required<PlanOptions>;

  constructor(kernels: readonly Kernel[], done: { readonly samples: readonly Sample[]; readonly failures: readonly SampleFailure[] }, options: PlanOptions = {}) {
    this.#options = { tightness: 0.03, rounds: 5, breadth: 0.45, shapes: 8, ...options };
    this.#entries = kernels.map((kernel, at) => ({ kernel, at, shape: pointText(kernel), rounds: [], failed: false }));
    this.#byKey = new Map(this.#entries.map((entry) => [kernelKey(entry.kernel), entry]));
    for (const sample of done.samples) this.add(sample);
    for (const failure of done.failures) this.fail(failure);
  }

  /** Kernels, how many of them have been measured (or could not be), and how many were measured twice or tightly enough. */
  get counts(): { readonly all: number; readonly begun: number; readonly tight: number } {
    let [begun, tight] = [0, 0];
    for (const entry of this.#entries) {
      if (entry.failed || entry.rounds.length > 0) begun++;
      if (entry.rounds.length > 1 && this.#isTight(entry)) tight++;
    }
    return { all: this.#entries.length, begun, tight };
  }

  /** What was measured: a kernel of the plan, or one that ran beside it, which is left out here. */
  add(sample: Sample): void {
    const entry = this.#entryOf(sample);
    if (entry === undefined) return;
    (entry.rounds[sample.round] ??= []).push(...sample.ns);
  }

  /** A kernel that failed is not tried again. */
  fail(failure: SampleFailure): void {
    const entry = this.#entryOf(failure);
    if (entry !== undefined) entry.failed = true;
  }

  /** Those of the kernels of which nothing is known from this round. */
  missing(kernels: readonly Kernel[], round: number): readonly Kernel[] {
    return kernels.filter((kernel) => {
      const entry = this.#byKey.get(kernelKey(kernel));
      return entry !== undefined && !entry.failed && entry.rounds[round] === undefined;
    });
  }

  /**
   * What comes next.
   * @param most kernels in one step
   * @param elapsed share of the time that is over, from 0
   * @returns undefined when there is nothing left that would tell more
   */
  next(most: number, elapsed: number): Step | undefined {
    const open = this.#entries.filter(({ failed }) => !failed);
    const fresh = open.filter(({ rounds }) => rounds.length === 0);
    const once = open.filter(({ rounds }) => rounds.length === 1);
    const take = (entries: readonly Entry[], round: number): Step | undefined => (entries.length === 0 ? undefined : { round, kernels: entries.slice(0, most).map(({ kernel }) => kernel) });
    const again = (): Step | undefined => {
      const loose = open.filter((entry) => entry.rounds.length > 1 && entry.rounds.length < this.#options.rounds && !this.#isTight(entry));
      // The fewest rounds first, then the widest intervals: nobody waits for one that never becomes tight.
      loose.sort((a, b) => a.rounds.length - b.rounds.length || b.at - a.at);
      const round = loose[0]?.rounds.length;
      const level = loose.filter(({ rounds }) => rounds.length === round).map((entry) => ({ entry, width: tightness(known(entry)) })).sort((a, b) => b.width - a.width || a.entry.at - b.entry.at);
      return take(level.map(({ entry }) => entry), round ?? 0);
    };
    if (elapsed < this.#options.breadth) return take(fresh, 0) ?? take(once, 1) ?? again();
    const few = this.#kindsWithFew();
    return take(fresh.filter(({ kernel }) => few.has(kernel.kind)), 0) ?? take(once, 1) ?? again() ?? take(fresh, 0);
  }

  /** Kinds that were begun, and have fewer shapes than they should. */
  #kindsWithFew(): ReadonlySet<string> {
    const shapes = new Map<string, Set<string>>();
    for (const { kernel, shape, rounds } of this.#entries) {
      if (rounds.length === 0) continue;
      const known = shapes.get(kernel.kind);
      if (known === undefined) shapes.set(kernel.kind, new Set([shape]));
      else known.add(shape);
    }
    return new Set([...shapes].filter(([, { size }]) => size < this.#options.shapes).map(([kind]) => kind));
  }

  #isTight(entry: Entry): boolean {
    return tightness(known(entry)) <= this.#options.tightness;
  }

  #entryOf(kernel: Kernel & { readonly asked?: string }): Entry | undefined {
    if (kernel.asked === undefined) return this.#byKey.get(kernelKey(kernel));
    const { variant: _, asked, ...rest } = kernel;
    return this.#byKey.get(kernelKey(asked === "" ? rest : { ...rest, variant: asked }));
  }
}

/** Rounds that were measured: one that was broken off may be missing. */
function known({ rounds }: Entry): number[][] {
  return rounds.filter((ns) => ns !== undefined);
}
