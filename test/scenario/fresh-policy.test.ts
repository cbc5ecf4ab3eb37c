import { describe, expect, it } from "vitest";
import { SimulationError } from "../../src/base/errors.ts";
import { freshScheduler, freshSync } from "../../src/scenario/fresh-policy.ts";

const policy = (made: object) => ({ definition: { name: "mine", summary: "of a test", create: () => made as never }, options: {} });
const none = () => {};
const errorOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SimulationError) return error.issues[0]!.message;
    throw error;
  }
  return "nothing was thrown";
};

describe("freshSync", () => {
  it.each([
    [{ endd: none }, 'sync policy "mine": what "create" returned has "endd", which is no hook: did you mean "ended"?'],
    [{ ended: none, strated: none }, 'sync policy "mine": what "create" returned has "strated", which is no hook: did you mean "started"?'],
    [{ isVisble: none }, 'sync policy "mine": what "create" returned has "isVisble", but none of "phase", "started" and "ended"'],
    [{ prepare: none, dispatch: none }, 'sync policy "mine": what "create" returned has "dispatch", but none of "phase", "started" and "ended"'],
  ])("refuses %o, which would pass for dataflow", (made, message) => {
    expect(errorOf(() => freshSync(policy(made)))).toBe(message);
  });

  it("takes one without hooks, and one with helpers of its own", () => {
    for (const made of [{}, { prepare: none }, { ended: none, signalAll: none }]) expect(freshSync(policy(made))).toBe(made);
  });
});

describe("freshScheduler", () => {
  it("refuses a hook with a slip in its name, in a class too", () => {
    class Mine {
      dispatch(): void {}
      complete(): void {}
    }
    expect(errorOf(() => freshScheduler(policy(new Mine())))).toBe('scheduler "mine": what "create" returned has "complete", which is no hook: did you mean "completed"?');
  });

  it.each([
    [{ dispach: none }, 'what "create" returned has no "dispatch", but "dispach"'],
    [{ prepare: none }, 'what "create" returned has no "dispatch"'],
    [Promise.resolve({ dispatch: none }), '"create" must be a plain function, not an async one'],
  ])("says what may be behind the lack of a hook in %o", (made, message) => {
    expect(errorOf(() => freshScheduler(policy(made)))).toBe(`scheduler "mine": ${message}`);
  });

  it("takes helpers that are no slips", () => {
    const made = { dispatch: none, completed: none, complete: none, compute: none, isReady: none, priority: none };
    expect(freshScheduler(policy(made))).toBe(made);
  });
});
