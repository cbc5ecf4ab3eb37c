import { expect, it } from "vitest";
import type { MemoryModel } from "../../../src/core/threads/memory-model.ts";
import { MemorySystem, ThreadMemory } from "../../../src/memory/system/index.ts";
import { access, KiB, MiB, smallSystem } from "./spec.ts";

function drawn(memory: MemoryModel, thread: number, core: number, ticks: number): [number, number][] {
  const uses: [number, number][] = [];
  memory.enter(thread, core, 0, ticks, (resource, demand) => uses.push([resource, demand]));
  return uses;
}

it("speaks ticks, and of cores that are slower", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 8 * MiB })]);
  const memory: MemoryModel = new ThreadMemory(system, [1, 0.5], 10);
  expect([...memory.capacity]).toEqual([240, 200]);
  // 8 MiB at 8 B/ns take 1 MiB ns, a tenth as many ticks; on the slow core half of it at speed 1, for the engine divides by the speed.
  expect(memory.aloneTicks(0, 0, 0, 0)).toBe(MiB / 10);
  expect(memory.aloneTicks(1, 1, 0, 0)).toBe(MiB / 20);
  // As much work as that, on the slow core twice as long.
  expect(memory.aloneTicks(2, 1, 0, MiB / 10)).toBe(MiB / 10);
  expect(drawn(memory, 2, 1, MiB / 5)).toEqual([[0, 40], [1, 40]]);
});

it("goes on after a pause with what is left, and remembers who was where", () => {
  const system = new MemorySystem(smallSystem(), [access({ bytes: 256 * KiB })]);
  const memory = new ThreadMemory(system, [1, 1], 1);
  const whole = memory.aloneTicks(0, 0, 0, 0);
  expect(whole).toBe((256 * KiB) / 8);
  drawn(memory, 0, 0, whole);
  memory.leave(0, 0, whole / 2);
  drawn(memory, 0, 0, whole / 2);
  // The second half was not there yet.
  expect(system.aloneNs).toBe((128 * KiB) / 8);
  memory.leave(0, 0);
  expect(memory.aloneTicks(0, 0, 0, 0)).toBe((256 * KiB) / 32);
  // Another thread comes to the core before it began: nothing is left in the caches of what never ran.
  memory.aloneTicks(1, 0, 0, 0);
  memory.leave(1, 0);
  expect(memory.aloneTicks(70, 1, 0, 0)).toBe((256 * KiB) / 8);
});
