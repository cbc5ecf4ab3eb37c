import { describe, expect, it } from "vitest";
import { distinctPolicies } from "../../src/scenario/distinct-policies.ts";
import { resolved } from "../sweep/resolved.ts";

const [dmda, heft] = [{ name: "dmda", summary: "" }, { name: "heft", summary: "" }];

describe("distinctPolicies", () => {
  it("keeps each policy with the same options once, in the order given, and says so", () => {
    const list = [{ definition: dmda, options: { beta: 1 } }, { definition: heft, options: {} }, { definition: dmda, options: { beta: 1 } }, { definition: dmda, options: { beta: 2 } }, { definition: heft, options: {} }, { definition: dmda, options: { beta: 1 } }];
    const { distinct, warnings } = distinctPolicies("compare", list);
    expect(distinct).toEqual([list[0], list[1], list[3]]);
    expect(warnings).toEqual([
      { code: "listed-twice", message: "dmda stands 3 times in compare with the same options, and is compared once" },
      { code: "listed-twice", message: "heft stands twice in compare with the same options, and is compared once" },
    ]);
  });

  it("holds for the lists of a scenario, whether options are written or defaults", async () => {
    const scenario = await resolved("{workload: {model: mlp}, machine: workstation, compare: [dmda, {use: dmda, alpha: 1, beta: 1}, {use: dmda, beta: 2}]}");
    expect(scenario.compare.map(({ options }) => options)).toEqual([{ alpha: 1, beta: 1 }, { alpha: 1, beta: 2 }]);
    expect(scenario.warnings.map(({ code }) => code)).toContain("listed-twice");
    const threads = await resolved("{programs: {w: [compute: 1ms]}, threads: {w: 3}, cores: 2, compareThreads: [fifo, fair, fifo]}");
    expect(threads.compareThreads.map(({ definition }) => definition.name)).toEqual(["fifo", "fair"]);
    expect(threads.warnings.map(({ message }) => message)).toContain("fifo stands twice in compareThreads with the same options, and is compared once");
  });
});
