import { z } from "zod";
import { checkOptionsNow } from "../base/check-options.ts";
import { HeddleError, InputError } from "../base/errors.ts";
import { defineScheduler, type Dispatch, type PlanningView, type PolicyReport, type PolicyView, type Scheduler, type SchedulerDefinition, type SchedulerView } from "../plugin.ts";

/**
 * A portfolio of schedulers: before the run each of them is rehearsed on the same work, by the estimates, and the one
 * with the shortest makespan carries out the run; of equals the one named first. What a rehearsal knows is told by
 * {@link PlanningView.rehearse}: without noise the run is exactly as long as the best rehearsal, so never longer than
 * any candidate alone. A candidate that fails in its rehearsal drops out. It takes as long as all candidates together.
 * @param definitions The schedulers that `candidates` may name.
 * @param defaults Those it tries when none are named, in this order. Default: all.
 * @source The choice among algorithms by what they promise for the instance at hand: J. R. Rice, "The algorithm selection problem", Advances in Computers 15, 1976, doi:10.1016/S0065-2458(08)60520-3
 * @example
 * const mine = portfolioOf([schedulers.get("heft"), schedulers.get("dmdas"), schedulers.get("b-level")]);
 */
export function portfolioOf(definitions: readonly SchedulerDefinition[], defaults: readonly string[] = definitions.map(({ name }) => name)): SchedulerDefinition {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const options = z.strictObject({
    candidates: z.array(z.enum([...byName.keys()])).min(1).default([...defaults]).describe("Names of the schedulers to try, with their default options. Of equally good ones the first is taken"),
  });
  return defineScheduler<z.infer<typeof options>>({
    name: "portfolio",
    summary: "rehearses several schedulers on the estimates, and carries out the one with the shortest makespan",
    source: "J. R. Rice, \"The algorithm selection problem\", Advances in Computers 15, 1976, doi:10.1016/S0065-2458(08)60520-3",
    options,
    create: ({ candidates }) => new Portfolio([...new Set(candidates)].map((name) => byName.get(name)!)),
  });
}

class Portfolio implements Scheduler {
  // Hooks that make a difference by being there: only where a candidate, or the one that was chosen, has them.
  readonly duplicates?: NonNullable<Scheduler["duplicates"]>;
  lost?: NonNullable<Scheduler["lost"]>;
  joined?: NonNullable<Scheduler["joined"]>;
  readonly #candidates: readonly SchedulerDefinition[];
  #chosen: Scheduler | undefined;
  #report: PolicyReport = {};

  constructor(candidates: readonly SchedulerDefinition[]) {
    this.#candidates = candidates;
    if (candidates.some(mayDuplicate)) this.duplicates = (view) => this.#choice(view).duplicates?.(view) ?? [];
  }

  get queueOrder(): "ready-first" | "in-order" {
    return this.#chosen?.queueOrder ?? "ready-first";
  }

  prepare(view: PlanningView, out: Dispatch): void {
    this.#choice(view).prepare?.(view, out);
  }

  /** The best in a rehearsal, made at the first call. */
  #choice(view: PlanningView): Scheduler {
    if (this.#chosen !== undefined) return this.#chosen;
    const report: Record<string, number | string> = { chosen: "" };
    let best: SchedulerDefinition | undefined;
    let shortest = Infinity;
    let failure: unknown;
    for (const candidate of this.#candidates) {
      try {
        const { makespanTicks } = view.rehearse(fresh(candidate));
        report[`${candidate.name}.makespanNs`] = makespanTicks * view.tickNs;
        if (makespanTicks < shortest) [best, shortest] = [candidate, makespanTicks];
      } catch (error) {
        if (!(error instanceof HeddleError)) throw error;
        failure ??= error;
        report[`${candidate.name}.failed`] = error.message;
      }
    }
    if (best === undefined) throw failure;
    this.#report = { ...report, chosen: best.name };
    const chosen = (this.#chosen = fresh(best));
    if (chosen.lost !== undefined) this.lost = (state, device, ops) => chosen.lost!(state, device, ops);
    if (chosen.joined !== undefined) this.joined = (state, device) => chosen.joined!(state, device);
    return chosen;
  }

  ready(view: PolicyView, op: number): void {
    this.#chosen?.ready?.(view, op);
  }

  completed(view: PolicyView, op: number, actualTicks: number): void {
    this.#chosen?.completed?.(view, op, actualTicks);
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    this.#chosen?.dispatch(view, out);
  }

  report(): PolicyReport {
    const own = Object.entries(this.#chosen?.report?.() ?? {}).map(([key, value]) => [`${String(this.#report.chosen)}.${key}`, value]);
    return { ...this.#report, ...(Object.fromEntries(own) as PolicyReport) };
  }
}

/** A scheduler with its default options. @throws {InputError} where there are none. */
function fresh(definition: SchedulerDefinition): Scheduler {
  const checked = checkOptionsNow(definition, {});
  if (checked.issues !== undefined) throw new InputError({ code: "bad-option", message: `${definition.name} needs options, and a portfolio gives none` });
  return definition.create(checked.options);
}

/** One that cannot be made will not: its rehearsal says why. */
function mayDuplicate(definition: SchedulerDefinition): boolean {
  try {
    return fresh(definition).duplicates !== undefined;
  } catch (error) {
    if (error instanceof HeddleError) return false;
    throw error;
  }
}
