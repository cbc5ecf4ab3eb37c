import { describe, expect, it } from "vitest";
import { z } from "zod";
import { zodOptions } from "../../src/scenario/zod-options.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { syncPolicies } from "../../src/sync/index.ts";

describe("options of the built-in policies", () => {
  it.each([...schedulers.all, ...syncPolicies.all].filter(({ options }) => options !== undefined))("$name: each says what it means", (definition) => {
    const { properties = {} } = z.toJSONSchema(zodOptions(definition)!, { io: "input", unrepresentable: "any" }) as { properties?: Record<string, { description?: string }> };
    expect(Object.keys(properties).length).toBeGreaterThan(0);
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/^.{8,}[^.]$/);
  });
});
