import type { CostUnit } from "./micro.ts";

/** What a simulator charges, by the names of a scenario's `threadCosts`. */
export type FigureName = "atomic" | "line" | "park" | "wake" | "wakeLatency" | "switch" | "refill" | "spawn" | "queue" | "step";

/** A cost that follows from others. */
export interface Figure {
  readonly value: number;
  readonly unit: CostUnit;
  /** How it follows. */
  readonly what: string;
}

/** How each figure comes from the items; settled before anything is compared. */
export const figureSources: Readonly<Record<FigureName, { readonly items: readonly string[]; readonly of: (...values: number[]) => number; readonly what: string }>> = {
  atomic: { items: ["atomic.add"], of: (add) => add, what: "atomic.add" },
  line: { items: ["line.transferAdd", "atomic.add"], of: (transfer, add) => transfer - add, what: "line.transferAdd − atomic.add: what an atomic operation takes more where another core has the line" },
  park: { items: ["park.cpu.50us"], of: (cpu) => cpu / 2, what: "park.cpu.50us ÷ 2: going to sleep and waking up cannot be told apart" },
  wake: { items: ["notify.wake.50us"], of: (notify) => notify, what: "notify.wake.50us" },
  wakeLatency: { items: ["park.wake.50us", "notify.wake.50us"], of: (wake, notify) => wake - notify, what: "park.wake.50us − notify.wake.50us, 0 at least: the rest of the way to running again" },
  switch: { items: ["switch.context", "switch.oneWay"], of: Math.min, what: "switch.context, at most switch.oneWay: that holds a switch without a timer's interrupt, beside waking and parking" },
  refill: { items: ["cache.refill"], of: (refill) => refill, what: "cache.refill" },
  spawn: { items: ["thread.start"], of: (start) => start, what: "thread.start: a worker of Node with an engine of its own" },
  queue: { items: ["deque.push", "deque.pop"], of: (push, pop) => (push + pop) / 2, what: "(deque.push + deque.pop) ÷ 2" },
  step: { items: ["loop.turn"], of: (turn) => turn, what: "loop.turn" },
};

/** The figures that follow from these items, four digits each; without those of which an item is missing. */
export function figuresOf(items: Readonly<Record<string, { readonly value: number }>>): Record<string, Figure> {
  return Object.fromEntries(Object.entries(figureSources).flatMap(([name, source]) => {
    const values = source.items.flatMap((item) => items[item]?.value ?? []);
    if (values.length < source.items.length) return [];
    return [[name, { value: Number(Math.max(0, source.of(...values)).toPrecision(4)), unit: name === "refill" ? "B/ns" : "ns", what: source.what }]];
  }));
}
