import { describe, expect, it } from "vitest";
import { formatIssue, HeddleError, InputError, SimulationError } from "../../src/base/errors.ts";

describe("formatIssue", () => {
  it("prints the position it knows", () => {
    const issue = { code: "bad-unit", message: "10 has no unit" };
    expect(formatIssue(issue)).toBe("error[bad-unit]: 10 has no unit");
    expect(formatIssue({ ...issue, file: "a.yaml" })).toBe("a.yaml: error[bad-unit]: 10 has no unit");
    expect(formatIssue({ ...issue, file: "a.yaml", line: 3 })).toBe("a.yaml:3: error[bad-unit]: 10 has no unit");
    expect(formatIssue({ ...issue, file: "a.yaml", line: 3, column: 7, hint: "write 10us" })).toBe("a.yaml:3:7: error[bad-unit]: 10 has no unit\n  hint: write 10us");
    expect(formatIssue(issue, "warning")).toBe("warning[bad-unit]: 10 has no unit");
  });
});

describe("InputError", () => {
  it("sorts by file, line, column, and keeps the order of equals", () => {
    const at = (file: string, line: number, column: number, code: string) => ({ file, line, column, code, message: "m" });
    const error = new InputError([at("b", 1, 1, "e"), at("a", 2, 1, "d"), at("a", 1, 9, "b"), at("a", 1, 9, "c"), at("a", 1, 2, "a")]);
    expect(error.issues.map((issue) => issue.code)).toEqual(["a", "b", "c", "d", "e"]);
    expect(error.message.split("\n")).toHaveLength(5);
  });

  it("takes one issue or a list, and leaves the list alone", () => {
    const list = [{ code: "b", message: "", line: 2 }, { code: "a", message: "", line: 1 }];
    expect(new InputError(list).issues.map((issue) => issue.code)).toEqual(["a", "b"]);
    expect(list[0]!.code).toBe("b");
    expect(new InputError({ code: "x", message: "alone" }).message).toBe("error[x]: alone");
  });

  it("has exit code 2, and a failed simulation 1", () => {
    const [input, simulation] = [new InputError({ code: "x", message: "" }), new SimulationError({ code: "deadlock", message: "" })];
    expect([input.exitCode, simulation.exitCode]).toEqual([2, 1]);
    expect([input, simulation].every((error) => error instanceof HeddleError && error instanceof Error)).toBe(true);
    expect([input.name, simulation.name]).toEqual(["InputError", "SimulationError"]);
  });
});
