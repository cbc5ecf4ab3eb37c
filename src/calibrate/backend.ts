import type { Kernel } from "./sample.ts";

/** Whether a backend can measure here. */
export type Availability =
  | {
      readonly ok: true;
      /** What would be measured: name of the processor or accelerator. */
      readonly device: string;
      /** Versions of what the kernels run on. */
      readonly versions: Readonly<Record<string, string>>;
      /** For the header of the samples: how times are taken. */
      readonly note?: string;
      /** How long it may be before the first outcome comes, in milliseconds, where that is long: a program must be compiled first, say. */
      readonly patienceMs?: number;
    }
  | {
      readonly ok: false;
      /** Why not, as a clause: "the package onnxruntime-node is not installed". */
      readonly why: string;
      /** What to do: "npm install onnxruntime-node". */
      readonly install: string;
    };

/** How often to repeat. */
export interface MeasureOptions {
  /** At least so many times of each kernel. */
  readonly least: number;
  /** At most so many. */
  readonly most: number;
  /** Enough when the 95 % interval of the median is no wider than this share of the median. */
  readonly tightness: number;
  /** After so long, only the least number of times is still measured. In milliseconds, for all kernels of the call. */
  readonly budgetMs: number;
  /** Mixed into data that is made up, and into the order of measuring. */
  readonly seed: number;
}

/** Times of a kernel: one that was asked for, or one that had to run beside it and was measured too, such as a change of layout. */
export interface Measurement extends Kernel {
  /** The variant that was asked for ("" = the plain one), where the backend ran it as another. */
  readonly asked?: string;
  /** Nanoseconds, in the order of measuring. */
  readonly ns: readonly number[];
  /** Share of all cores' time that other programs had, where the backend has processes of its own and so knows it better than who asks. */
  readonly load?: number;
}

/** What a backend is asked about. */
export interface KernelWish {
  /** Numbers of threads that one operator may use. */
  readonly threads: readonly number[];
}

/**
 * Runs real kernels and times them. A backend is used in a process of its own, so it may crash or hang; what it prints
 * is not shown. It loads its packages when it is first asked, not before.
 */
export interface Backend {
  /** Kebab-case; names the sample file. */
  readonly name: string;
  readonly summary: string;
  available(): Promise<Availability>;
  /** All that it can measure, what tells most first: measuring may be stopped at any point. Needs no package and is the same at each call. */
  kernels(wish: KernelWish): readonly Kernel[];
  /** Most kernels that one call of `measure` may get; they share a process and, where the backend likes, a model. */
  readonly batch: number;
  /**
   * Measures some of its kernels, and yields the times of each as soon as they are known. A kernel that cannot run is
   * yielded with its failure. Results are consumed, and checked against a reference where those are cheap.
   */
  measure(kernels: readonly Kernel[], options: MeasureOptions): AsyncIterable<Measurement | (Kernel & { readonly failure: string })>;
}
