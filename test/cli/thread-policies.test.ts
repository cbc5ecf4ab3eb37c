import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { spawnHeddle, stackLine } from "./run-cli.ts";

const policies = fileURLToPath(new URL("./policies", import.meta.url));
const noProgress = (subject: string): string => `error[policy-timeout]: ${subject} made no progress for 0.5 s and was ended\n  hint: does it loop for ever? A planner that needs longer: --policy-timeout 60s\n`;
const onceEach = "\n  hint: every iteration is given out once, in pieces: see LoopPolicy of heddle/plugin\n";

/** Policy of threads or of the loop "l", and the whole of standard error. */
const bad: readonly (readonly [policy: string, message: string])[] = [
  ["thread-throws", `thread-throws.mjs:6:13: error[policy-error]: thread policy "thread-throws" failed in next: nobody is left\n`],
  ["thread-loops", noProgress(`thread policy "thread-loops"`)],
  ["thread-nonsense", `error[policy-error]: thread policy "thread-nonsense": next: thread 7 does not wait for a core (at 0 ns, 4 threads)\n`],
  ["thread-text", `error[policy-error]: thread policy "thread-text": next: thread "worker" (ids are numbers) does not wait for a core (at 0 ns, 4 threads)\n`],
  ["thread-slice", `error[policy-error]: thread policy "thread-slice": slice: 0 ticks for worker[0], and a slice is longer than 0 (at 0 ns, 4 threads)\n`],
  ["thread-preempts", `error[policy-error]: thread policy "thread-preempts": preempt: took cores away 100000 times at one instant; it must say -1 when the thread on the core shall keep it (at 0 ns, 4 threads)\n`],
  ["thread-nobody", `threads.yaml:4:7: error[deadlock]: nothing can move any more since 0 ns:\n${[0, 1, 2, 3].map((i) => `  worker[${i}] (threads.yaml:4:7) waits for a core, which the thread policy gives to nobody\n`).join("")}  hint: what they wait for never comes: do they wait for each other, or does another thread end too early, or come there less often?\n`],
  ["loop-throws", `loop-throws.mjs:6:13: error[policy-error]: the loop policy "./loop-throws.mjs" of "l" failed in "next": no pieces today${onceEach}`],
  ["loop-loops", noProgress(`the loop policy "./loop-loops.mjs" of "l"`)],
  ["loop-nonsense", `error[policy-error]: the loop policy "./loop-nonsense.mjs" of "l" answered 42, which is not "none", "own", "shared" or "stolen"${onceEach}`],
  ["loop-twice", `error[policy-error]: the loop policy "./loop-twice.mjs" of "l" gave out 32 iterations, and there are 16${onceEach}`],
  ["loop-gaps", `error[policy-error]: the loop policy "./loop-gaps.mjs" of "l" told all 4 workers that nothing is left, and gave out 0 of 16 iterations${onceEach}`],
];

describe.concurrent("a policy of threads or loops", () => {
  it.each(bad.map(([policy, message]) => ({ policy, message })))("$policy ends with a message that names it, or the loop or instruction where it failed", async ({ policy, message }) => {
    const key = policy.startsWith("thread-") ? "threadPolicy" : "loops.l.policy";
    const { code, out, err } = await spawnHeddle(["run", "threads.yaml", "--set", `${key}=./${policy}.mjs`, "--policy-timeout", policy.endsWith("-loops") ? "500ms" : "30s"], { cwd: policies });
    expect(err).toBe(message);
    expect(err).not.toMatch(stackLine);
    expect(code).toBe(1);
    // Who got stuck has results up to then.
    if (policy !== "thread-nobody") expect(out).toBe("");
  });
});
