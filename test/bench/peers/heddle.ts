import assert from "node:assert/strict";
import type { Instance } from "../../../src/core/instance.ts";
import { simulate } from "../../../src/core/simulate.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import type { Trace } from "../../../src/core/trace.ts";
import type { Dispatch, PolicyView, Scheduler } from "../../../src/plugin.ts";
import { schedulers } from "../../../src/schedulers/index.ts";
import { cpuMs } from "../harness.ts";
import type { Schedule } from "./case.ts";

/** A scheduler of the registry with its default options, or (`fixed`) one that repeats a schedule as `replay` does. */
export function schedulerOf(policy: string, schedule?: Schedule): Scheduler {
  if (policy === "fixed") return repeat(schedule!);
  const { create, options } = schedulers.get(policy);
  const parsed = options?.["~standard"].validate({});
  assert.ok(!(parsed instanceof Promise) && !parsed?.issues);
  return create(parsed?.value ?? {});
}

function repeat({ placement, order }: Schedule): Scheduler {
  return {
    queueOrder: "in-order",
    prepare(_view: PolicyView, out: Dispatch): void {
      for (const op of order) out.place(op, placement[op]!);
    },
    dispatch(): void {},
  };
}

/** What a run did, to be done again. */
export function scheduleOf({ ops }: Trace): Schedule {
  const order = Int32Array.from({ length: ops.device.length }, (_, op) => op).sort((a, b) => ops.startTicks[a]! - ops.startTicks[b]! || a - b);
  return { placement: ops.device, order };
}

/** The schedule that a policy finds. */
export function recordSchedule(instance: Instance, policy: string): Schedule {
  return scheduleOf(simulate({ instance, scheduler: schedulerOf(policy) }));
}

/** CPU time of what comes before the loop (state, plan), and of the loop. */
export function timeRun(instance: Instance, policy: string, schedule?: Schedule): { trace: Trace; planMs: number; loopMs: number } {
  const scheduler = schedulerOf(policy, schedule);
  globalThis.gc?.();
  const start = process.cpuUsage();
  const simulation = new Simulation({ instance, scheduler, schedulerName: policy });
  const planMs = cpuMs(start);
  const trace = simulation.run();
  const loopMs = cpuMs(start) - planMs;
  assert.ok(trace.complete && trace.rows.length === instance.opCount);
  return { trace, planMs, loopMs };
}
