import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";

const root = join(import.meta.dirname, "../../scenarios/programs");
const run = async (file: string, ...sets: string[]) => {
  const scenario = await resolveScenario(await loadScenario(join(root, file), { overrides: sets.map(parseOverride) }));
  expect(scenario.warnings).toEqual([]);
  return runScenario(scenario);
};

describe("shipped programs", () => {
  it("dining-philosophers: nobody eats, and four cures let all eat", async () => {
    expect((await run("dining-philosophers.yaml")).complete).toBe(false);
    for (const cure of [1, 2, 3, 4]) expect((await run("dining-philosophers.yaml", `threads.philosopher.with.cure=${cure}`)).complete).toBe(true);
  });

  it("producer-consumer: under any lock, everything is used and the run ends", async () => {
    for (const lock of ["futex", "ticket", "mcs"]) expect([lock, (await run("producer-consumer.yaml", `locks.guard=${lock}`, "threads.producer.with.items=50")).complete]).toEqual([lock, true]);
  });

  it("lock-designs: stripes let more through than one lock", async () => {
    const one = (await run("lock-designs.yaml", "locks.table.kind=mcs")).makespanTicks;
    expect((await run("lock-designs.yaml", "locks.table.kind=mcs", "locks.table.granularity={striped: 16}")).makespanTicks).toBeLessThan(one);
  });
});
