import { defineThreadPolicy } from "../plugin.ts";
import { InTurn } from "./queues/in-turn.ts";

/**
 * First in, first out, without preemption: one queue for all cores, and a thread keeps its core until it waits, yields or
 * ends. With equal priorities this is POSIX's SCHED_FIFO. Ties by thread id.
 */
export const fifo = defineThreadPolicy({
  name: "fifo",
  summary: "one queue, oldest first; a thread keeps its core until it waits, yields or ends",
  source: "IEEE Std 1003.1-2017 (POSIX), System Interfaces 2.8.4, SCHED_FIFO, https://pubs.opengroup.org/onlinepubs/9699919799/",
  create: () => new InTurn(),
});
