/**
 * What a thread can do, one byte code each. An instruction is {@link STRIDE} integers: the opcode and up to five operands.
 *
 * Operands named `value` are *values*: a register where they are >= 0, and the constant `~value` of the pool otherwise.
 * Operands named `dst` and `flag` are registers; a `flag` of -1 is not wanted. An *object* is a pair (group, index): the
 * group's number, and a value that says which of the group's objects it is, from 0 ({@link NO_INDEX} = the first). A
 * `target` is the number of an instruction, counted over all programs. Times are ticks, and may be fractions: an activity ends at the next tick.
 */
export const Opcode = {
  /** The thread has ended. */
  end: 0,

  // ── registers and jumps: no time passes ──
  /** dst, value */
  set: 1,
  /** dst, value, value */
  add: 2,
  subtract: 3,
  multiply: 4,
  divide: 5,
  /** Rounded down; the remainder has the sign of the divisor. */
  floorDivide: 6,
  modulo: 7,
  min: 8,
  max: 9,
  /** 1 or 0. */
  less: 10,
  lessOrEqual: 11,
  equal: 12,
  /** target */
  jump: 13,
  /** value, target: jumps where the value is not 0. */
  jumpIf: 14,
  /** value, target: jumps where it is 0. */
  jumpUnless: 15,
  /** dst, distribution: a number from the thread's own stream of that distribution. */
  draw: 16,
  /** dst: ticks since the beginning. */
  now: 17,

  // ── time ──
  /** value [ticks alone on a core of speed 1], access (number of a {@link MemoryAccess}, -1 = none) */
  compute: 18,
  /** value [ticks] */
  sleep: 19,
  /** Ends this job of a periodic thread and waits for its next release. */
  nextPeriod: 20,
  yield: 21,

  // ── locks ──
  /** object, mode (0 = exclusive, 1 = shared) */
  lock: 22,
  /** object */
  unlock: 23,
  /** object, flag: 1 where it got the lock */
  tryLock: 24,
  /** condition object, lock object: gives the lock up, waits to be signalled, takes it again */
  wait: 25,
  /** object */
  signal: 26,
  broadcast: 27,

  // ── counting and meeting ──
  /** object, value */
  acquire: 28,
  release: 29,
  /** object */
  barrier: 30,
  setFlag: 31,
  clearFlag: 32,
  waitFlag: 33,

  // ── queues: first in, first out ──
  /** object, value: waits while the queue is full */
  push: 34,
  /** object, dst, flag: waits while it is empty; flag = 0 where it is closed and empty */
  pop: 35,
  /** object, dst, flag: flag = 0 where it is empty */
  tryPop: 36,
  /** object */
  close: 37,
  // ── deques: the owner works at the bottom, thieves at the top ──
  /** object, value */
  pushBottom: 38,
  /** object, dst, flag */
  popBottom: 39,
  steal: 40,
  // ── channels ──
  /** object, value [message], value [bytes] */
  send: 41,
  /** object, dst, flag */
  receive: 42,

  // ── shared data: checked for races ──
  /** object */
  read: 43,
  write: 44,

  // ── threads ──
  /** dst [number of the thread], thread group, value [its register 2] */
  spawn: 45,
  /** value [number of the thread] */
  join: 46,
  /** value */
  setPriority: 47,

  // ── what is measured ──
  /** counter: counts, and is progress */
  mark: 48,
  /** span: from here … */
  begin: 49,
  /** … to here, once more */
  finish: 50,

  // ── memory ──
  /** object, dst [address], value [bytes] */
  allocate: 51,
  /** object, value [address] */
  free: 52,

  // ── parallel loops ──
  /** object, value [iterations], value [mean ticks an iteration], value [workers] */
  startLoop: 53,
  /** object, value [worker], dst [first iteration], dst [how many: 0 where nothing is left] */
  nextChunk: 54,
  /** object, value [first], value [how many]: computes these iterations */
  runChunk: 55,

  // ── the operator graph ──
  /** dst, flag: an operator that this thread made ready by `complete`, each once */
  nextReady: 56,
  /** value [operator], value [share of its work]: computes it on this core */
  runOp: 57,
  /** value [operator]: it has ended; its consumers may become ready */
  complete: 58,
  /** value [operator], value [device]: hands it to another device and goes on */
  launch: 59,
  /** value [operator]: until it has ended */
  awaitOp: 60,
  /** dst, value [operator]: ticks alone on a core of speed 1 */
  opTicks: 61,

  // ── files ──
  /** object, value [bytes]: without a core */
  transfer: 62,

  // ── more on queues ──
  /** object, dst [items in the queue], flag: 0 where it is closed. No time passes beyond `stepTicks`: it is asked under a lock. */
  length: 63,

  // ── parallel operators ──
  /** object [loop], value [operator], value [iterations], value [workers]: the operator begins, and its work is spread over the iterations */
  startOpLoop: 64,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Integers of one instruction. */
export const STRIDE = 6;
/** The index of an object that is the only one of its group. */
export const NO_INDEX = -(2 ** 31);

/** Register 0 holds the number of the thread within its group, register 1 its number among all threads. */
export const FIRST_FREE_REGISTER = 2;

/** No place in the code: what was computed is no number. */
export const NOT_FINITE = -1;
