import { describe, expect, it } from "vitest";
import { z } from "zod";
import { loopPolicies } from "../../src/loops/index.ts";
import { zodOptions } from "../../src/scenario/zod-options.ts";
import { threadPolicies } from "../../src/threads/index.ts";

describe("options of thread and loop policies", () => {
  it.each([...threadPolicies.all, ...loopPolicies.all].filter(({ options }) => options !== undefined))("$name: each says what it means and has a default", (definition) => {
    const schema = zodOptions(definition)!;
    const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as { properties?: Record<string, { description?: string; default?: unknown }> };
    expect(Object.keys(properties).length).toBeGreaterThan(0);
    for (const [name, { description, default: preset }] of Object.entries(properties)) {
      expect(description, name).toMatch(/^.{8,}[^.]$/);
      expect(preset, name).toBeDefined();
    }
    expect(schema.safeParse({}).success).toBe(true);
  });

  it.each([
    ["round-robin", { quantum: "-1ms" }], ["round-robin", { quantum: "0ms" }], ["round-robin", { quantum: 5 }], ["priority", { quantum: "-1ms" }],
    ["fair", { latency: "0ms" }], ["fair", { queues: "two" }], ["eevdf", { slice: "-3ms" }], ["coroutines", { carriers: -1 }], ["pinned", { turns: "1ms" }],
  ])("%s does not take %j", (name, given) => expect(zodOptions(threadPolicies.get(name))!.safeParse(given).success).toBe(false));

  it.each([["static", { chunk: -1 }], ["dynamic", { chunk: 0 }], ["guided", { divisor: 0 }], ["factoring", { factor: 1 }], ["steal", { victim: "me" }]])("%s does not take %j", (name, given) => expect(zodOptions(loopPolicies.get(name))!.safeParse(given).success).toBe(false));
});
