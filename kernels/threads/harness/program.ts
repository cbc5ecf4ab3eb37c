import type { Words } from "../primitives/words.ts";
import type { SharedMemory } from "../wasm/kernels.ts";

/** Parameters of a program: plain data. */
export type Params = Readonly<Record<string, number | string>>;

/** What a thread is given. */
export interface ProgramContext<P extends Params = Params> {
  readonly params: P;
  /** From 0. */
  readonly thread: number;
  readonly threads: number;
  /** Shared by the threads, all 0 at the start. */
  readonly words: Words;
  /** Memory of the WebAssembly kernels, where the program asked for pages. */
  readonly memory: SharedMemory | undefined;
}

/** Figures of one repetition of one thread: by item, one or many. */
export type Figures = Readonly<Record<string, number | readonly number[]>>;

/** What one thread does. */
export interface Body {
  /** Sets the shared state for the next repetition; thread 0 alone, while the others wait. */
  reset?(): void;
  /** One repetition: all threads start together; the time from the first start to the last end is measured. */
  run(): Figures | void;
}

/** A program that several threads run together. */
export interface Program<P extends Params = Params> {
  readonly name: string;
  /** Shared words that it needs. */
  words(params: P, threads: number): number;
  /** Pages of 64 KiB of WebAssembly memory that it needs. Default none. */
  pages?(params: P, threads: number): number;
  /**
   * Parameters of a run that each thread makes alone beforehand, so that the code is compiled when it counts. Default:
   * none is made, for programs that warm up themselves.
   */
  warmUp?(params: P): P;
  /** What this thread does. */
  create(context: ProgramContext<P>): Body;
}
