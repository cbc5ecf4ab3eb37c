import type { ThreadKernel } from "../thread-kernel.ts";
import { Barriers } from "./barriers.ts";
import { Channels, type Post } from "./channels.ts";
import { Conditions } from "./conditions.ts";
import { SharedData } from "./data.ts";
import { Flags } from "./flags.ts";
import { Heaps } from "./heaps.ts";
import { Loops } from "./loops.ts";
import { Mutexes } from "./mutexes.ts";
import { Queues } from "./queues.ts";
import { RwLocks } from "./rw-locks.ts";
import { Semaphores } from "./semaphores.ts";

/** Everything that threads share, by kind. */
export class Primitives {
  readonly mutexes: Mutexes;
  readonly rwLocks: RwLocks;
  readonly conditions: Conditions;
  readonly semaphores: Semaphores;
  readonly barriers: Barriers;
  readonly flags: Flags;
  readonly queues: Queues;
  readonly channels: Channels;
  readonly data: SharedData;
  readonly heaps: Heaps;
  readonly loops: Loops;

  constructor(kernel: ThreadKernel, post: Post) {
    this.mutexes = new Mutexes(kernel);
    this.rwLocks = new RwLocks(kernel);
    this.conditions = new Conditions(kernel);
    this.semaphores = new Semaphores(kernel);
    this.barriers = new Barriers(kernel);
    this.flags = new Flags(kernel);
    this.queues = new Queues(kernel);
    this.channels = new Channels(kernel, post);
    this.data = new SharedData(kernel);
    this.heaps = new Heaps(kernel);
    this.loops = new Loops(kernel);
  }
}
