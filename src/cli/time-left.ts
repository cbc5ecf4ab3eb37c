/** Says how long work will still take, from how long it has taken so far: "about 12 s left". */
export class TimeLeft {
  readonly #start = performance.now();

  /** "" in the first second, in which nothing is known yet. */
  text(done: number, total: number): string {
    const elapsedMs = performance.now() - this.#start;
    if (elapsedMs < 1000 || done === 0) return "";
    const leftS = (elapsedMs * (total - done)) / done / 1000;
    return leftS < 1 ? "" : `, about ${leftS < 100 ? `${Math.round(leftS)} s` : leftS < 6000 ? `${Math.round(leftS / 60)} min` : `${Math.round(leftS / 3600)} h`} left`;
  }
}
