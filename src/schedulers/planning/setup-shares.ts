import type { PolicyView } from "../../plugin.ts";
import type { Plan } from "./plan.ts";

/**
 * How much of a reload counts, from 0 to 1, when devices are compared for an op that needs `configuration` loaded on
 * `device` and finds another one there. In a plan every reload takes all of its time, whatever counted.
 */
export type SetupShare = (device: number, configuration: number) => number;

/** Every reload must repay itself with the very op that needs it. */
export const inFull: SetupShare = () => 1;

/** Reloads are as if free. */
export const notAtAll: SetupShare = () => 0;

/**
 * Each device that loads configurations is dedicated to one: that with which it saves most over all ops. A reload of it
 * counts with the share of one op among all that need it, any other in full. One even where a device has several slots,
 * since an op takes the first free slot, whatever that has loaded.
 *
 * What an op saves is its time on the device that is fastest but for this one, less its time here, where that is more;
 * ops that can run nowhere else are not counted, since they come in any case.
 */
export function dedicated(view: PolicyView): SetupShare {
  const chosen = Array.from({ length: view.deviceCount }, (_, device) => (view.reloadTicks(device) > 0 ? mostSaving(view, device) : undefined));
  return (device, configuration) => (chosen[device]?.configuration === configuration ? 1 / chosen[device].ops : 1);
}

/** The configuration of `device` that saves most, and how many ops save by it; undefined where none repays a reload. */
function mostSaving(view: PolicyView, device: number): { readonly configuration: number; readonly ops: number } | undefined {
  const ticks: number[] = [];
  const ops: number[] = [];
  for (let op = 0; op < view.opCount; op++) {
    const configuration = view.configuration(op, device);
    if (configuration < 0) continue;
    let elsewhere = Infinity;
    for (let d = 0; d < view.deviceCount; d++) if (d !== device) elsewhere = Math.min(elsewhere, view.estimateTicks(op, d));
    const saved = elsewhere - view.estimateTicks(op, device);
    if (!(saved > 0 && saved < Infinity)) continue;
    ticks[configuration] = (ticks[configuration] ?? 0) + saved;
    ops[configuration] = (ops[configuration] ?? 0) + 1;
  }
  let most = -1;
  ticks.forEach((saved, configuration) => {
    if (saved > (ticks[most] ?? view.reloadTicks(device))) most = configuration;
  });
  return most < 0 ? undefined : { configuration: most, ops: ops[most]! };
}

/** What counts of a setup for `op` on `device`, whatever will be loaded there; for planners that compare devices before they know. */
export function expectedCharge(view: PolicyView, share: SetupShare, op: number, device: number): number {
  const reload = view.reloadTicks(device);
  const configuration = reload === 0 ? -1 : view.configuration(op, device);
  return configuration < 0 ? 0 : reload * share(device, configuration);
}

/**
 * The shortest of the plans that `planWith` makes with each way to weigh reloads, of equals the first: in full is right
 * where ops of many configurations alternate, not at all where each serves many ops to come, and dedicated slots where a
 * device is worth its while for one kind of op and not for what lies between. Where no device loads anything, one plan.
 */
export function bestOverSetups(view: PolicyView, planWith: (share: SetupShare) => Plan): Plan {
  const plan = planWith(inFull);
  let reloads = false;
  for (let d = 0; d < view.deviceCount; d++) reloads ||= view.reloadTicks(d) > 0;
  if (!reloads) return plan;
  return [notAtAll, dedicated(view)].reduce((best, share) => {
    const other = planWith(share);
    return other.makespanTicks < best.makespanTicks ? other : best;
  }, plan);
}
