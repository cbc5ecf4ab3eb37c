import { describe, expect, it } from "vitest";
import { runThreads } from "./run-threads.ts";

const designs = [{ kind: "futex" }, { kind: "futex", fair: true }, { kind: "mcs" }, { kind: "adaptive" }, { kind: "adaptive", fair: true }, { kind: "ticket" }, { kind: "test-and-set" }] as const;

/** Waits twice on one condition, while the one that signals holds the lock, and goes on holding it for a while. */
describe.each(designs)("a lock of kind $kind, fair: $fair", (design) => {
  it.each([[1, "round-robin", { quantum: "3us" }], [2, "fifo", {}], [4, "fifo", {}], [2, "priority", {}]] as const)("is held again after each wait, on %i cores under %s", (cores, policy, options) => {
    for (const threadCosts of [undefined, "none"] as const) {
      const { outcome, counters } = runThreads({
        programs: {
          waiter: [
            { lock: "m" },
            { repeat: 2, do: [{ while: "$got < 1", do: [{ wait: { on: "c", with: "m" } }, { tryPop: { from: "q", into: "got", then: [{ let: { got: 1 } }] } }] }, { let: { got: 0 } }, { compute: "2us" }, { mark: "had" }] },
            { unlock: "m" },
          ],
          signaller: [{ repeat: 12, do: [{ sleep: "20us" }, { lock: "m" }, { push: { to: "q", value: 1 } }, { signal: "c" }, { compute: "15us" }, { broadcast: "c" }, { compute: "5us" }, { unlock: "m" }] }],
        },
        threads: { waiter: { count: 3, with: { got: 0 } }, signaller: 1 }, locks: { m: design }, conditions: ["c"], queues: ["q"], cores, ...(threadCosts && { threadCosts }),
      }, { policy, options });
      expect(outcome?.message).toBeUndefined();
      expect(counters.marks[0]).toBe(6);
    }
  });
});
