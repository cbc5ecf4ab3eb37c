import { expect, it } from "vitest";
import { ownValue } from "../../src/base/own-value.ts";

it("finds what a record has itself, and nothing that every object has", () => {
  const record: Record<string, number> = { a: 1, b: 0 };
  expect([ownValue(record, "a"), ownValue(record, "b"), ownValue(record, "c"), ownValue(undefined, "a")]).toEqual([1, 0, undefined, undefined]);
  for (const name of ["constructor", "toString", "__proto__", "valueOf"]) expect(ownValue(record, name)).toBeUndefined();
});
