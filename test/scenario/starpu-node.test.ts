import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";

const file = join(import.meta.dirname, "../../scenarios/starpu-lu.yaml");
const run = async (...sets: string[]) => {
  const scenario = await resolveScenario(await loadScenario(file, { overrides: sets.map(parseOverride) }));
  const trace = runScenario(scenario);
  return { ms: (trace.makespanTicks * scenario.tickNs) / 1e6, trace };
};

describe("scenarios/starpu-lu.yaml: measured costs on the measured node", () => {
  it("takes three factorizations, one after the other, on the boards: what StarPU measured, 55.5 to 59.0 ms each, and the products between them", async () => {
    const { ms } = await run();
    expect(ms).toBeGreaterThan(3 * 55.5 * 0.9);
    expect(ms).toBeLessThan((3 * 59 + 2 * (3.4 + 2.6 + 1.8)) * 1.1);
  });

  it("costs those who use the cores", async () => {
    expect((await run("scheduler=eager")).ms).toBeGreaterThan(3 * (await run()).ms);
  });
});
