/** What a thread does after it has run instructions. */
export const Next = {
  /** It works off what it was charged or has to compute, then goes on. */
  work: 0,
  /** It leaves its core until it is woken. */
  block: 1,
  spin: 2,
  /** It pays for going to sleep, then leaves its core. */
  park: 3,
  yield: 4,
  end: 5,
} as const;
export type Next = (typeof Next)[keyof typeof Next];

/** The instruction is over, and the next one follows at once. */
export const DONE = -1;
/** The program goes on at once, where the thread's `pc` says. */
export const JUMPED = -2;

/** What comes of one instruction. */
export type AfterInstruction = Next | typeof DONE | typeof JUMPED;
