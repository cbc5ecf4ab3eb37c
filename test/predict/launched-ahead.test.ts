import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { elementwise } from "../../src/graph/catalogue.ts";
import { launchedAheadNs, launchGapNs } from "../../src/predict/launched-ahead.ts";

/** A chain of so many equal operators, each `fixedNs` to launch and `workNs` on the device. */
function chainNs(count: number, fixedNs: number, workNs: number): number {
  const builder = new GraphBuilder("chain");
  for (let op = 0; op < count; op++) {
    builder.op(elementwise("relu", { elements: 100 }));
    if (op > 0) builder.edge(op - 1, op, 400);
  }
  const estimate = { ns: fixedNs + workNs, fixedNs, sigma: 0, memoryBytesPerNs: 0, limit: "memory", source: "test", extrapolated: false } as const;
  return launchedAheadNs(builder.build(), () => estimate);
}

describe("kernels that are launched ahead", () => {
  it("small ones wait for the host", () => expect(chainNs(10, 20_000, 1000)).toBe(10 * 20_000 + 1000));
  it("behind large ones only the first launch is seen, and the gaps", () => expect(chainNs(10, 20_000, 100_000)).toBe(20_000 + 10 * 100_000 + 9 * launchGapNs));
  it("nothing takes no time", () => expect(chainNs(0, 20_000, 1000)).toBe(0));
});
