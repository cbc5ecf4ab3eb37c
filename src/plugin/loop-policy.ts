/** How a worker came to its piece of a loop, which is what it pays for: there was none; from its own part; from the counter that all share; from another's part. */
export type ChunkOrigin = "none" | "own" | "shared" | "stolen";

/** Cuts the iterations of a parallel loop into pieces for the workers that run it. One object for each loop of a run, which may begin again when it is over. */
export interface LoopPolicy {
  /** The loop begins: iterations 0 .. iterations - 1, for workers 0 .. workers - 1. */
  start(iterations: number, workers: number): void;
  /** The next piece for `worker`: first iteration into `chunk[0]`, how many into `chunk[1]`. Every iteration is given out exactly once. */
  next(worker: number, chunk: Float64Array): ChunkOrigin;
}
