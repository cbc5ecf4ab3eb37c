import { describe, expect, it } from "vitest";
import { droppedStages, readScheduleLog } from "../../src/calibrate/schedule-log.ts";

/** Two chunks, of which the second is the slow one: an item each 100 ticks of 10 ns. */
const log = [
  "Schedule 0 [UID: one]:", "  Chunk 0 [OMP/Big   ]: 1", "  Chunk 1 [Vulkan    ]: 2, 3", "--------",
  "### Python Begin ###", "Schedule_UID=one", "Frequency=100000000 Hz",
  ...Array.from({ length: 8 }, (_, item) => `Task=${item} Chunk=0 Start=${1000 + item * 50} End=${1050 + item * 50} Duration=50`),
  ...Array.from({ length: 8 }, (_, item) => `Task=${item} Chunk=1 Start=${1050 + item * 100} End=${1150 + item * 100} Duration=100`),
  "### Python End ###", "",
].join("\n");
const stage = (name: string, big: number) => ({ name, aloneNs: { big, vulkan: 500 } });

describe("a log of executions", () => {
  it("gives chunks, the period of the steady state and the time in each chunk", () => {
    expect(readScheduleLog(log, { file: "a.log" })).toEqual([{ uid: "one", chunks: [{ on: "big", stages: ["1"] }, { on: "vulkan", stages: ["2", "3"] }], periodNs: 1000, chunkNs: [500, 1000] }]);
  });

  it("shows where the first stage of a chunk was not run", () => {
    const schedules = readScheduleLog(log, { file: "a.log" });
    expect(droppedStages(schedules, [stage("1", 450), stage("2", 1), stage("3", 1)])).toBe(0);
    expect(droppedStages(schedules, [stage("1", 60_000), stage("2", 1), stage("3", 1)])).toBe(1);
    expect(droppedStages([], [])).toBe(0);
  });

  it.each([["nothing", "hello", "no-executions"], ["an execution without its schedule", log.replace("[UID: one]", "[UID: two]"), "bad-execution"], ["a chunk missing", log.replace(/.*Chunk=1 .*\n/g, ""), "bad-execution"]])("is refused with %s", (_, text, code) => {
    expect(() => readScheduleLog(text, { file: "a.log" })).toThrow(code);
  });
});
