/** What programs do with the operator graph. */
export interface GraphPort {
  /** An operator that this thread made ready and has not been told of; -1 = none. */
  nextReady(thread: number): number;
  /** True where the inputs of the operator are in this thread's memory; otherwise the thread waits for them. */
  hasInputs(thread: number, op: number): boolean;
  /** The operator begins, or this share of it: ticks alone on a core of speed 1. */
  begin(thread: number, op: number, share: number): number;
  /** What the operator draws on the memory of the cores, bytes a tick on a core of speed 1. */
  demandOf(op: number): number;
  complete(thread: number, op: number): void;
  launch(thread: number, op: number, device: number): void;
  /** True where the operator has ended; otherwise the thread waits for that. */
  hasEnded(thread: number, op: number): boolean;
  ticksOf(thread: number, op: number): number;
}
