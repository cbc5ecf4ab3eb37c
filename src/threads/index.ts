import { Registry } from "../base/registry.ts";
import type { ThreadPolicyDefinition } from "../plugin.ts";
import { coroutines } from "./coroutines.ts";
import { deadlineMonotonic } from "./deadline-monotonic.ts";
import { edf } from "./edf.ts";
import { eevdf } from "./eevdf.ts";
import { fair } from "./fair.ts";
import { fifo } from "./fifo.ts";
import { pinned } from "./pinned.ts";
import { priority } from "./priority.ts";
import { rateMonotonic } from "./rate-monotonic.ts";
import { roundRobin } from "./round-robin.ts";
import { workStealing } from "./work-stealing.ts";

/** All built-in thread policies: which thread holds which core. */
export const threadPolicies = new Registry<ThreadPolicyDefinition>("thread policy", [
  fifo, roundRobin, priority, fair, eevdf,
  workStealing, pinned, coroutines,
  rateMonotonic, deadlineMonotonic, edf,
]);
