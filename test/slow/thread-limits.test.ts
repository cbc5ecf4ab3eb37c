import { describe, expect, it } from "vitest";
import { runThreads } from "../threads/run-threads.ts";

describe("what grows without end", () => {
  it("ends a run that spawns without end", () => {
    expect(() => runThreads({ programs: { w: [{ repeat: "forever", do: [{ spawn: "c" }, { acquire: "s" }, { release: "s" }] }] as never, c: [] }, threads: { w: 1, c: 0 }, semaphores: { s: 1 }, watch: { instructionBudget: 1e9 } })).toThrow(/spawns one more of "c", and there are 1000000 threads already/);
  });
  it("ends a run whose queue grows without end", () => {
    expect(() => runThreads({ programs: { w: [{ repeat: "forever", do: [{ push: { to: "q", value: 1 } }] }] as never }, threads: { w: 1 }, queues: ["q"], watch: { instructionBudget: 1e9 } })).toThrow(/pushes to "q", which holds 16777216 items already/);
  });
});
