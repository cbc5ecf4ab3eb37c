import { describe, expect, it } from "vitest";
import { loopPolicies } from "../../src/loops/index.ts";
import { defineLoopPolicy, type LoopPolicy } from "../../src/plugin.ts";
import { checkLoopPolicy, loopPolicyChecks } from "../../src/testing.ts";

describe.each(loopPolicies.all.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
  for (const check of loopPolicyChecks(definition)) it(check.name, check.run);
});

describe.each([["static", { chunk: 3 }], ["dynamic", { chunk: 5 }], ["guided", { chunk: 4, divisor: 2 }], ["steal", { chunk: 3, victim: "next" }], ["factoring", { factor: 3, chunk: 2 }], ["trapezoid", { first: 20, last: 2 }]])("%s with options", (name, options) => {
  for (const check of loopPolicyChecks(loopPolicies.get(name), { options })) it(check.name, check.run);
});

describe("the checks themselves", () => {
  const broken = (next: LoopPolicy["next"], start: LoopPolicy["start"] = () => undefined) => defineLoopPolicy({ name: "broken", summary: "wrong on purpose", create: () => ({ start, next }) });

  it("find a policy that gives out nothing", () => {
    expect(() => checkLoopPolicy(broken(() => "none"))).toThrow(/gives out every iteration once: 1 iterations for 1 workers that ask in turn: iteration 0 was given to nobody/);
  });
  it("find a policy that gives out the same twice", () => {
    let left = 0;
    expect(() => checkLoopPolicy(broken((_, chunk) => {
      chunk.set([0, 1]);
      return left-- > 0 ? "own" : "none";
    }, (iterations) => (left = iterations)))).toThrow(/iteration 0 was given out twice/);
  });
  it("find pieces that are none", () => {
    expect(() => checkLoopPolicy(broken((_, chunk) => (chunk.set([0, 0.5]), "shared")))).toThrow(/worker 0 was given 0.5 iterations from 0 on/);
    expect(() => checkLoopPolicy(broken((_, chunk) => (chunk.set([0, 1]), "mine" as "own")))).toThrow(/next answered "mine"/);
  });
});
