import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { parseJson } from "../../src/base/parse-json.ts";

function problem(text: string): string {
  try {
    parseJson(text, { what: "the profile", file: "a.json", hint: "look" });
  } catch (error) {
    return (error as InputError).message;
  }
  return "none";
}

describe("JSON that is none", () => {
  it("is told with line and column", () => {
    expect(problem('{"a": 1}')).toBe("none");
    expect(problem('{"a": 1,\n "b" 2}')).toBe("a.json:2:6: error[bad-json]: the profile is not valid JSON\n  hint: look");
    expect(problem("hello")).toBe("a.json: error[bad-json]: the profile is not valid JSON\n  hint: look");
  });
  it("and where it ends too early, at its end", () => {
    expect(problem('{"a": 1,\n "b"\n\n')).toMatch(/^a\.json:2:\d: .*it ends too early/);
    expect(problem("")).toMatch(/^a\.json:1:1: .*it ends too early/);
  });
});
