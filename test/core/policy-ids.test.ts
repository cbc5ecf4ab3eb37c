import { describe, expect, it } from "vitest";
import type { Dispatch, Gate, SchedulerView } from "../../src/plugin.ts";
import { simulate } from "../../src/core/simulate.ts";
import { makeInstance } from "../trace/make-run.ts";
import { runThreads } from "./threads/run-threads.ts";

const instance = makeInstance({ costs: [[5, 5], [5, 5]], edges: [[0, 1, 8]], latency: 0, names: ["first", "second"], devices: ["cpu", "gpu"], memoryBytes: 4096 });
type Ids = (...ids: unknown[]) => void;

/** Ids as a policy in JavaScript may hand them on: what a view's key or a name is. */
const placing = (...ids: readonly unknown[]) => () => simulate({ instance, schedulerName: "mine", scheduler: { dispatch: (_: SchedulerView, out: Dispatch) => (out.place as Ids)(...ids) } });

it("a queue order that there is not is called that", () => {
  for (const prepare of [undefined, (_: unknown, out: Dispatch) => out.place(0, 0)]) {
    const scheduler = { queueOrder: "inorder" as never, dispatch: () => undefined, ...(prepare && { prepare }) };
    expect(() => simulate({ instance, schedulerName: "mine", scheduler })).toThrow('scheduler "mine" has the queueOrder "inorder": it is "ready-first" or "in-order" (at 0 ns)');
  }
});

describe("ids and priorities that are no numbers", () => {
  it.each([
    [placing("0", "0"), 'scheduler "mine" placed operator "0": ids are numbers'],
    [placing("0", 0), 'placed operator "0": ids are numbers'],
    [placing(0, "0"), 'placed operator "first" on device "0": ids are numbers'],
    [placing(0, "gpu"), 'placed operator "first" on device "gpu": ids are numbers'],
    [placing(undefined, 0), "placed operator undefined: ids are numbers"],
    [placing({}, 0), "placed operator [object Object]: ids are numbers"],
    [placing(7, 0), "placed operator 7, which does not exist"],
    [placing(0, 2), 'placed operator "first" on device 2, which does not exist'],
    [placing(0, 0, "high"), 'placed operator "first" with priority "high": priorities are numbers'],
    [placing(0, 0, NaN), 'placed operator "first" with priority NaN: priorities are numbers'],
    [() => simulate({ instance, schedulerName: "mine", scheduler: { dispatch: (_, out) => (out.start as Ids)("0") } }), 'started operator "0": ids are numbers'],
    [() => simulate({ instance, scheduler: { dispatch: (view, out) => view.ready.first() >= 0 && out.place(view.ready.first(), 0) }, syncName: "mine", sync: { ended: (_: unknown, op: number, gate: Gate) => op === 0 && (gate.signal as Ids)("0") } as never }), 'sync policy "mine" signalled edge "0": ids are numbers'],
  ])("%# are called that", (run, message) => expect(run).toThrow(message));

  it("are called that of thread policies", () => {
    const run = (answer: { next?: unknown; preempt?: unknown }) => () =>
      runThreads({ programs: { w: [{ compute: "1ns" }] }, threads: { w: 2 }, cores: 1 }, { runnable: () => undefined, next: () => (answer.next ?? 0) as number, ...("preempt" in answer && { preempt: () => answer.preempt as number }) });
    expect(run({ next: "0" })).toThrow('next: thread "0" (ids are numbers) does not wait for a core');
    expect(run({ preempt: "0" })).toThrow('preempt: core "0" (ids are numbers) has no thread to preempt');
  });
});
