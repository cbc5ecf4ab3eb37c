import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Registry } from "../../src/base/registry.ts";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { loadPolicy } from "../../src/scenario/load-policy.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const create = () => ({ dispatch() {} });
const registry = new Registry<SchedulerDefinition>("scheduler", [
  { name: "plain", summary: "without options", create },
  { name: "tuned", summary: "with options", create, options: z.strictObject({ alpha: z.number().default(1), mode: z.enum(["fast", "slow"]).default("fast") }) },
]);

/** Loads `scheduler: …` of a scenario that lies in this folder. */
async function load(scheduler: string) {
  const file = `${import.meta.dirname}/a.yaml`;
  const scenario = await loadScenario(file, { readFile: memoryFiles({ [file]: `scheduler: ${scheduler}\nworkload: {model: resnet50}` }) });
  return loadPolicy(scenario, ["scheduler"], scenario.spec.scheduler!, registry);
}
const errorOf = async (scheduler: string) => (await messageOf(() => load(scheduler))).replaceAll(`${import.meta.dirname}/`, "");

describe("loadPolicy", () => {
  it("takes a built-in, with defaults", async () => {
    expect(await load("plain")).toMatchObject({ definition: registry.get("plain"), options: {} });
    expect((await load("tuned")).options).toEqual({ alpha: 1, mode: "fast" });
    expect((await load("{use: tuned, alpha: 2}")).options).toEqual({ alpha: 2, mode: "fast" });
  });

  it("takes a file, relative to the scenario", async () => {
    expect((await load("./policies/several.mjs#one")).definition.name).toBe("one");
    expect((await load("./policies/single.mjs")).definition.name).toBe("only");
    expect((await load("./policies/default.mjs")).definition.name).toBe("standard");
    expect((await load("./policies/default.mjs#default")).definition.name).toBe("standard");
    expect((await load("{use: './policies/several.mjs#two', k: 4}")).options).toEqual({ k: 8 });
  });

  it.each([
    ["plan", 'a.yaml:1:12: error[unknown-scheduler]: there is no scheduler "plan"\n  hint: did you mean plain?'],
    ["nosuch-package#policy", 'a.yaml:1:12: error[unknown-scheduler]: there is no scheduler "nosuch-package#policy"\n  hint: one of: plain, tuned'],
    ["'../../etc;rm -rf'", "a.yaml:1:12: error[missing-file]: there is no file ../../etc;rm -rf"],
    ["'node:fs'", 'a.yaml:1:12: error[unknown-scheduler]: there is no scheduler "node:fs"\n  hint: one of: plain, tuned'],
    ["'data:text/javascript,1'", 'a.yaml:1:12: error[unknown-scheduler]: there is no scheduler "data:text/javascript,1"\n  hint: one of: plain, tuned'],
    ["{use: plain, beta: 1}", 'a.yaml:1:25: error[unknown-key]: the scheduler plain takes no options, but "beta" is given'],
    ["{use: tuned, alpa: 1}", 'a.yaml:1:25: error[unknown-key]: unknown key "alpa" in scheduler\n  hint: did you mean alpha?'],
    ["{use: tuned, alpha: x, mode: fats}", 'a.yaml:1:32: error[wrong-type]: scheduler.alpha must be a number, not "x"\na.yaml:1:41: error[bad-value]: scheduler.mode must be fast or slow, not "fats"\n  hint: did you mean fast?'],
    ["./policies/none.mjs", "a.yaml:1:12: error[missing-file]: there is no file ./policies/none.mjs"],
    ["./policies/several.mjs", "a.yaml:1:12: error[unknown-export]: ./policies/several.mjs has several policies\n  hint: choose one: ./policies/several.mjs#one, ./policies/several.mjs#two"],
    ["./policies/several.mjs#on", 'a.yaml:1:12: error[unknown-export]: ./policies/several.mjs has no export "on"\n  hint: did you mean one?'],
    ["./policies/several.mjs#half", "a.yaml:1:12: error[bad-policy]: ./policies/several.mjs#half is not a scheduler: it lacks summary, create\n  hint: a policy is {name, summary, create(options)}; see defineScheduler and defineSync of heddle/plugin"],
    ["./policies/several.mjs#text", 'a.yaml:1:12: error[bad-policy]: ./policies/several.mjs#text is not a scheduler: it is "text"\n  hint: a policy is {name, summary, create(options)}; see defineScheduler and defineSync of heddle/plugin'],
    ["{use: './policies/several.mjs#two', k: x}", "a.yaml:1:51: error[bad-option]: scheduler two: k must be a number"],
    ["./policies/throws.mjs", "a.yaml:1:12: error[policy-not-loaded]: cannot load ./policies/throws.mjs: Error: no licence"],
  ])("refuses %s", async (scheduler, message) => {
    expect(await errorOf(scheduler)).toBe(message);
  });

  it("names a file that is no JavaScript", async () => {
    expect(await errorOf("./policies/broken.mjs")).toMatch(/^a\.yaml:1:12: error\[policy-not-loaded\]: cannot load \.\/policies\/broken\.mjs: .*Error: /);
  });
});
