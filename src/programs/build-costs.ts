import type { ThreadCosts } from "../core/threads/thread-spec.ts";
import type { CostFigures } from "./costs-schema.ts";
import { defaultCosts, freeCosts, type CompleteCosts } from "./default-costs.ts";

/** The costs of a `threadCosts:` section, in ticks. @param measured the profile that the section names */
export function buildCosts(section: CostFigures | { readonly none: true } | undefined, measured: CostFigures | undefined, tickNs: number): ThreadCosts {
  const figures: CompleteCosts = section && "none" in section ? freeCosts : { ...defaultCosts, ...defined(measured), ...defined(section) };
  return {
    atomicTicks: figures.atomic / tickNs, lineTicks: figures.line / tickNs, parkTicks: figures.park / tickNs, wakeTicks: figures.wake / tickNs, wakeLatencyTicks: figures.wakeLatency / tickNs,
    switchTicks: figures.switch / tickNs, migrateTicks: figures.migrate / tickNs, refillBytesPerTick: figures.refill * tickNs, spawnTicks: figures.spawn / tickNs, yieldTicks: figures.yield / tickNs,
    queueTicks: figures.queue / tickNs, stepTicks: figures.step / tickNs,
  };
}

/** True where a tick is longer than what handing a lock over or waking a thread takes: these delays are rounded up to ticks. */
export function isCoarse({ lineTicks, wakeTicks, wakeLatencyTicks }: ThreadCosts): boolean {
  return [lineTicks, wakeTicks, wakeLatencyTicks].some((ticks) => ticks > 0 && ticks < 1);
}

function defined(figures: CostFigures | undefined): Partial<CompleteCosts> {
  return Object.fromEntries(Object.entries(figures ?? {}).filter(([key, value]) => value !== undefined && Object.hasOwn(defaultCosts, key)));
}
