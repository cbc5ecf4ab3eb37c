import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { threadSpec, type ThreadSpecInput } from "../../src/programs/index.ts";

const issuesOf = (input: ThreadSpecInput): string[] => {
  try {
    threadSpec(input, { mustEnd: true });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ code, message }) => `${code}: ${message}`);
  }
  return [];
};
const compute = [{ compute: "1us" }] as never;
const forever = (...body: unknown[]): ThreadSpecInput => ({ programs: { w: [{ repeat: "forever", do: body }] as never }, threads: { w: 2 }, locks: ["m"], queues: ["q"] });

describe("what would be too much", () => {
  it("is too many threads in all groups together", () => {
    expect(issuesOf({ programs: { w: compute }, threads: { w: 600_000, v: { program: "w", count: 600_000 } }, cores: 1 })).toEqual(["too-many-threads: there are 1200000 threads in all groups together, and 1000000 are the most"]);
  });
  it("is too many variables of all threads together", () => {
    const sets = Array.from({ length: 100 }, (_, i) => ({ let: { [`x${i}`]: `$i + ${i}` } }));
    expect(issuesOf({ programs: { w: [...sets, { compute: "1us" }] as never }, threads: { w: 900_000 }, cores: 1 })).toEqual([expect.stringMatching(/^too-many-threads: 900000 threads with \d+ variables each are too many$/)]);
  });
  it("is too many objects", () => {
    expect(issuesOf({ programs: { w: compute }, threads: { w: 1 }, locks: { a: { count: 700_000 }, b: { count: 700_000 } } })).toEqual(["too-many-objects: there are 1400000 objects in all sections together, and 1000000 are the most"]);
  });
  it("is an affinity that goes backwards", () => {
    expect(issuesOf({ programs: { w: compute }, threads: { w: { affinity: "0, 5-2" } }, cores: 8 })).toEqual(["bad-value: affinity 5-2 goes backwards, and names no core"]);
  });
});

describe("a loop without end", () => {
  const endless = ["endless-loop: this is repeated for ever, and nothing in it can end it: the simulation would never be over"];
  it.each<[string, unknown[]]>([
    ["computes", [{ compute: "1us" }]], ["yields", ["yield"]], ["sleeps", [{ sleep: "0us" }]], ["tries a lock", [{ tryLock: { of: "m", then: [{ unlock: "m" }] } }]], ["asks a queue", [{ tryPop: { from: "q" } }]],
  ])("is refused where it only %s", (_, body) => {
    expect(issuesOf(forever(...body))).toEqual(endless);
  });
  it.each<[string, unknown[]]>([
    ["can be left", [{ compute: "1us" }, { if: "$i == 0", then: ["break"], else: ["end"] }]], ["waits for a lock", [{ lock: "m" }, { compute: "1us" }, { unlock: "m" }]], ["waits for an item", [{ pop: { from: "q", else: ["break"] } }]],
  ])("is none where it %s", (_, body) => {
    expect(issuesOf(forever(...body))).toEqual([]);
  });
  it("is allowed where the scenario says when a run gets nowhere", () => {
    expect(issuesOf({ ...forever({ compute: "1us" }), watch: { livelock: "1ms" } })).toEqual([]);
  });
});
