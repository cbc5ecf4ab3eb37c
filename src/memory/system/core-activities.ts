/** What is on each core: columns of the activities of a memory system. */
export class CoreActivities {
  /** Levels of caches, and cores: what is by level and core is at level · cores + core. */
  readonly levels: number;
  readonly count: number;
  /** -1 = none. */
  readonly access: Int32Array;
  /** -1 = none. */
  readonly region: Int32Array;
  readonly computeNs: Float64Array;
  /** Share of its access that it makes. */
  readonly scale: Float64Array;
  /** What its pages cost when it began: time of first touches, bytes that were zeroed, time and bytes of the disk. */
  readonly faultNs: Float64Array;
  readonly zeroedBytes: Float64Array;
  readonly diskNs: Float64Array;
  readonly diskBytes: Float64Array;
  /** By level and core: bytes of the set that no cache up to this level held when it began. */
  readonly cold: Float64Array;
  /** Likewise: bytes that come into the cache. */
  readonly brought: Float64Array;
  /** Likewise: bytes that it would hold there, given all of the cache; and what it had when it was last asked about. */
  readonly held: Float64Array;
  readonly seen: Float64Array;

  constructor(levels: number, cores: number) {
    this.levels = levels;
    this.count = cores;
    this.access = new Int32Array(cores).fill(-1);
    this.region = new Int32Array(cores).fill(-1);
    this.computeNs = new Float64Array(cores);
    this.scale = new Float64Array(cores);
    this.faultNs = new Float64Array(cores);
    this.zeroedBytes = new Float64Array(cores);
    this.diskNs = new Float64Array(cores);
    this.diskBytes = new Float64Array(cores);
    this.cold = new Float64Array(levels * cores);
    this.brought = new Float64Array(levels * cores);
    this.held = new Float64Array(levels * cores);
    this.seen = new Float64Array(levels * cores);
  }
}
