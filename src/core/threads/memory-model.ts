/**
 * What computations that touch memory take, and what they draw on; the model behind it is not the engine's. A computation
 * begins on a core, may pause and go on elsewhere, and leaves; ticks are those on a core of speed 1.
 */
export interface MemoryModel {
  /** Capacity of each of its resources, in bytes a tick. */
  readonly capacity: Float64Array;
  /**
   * A computation begins on `core`.
   * @param access number of the {@link MemoryAccess}, and `share` of it that this is: a piece of a loop
   * @param data object whose memory it touches; -1 = memory of its own
   * @param ticks what it takes when its data is at hand
   * @returns ticks that it takes with what memory adds
   * @throws {SimulationError} out of memory
   */
  begin(thread: number, core: number, access: number, data: number, share: number, ticks: number): number;
  /** The computation starts on `core`, or goes on there after a pause: `ticks` where it began there just now, else what the rest of it takes there. */
  goOn(thread: number, core: number, ticks: number): number;
  /** Says what the computation on `core` draws on, in bytes a tick while it runs at full speed. @returns share of its time in which the core itself is busy, and not waiting for memory */
  draw(core: number, use: (resource: number, demand: number) => void): number;
  /** It ends, or pauses with `ticksLeft`. */
  leave(thread: number, core: number, ticksLeft: number): void;
  /** A core whose computation is slowed or sped up by who came and went beside it since it was last asked about, each once; -1 = none is left. */
  nextChanged(): number;
  /** What the rest of the computation on a core takes now, beside what it would have taken; 1 = no change worth a new start. */
  again(core: number): number;
  /** A thread has ended: memory of its own is free. */
  ended(thread: number): void;
}
