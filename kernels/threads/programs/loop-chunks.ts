/** How the iterations of a loop are cut and given out. */
export type Schedule = "static" | "dynamic" | "guided";

/** How many of the `left` iterations that nobody has taken `guided` takes: what one of the threads would get, but `chunk` at least. */
export function guidedChunk(left: number, chunk: number, threads: number): number {
  return Math.min(left, Math.max(chunk, Math.ceil(left / threads)));
}

/** First iteration of a thread under `static`: equal parts in order, the first ones longer by one where they do not divide. */
export function staticStart(iterations: number, thread: number, threads: number): number {
  const share = Math.floor(iterations / threads);
  return share * thread + Math.min(thread, iterations % threads);
}

/** Passes over its block that an iteration makes: the last one (1 + ramp) times those of the first, in a line between them, `passes` on average. */
export function iterationPasses(iteration: number, iterations: number, passes: number, ramp: number): number {
  const along = iterations > 1 ? iteration / (iterations - 1) : 0.5;
  return Math.round((passes * (1 + ramp * along)) / (1 + ramp / 2));
}
