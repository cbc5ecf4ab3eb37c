import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/core/instance.ts";
import { externalFragmentation, internalFragmentation } from "../../src/core/memory-profile.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { allocators } from "../../src/memory/allocators/index.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { replayBuffers, type MemoryReplay } from "../../src/trace/replay-buffers.ts";
import { tensorBuffers, type SharingRules } from "../../src/trace/tensor-buffers.ts";
import { makeInstance } from "../reference/make-instance.ts";
import { randomCase } from "../reference/random-case.ts";

const replay = (trace: Trace, sharing?: SharingRules, name = "best-fit", options: object = { alignment: "1B", minBlock: "1B" }, capacity = Infinity): MemoryReplay =>
  replayBuffers(tensorBuffers(trace, sharing), trace.instance.memoryNames.map((_, memory) => ({ memory, name, allocator: createPolicy(allocators.get(name), options)(capacity) })));

const peakOf = (trace: Trace, memory: number, sharing?: SharingRules): number => Math.max(0, ...replay(trace, sharing).profiles[memory]!.liveBytes);

describe("buffers of random runs", () => {
  it("are live when the engine says so, but for what lives no time", () => {
    let equal = 0;
    let all = 0;
    for (let seed = 0; seed < 120; seed++) {
      const { instance, scheduler, sync } = randomCase(seed, 25);
      const trace = simulate({ instance, scheduler: scheduler.make(), sync: sync.make() });
      const sharing: SharingRules = { isView: (kind) => kind.endsWith("0"), isInPlace: (kind) => kind.endsWith("1") };
      replay(trace).profiles.forEach(({ memory }) => {
        const peak = peakOf(trace, memory);
        const dust = 1e-9 * (1 + trace.peakBytes[memory]!);
        expect(peak).toBeLessThanOrEqual(trace.peakBytes[memory]! + dust);
        expect(peakOf(trace, memory, sharing)).toBeLessThanOrEqual(peak + dust);
        all++;
        if (Math.abs(peak - trace.peakBytes[memory]!) <= dust) equal++;
      });
    }
    expect(equal / all).toBeGreaterThan(0.95);
  });
});

/** a makes x, b reads x and makes y, c reads y and perhaps x; 8 bytes each, 10 ticks each, one after the other in one memory. */
function chain(kinds: readonly string[], alsoReads = false): Trace {
  const ops = [{ inputs: [] }, { inputs: [0] }, { inputs: alsoReads ? [1, 0] : [1] }];
  const instance: Instance = { ...makeInstance({ ops, tensors: [{ bytes: 8, producer: 0 }, { bytes: 8, producer: 1 }, { bytes: 4, producer: 2 }], costs: [[10], [10], [10]], devices: [{}] }), classKinds: kinds };
  return simulate({ instance, scheduler: { dispatch: (view, out) => { for (let op = view.ready.first(), next; op >= 0; op = next) { next = view.ready.next(op); out.place(op, 0); } } } });
}
const rules: SharingRules = { isView: (kind) => kind === "reshape", isInPlace: (kind) => kind === "relu" };

// Worked by hand: without sharing x and y are alive from 10 to 20, y and the last tensor from 20 to 30, which stays.
describe("tensors that share their bytes", () => {
  const steps = (trace: Trace, sharing?: SharingRules): string => {
    const { ticks, liveBytes } = replay(trace, sharing).profiles[0]!;
    return [...ticks].map((at, i) => `${at}: ${liveBytes[i]}`).join(", ");
  };

  it("are not written over without the rules", () => expect(steps(chain(["conv", "relu", "conv"]))).toBe("0: 8, 10: 16, 20: 12, 30: 4"));
  it("are written over by an element-wise operator that reads them last", () => expect(steps(chain(["conv", "relu", "conv"]), rules)).toBe("0: 8, 20: 12, 30: 4"));
  it("are left alone where somebody reads them later", () => expect(steps(chain(["conv", "relu", "conv"], true), rules)).toBe("0: 8, 10: 16, 20: 20, 30: 4"));
  it("live as long as their views", () => expect(steps(chain(["conv", "reshape", "conv"], true), rules)).toBe("0: 8, 20: 12, 30: 4"));
  it("are not used for a smaller output", () => expect(steps(chain(["conv", "conv", "relu"]), rules)).toBe("0: 8, 10: 16, 20: 12, 30: 4"));
});

describe("profiles", () => {
  it("say what rounding and scattering cost, and what was alive at the peak", () => {
    const { profiles: [profile] } = replay(chain(["conv", "conv", "conv"]), undefined, "first-fit", { alignment: "16B", minBlock: "16B" }, 64);
    expect([profile!.peak, profile!.ticks[1], profile!.allocations, profile!.frees, profile!.allocatorNs]).toEqual([1, 10, 3, 2, 3 * 150 + 2 * 1000]);
    expect(profile!.peakBuffers.map(({ tensor, bytes, sinceTicks, untilTicks }) => [tensor, bytes, sinceTicks, untilTicks])).toEqual([[0, 8, 0, 20], [1, 8, 10, 30]]);
    // 16 of 32 allocated bytes were asked for at the peak; at the end the last tensor lies first, and all else is one block.
    expect([internalFragmentation(profile!, 1), externalFragmentation(profile!, 3)]).toEqual([0.5, 0]);
  });

  it("end with the first buffer that finds no room", () => {
    const { noRoom } = replay(chain(["conv", "conv", "conv"]), undefined, "first-fit", { alignment: "1B", minBlock: "1B" }, 15);
    expect(noRoom).toEqual({ memory: 0, buffer: 1, ticks: 10, bytes: 8, freeBytes: 7, largestFreeBytes: 7, alive: [{ tensor: 0, bytes: 8, sinceTicks: 0, untilTicks: 20 }], asking: [] });
  });
});
