import { Registry } from "../base/registry.ts";
import type { SchedulerDefinition } from "../plugin.ts";
import { bLevel } from "./b-level.ts";
import { balance } from "./balance.ts";
import { cpop } from "./cpop.ts";
import { dmda } from "./dmda.ts";
import { fifo } from "./fifo.ts";
import { heft } from "./heft.ts";
import { list } from "./list.ts";
import { maxMin } from "./max-min.ts";
import { mct } from "./mct.ts";
import { met } from "./met.ts";
import { minMin } from "./min-min.ts";
import { peft } from "./peft.ts";
import { random } from "./random.ts";
import { replay } from "./replay.ts";
import { roundRobin } from "./round-robin.ts";
import { sufferage } from "./sufferage.ts";
import { workStealing } from "./work-stealing.ts";

/** All built-in schedulers: static plans, dynamic lists, mappings to queues, feedback, and schedules given by hand. */
export const schedulers = new Registry<SchedulerDefinition>("scheduler", [
  heft, cpop, peft,
  bLevel, fifo, workStealing, balance,
  dmda, mct, met, minMin, maxMin, sufferage, roundRobin, random,
  list, replay,
]);
