import { describe, expect, it } from "vitest";
import { runThreads } from "./run-threads.ts";

const watch = { livelock: "1ms", starvation: "5ms" };
const outcomeOf = (input: Parameters<typeof runThreads>[0]) => runThreads({ ...input, watch }, "fifo").threads.outcome;

describe("who looks out for runs that get nowhere", () => {
  it("calls it a deadlock where nothing can happen any more, however short the windows are", () => {
    expect(outcomeOf({ programs: { taker: [{ compute: "3us" }, { pop: "q" }] }, threads: { taker: 2 }, queues: { q: {} }, cores: 2 })).toMatchObject({ kind: "deadlock", atNs: 3000 });
  });

  it("calls it a livelock where threads run, and goes on looking as long as something may come", () => {
    const waiting = { programs: { taker: [{ pop: "q" }] }, threads: { taker: 1 }, cores: 1 };
    expect(outcomeOf({ programs: { spin: [{ repeat: "forever", do: [{ compute: "1us" }, { if: "$i > 0", then: ["break"] }] }] }, threads: { spin: 1 }, cores: 1 })).toMatchObject({ kind: "livelock" });
    expect(outcomeOf({ ...waiting, programs: { ...waiting.programs, maker: [{ sleep: "20ms" }, { push: "q" }] }, threads: { taker: 1, maker: 1 }, queues: { q: {} } })).toMatchObject({ kind: "livelock" });
    expect(outcomeOf({ ...waiting, programs: { ...waiting.programs, maker: [{ sleep: "900us" }, { push: "q" }] }, threads: { taker: 1, maker: 1 }, queues: { q: {} } })).toBeUndefined();
  });
});
