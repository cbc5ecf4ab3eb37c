import { expect, it } from "vitest";
import { MemorySystem, ThreadMemory } from "../../../src/memory/system/index.ts";
import { access, KiB, MiB, smallSystem } from "./spec.ts";

function drawn(memory: ThreadMemory, core: number): { busy: number; uses: [number, number][] } {
  const uses: [number, number][] = [];
  const busy = memory.draw(core, (resource, demand) => uses.push([resource, demand]));
  return { busy, uses };
}

it("speaks ticks, and of cores that are slower", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 8 * MiB })]);
  const memory = new ThreadMemory(system, [1, 0.5], 10);
  expect([...memory.capacity]).toEqual([240, 200]);
  // 8 MiB at 8 B/ns take 1 MiB ns, a tenth as many ticks; on the slow core half of it at speed 1, for the engine divides by the speed.
  expect(memory.begin(0, 0, 0, -1, 1, 0)).toBe(MiB / 10);
  expect(memory.begin(1, 1, 0, -1, 1, 0)).toBe(MiB / 20);
  // As much work as that, on the slow core twice as long; half of which it waits for nothing but its core.
  expect(memory.begin(2, 1, 0, -1, 1, MiB / 10)).toBe(MiB / 10);
  expect(drawn(memory, 1)).toEqual({ busy: 1, uses: [[0, 40], [1, 40]] });
  memory.begin(2, 1, 0, -1, 1, MiB / 40);
  expect(drawn(memory, 1).busy).toBe(0.5);
});

it("goes on after a pause with what is left, and remembers who was where", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 256 * KiB })]);
  const memory = new ThreadMemory(system, [1, 1], 1);
  const whole = memory.begin(0, 0, 0, -1, 1, 0);
  expect(whole).toBe((256 * KiB) / 8);
  expect(memory.goOn(0, 0, whole)).toBe(whole);
  memory.leave(0, 0, whole / 2);
  // The second half was not there yet.
  expect(memory.goOn(0, 0, whole / 2)).toBe((128 * KiB) / 8);
  memory.leave(0, 0, 0);
  expect(memory.begin(0, 0, 0, -1, 1, 0)).toBe((256 * KiB) / 32);
  // Half of that again, on another core that has none of it in its own caches: the last cache is shared.
  memory.leave(0, 0, (128 * KiB) / 32);
  expect(memory.goOn(0, 1, (128 * KiB) / 32)).toBe((128 * KiB) / 16);
  memory.leave(0, 1, 0);
  // Another thread comes to the core before it began: nothing is left in the caches of what never ran.
  memory.begin(1, 0, 0, -1, 1, 0);
  memory.leave(1, 0, 256 * KiB / 8);
  expect(memory.begin(70, 1, 0, -1, 1, 0)).toBe((256 * KiB) / 8);
});

it("pays for first touches in shares where it is paused", () => {
  const system = new MemorySystem(smallSystem({ pages: { faultNs: 1000 } }), [access({ bytes: 64 * KiB })]);
  const memory = new ThreadMemory(system, [1], 1);
  const whole = memory.begin(0, 0, 0, -1, 1, 0);
  expect(whole).toBe((64 * KiB) / 8 + 16_000);
  memory.leave(0, 0, whole / 4);
  // A quarter is left: of the lines, which are not there, and of the faults, which were all counted at the beginning.
  expect(memory.goOn(0, 0, whole / 4)).toBe((16 * KiB) / 8 + 4000);
});

it("takes a piece of an access, on data that others share", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 8 * MiB })]);
  const memory = new ThreadMemory(system, [1, 1], 1, Int32Array.of(-1, system.addRegion({ bytes: 8 * MiB, placement: "first-touch" })));
  expect(memory.begin(0, 0, 0, 1, 0.25, 0)).toBe((2 * MiB) / 8);
  expect(system.committedBytes(0)).toBe(2 * MiB);
  memory.begin(1, 1, 0, 1, 1, 0);
  expect(system.committedBytes(0)).toBe(8 * MiB);
  // What is a thread's own is free when it has ended; what is shared stays.
  memory.begin(1, 1, 0, -1, 1, 0);
  expect(system.committedBytes(0)).toBe(16 * MiB);
  memory.ended(1);
  expect(system.committedBytes(0)).toBe(8 * MiB);
});

it("says whose computation takes another time now, and how much of it", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 64 * MiB, workingSetBytes: 12 * MiB, pattern: "chase" })]);
  const memory = new ThreadMemory(system, [1, 1], 1);
  memory.begin(0, 0, 0, -1, 1, 0);
  memory.leave(0, 0, 0);
  const alone = memory.begin(0, 0, 0, -1, 1, 0);
  expect(memory.nextChanged()).toBe(-1);
  memory.begin(1, 1, 0, -1, 1, 0);
  expect(memory.nextChanged()).toBe(0);
  const slower = memory.again(0);
  expect(slower).toBeGreaterThan(1.2);
  expect(memory.nextChanged()).toBe(-1);
  // Asked again, there is nothing new.
  expect(memory.again(0)).toBe(1);
  // Leaves and comes back at once: the same as before.
  memory.leave(1, 1, 0);
  memory.begin(1, 1, 0, -1, 1, 0);
  memory.leave(1, 1, 0);
  expect(memory.nextChanged()).toBe(0);
  expect(memory.again(0) * slower).toBeCloseTo(1, 6);
  expect(alone).toBeGreaterThan(0);
});
