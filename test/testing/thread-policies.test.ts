import { describe, expect, it } from "vitest";
import { defineThreadPolicy, type ThreadPolicy } from "../../src/plugin.ts";
import { checkThreadPolicy, threadPolicyChecks } from "../../src/testing.ts";
import { threadPolicies } from "../../src/threads/index.ts";

describe.each(threadPolicies.all.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
  for (const check of threadPolicyChecks(definition)) it(check.name, check.run);
});

describe.each([["round-robin", { quantum: "7us" }], ["eevdf", { quantum: "10us", preempt: true }], ["work-stealing", { quantum: "20us" }], ["pinned", { quantum: "20us" }], ["priority", { quantum: "15us" }]])("%s with options", (name, options) => {
  for (const check of threadPolicyChecks(threadPolicies.get(name), { options })) it(check.name, check.run);
});

describe("the checks themselves", () => {
  const broken = (change: (policy: ThreadPolicy, line: number[]) => Partial<ThreadPolicy>) =>
    defineThreadPolicy({
      name: "broken", summary: "wrong on purpose",
      create: () => {
        const line: number[] = [];
        const plain: ThreadPolicy = {
          runnable: (_, thread) => void line.push(thread),
          next(view, core) {
            const at = line.findIndex((thread) => view.mayRun(thread, core));
            return at < 0 ? -1 : line.splice(at, 1)[0]!;
          },
        };
        return { ...plain, ...change(plain, line) };
      },
    });

  it("find nothing wrong with a plain policy", () => {
    checkThreadPolicy(broken(() => ({})));
  });
  it("find a policy that runs nobody", () => {
    expect(() => checkThreadPolicy(broken(() => ({ next: () => -1 })))).toThrow(/runs one thread: one thread on 1 core without costs: deadlock: .*which the thread policy gives to nobody/s);
  });
  it("find a policy that ignores affinities", () => {
    expect(() => checkThreadPolicy(broken((_, line) => ({ next: () => line.shift() ?? -1 })))).toThrow(/runs affinities: .*may not run on core/);
  });
  it("find a policy that forgets whom it took a core from", () => {
    expect(() => checkThreadPolicy(broken((plain) => ({ slice: () => 20_000, runnable: (view, thread, why) => { if (why !== "slice") plain.runnable(view, thread, why); } })))).toThrow(/runs more threads than cores/);
  });
  it("find a policy that gives out a thread twice", () => {
    expect(() => checkThreadPolicy(broken((_, line) => ({ next: () => line[0] ?? -1 })))).toThrow(/thread 0 does not wait for a core/);
  });
  it("find state outside the policy", () => {
    let runs = 0;
    const moody = defineThreadPolicy({
      name: "moody", summary: "another order each run",
      create: () => {
        const line: number[] = [];
        const fromFront = runs++ % 3 === 0;
        return { runnable: (_, thread) => void line.push(thread), next: (view, core) => {
          const may = line.filter((thread) => view.mayRun(thread, core));
          const thread = (fromFront ? may[0] : may.at(-1)) ?? -1;
          if (thread >= 0) line.splice(line.indexOf(thread), 1);
          return thread;
        } };
      },
    });
    expect(() => checkThreadPolicy(moody)).toThrow(/gives the same schedule for the same seed: .*gave another schedule/);
  });
});
