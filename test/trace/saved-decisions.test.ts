import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { simulate } from "../../src/core/simulate.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { makeInstance } from "./make-run.ts";

const trace = simulate({ instance: makeInstance({ costs: [[4, 9], [9, 3], [2, Infinity]], edges: [[0, 1, 6]], latency: 1 }), scheduler: schedulers.get("mct").create({}), decisions: true });
const policies = { scheduler: { use: "dmda", beta: 2 }, sync: { use: "dataflow" } };
const text = [...saveTrace(trace, policies)].join("");

type Loose = Record<string, unknown> & { decisions: Record<string, unknown>; policies: Record<string, unknown> };

function messageAfter(change: (heddle: Loose) => void): string {
  const file = JSON.parse(text);
  change(file.heddle);
  try {
    loadTrace(JSON.stringify(file));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).issues[0]!.message;
  }
  return "no error";
}
const base64 = (values: Float64Array | Uint32Array | Uint8Array): string => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

describe("a saved decision log", () => {
  it("comes back equal, with the policies' options and the same digest", () => {
    const loaded = loadTrace(text);
    expect(loaded.decisions).toEqual(trace.decisions);
    expect(loaded.policies).toEqual(policies);
    expect(loaded.digest).toBe(trace.digest);
    expect([...saveTrace(loaded)].join("")).toBe(text);
  });

  it("is not there in a trace without one", () => {
    const bare = loadTrace([...saveTrace({ ...trace, decisions: undefined } as never)].join(""));
    expect([bare.decisions, bare.policies]).toEqual([undefined, undefined]);
  });

  it("is refused where it holds anything else, by name", () => {
    expect(messageAfter((h) => (h.decisions = 7 as never))).toBe("decisions is not an object");
    expect(messageAfter((h) => delete h.decisions.op)).toBe("decisions.op is missing");
    expect(messageAfter((h) => (h.decisions.op = 7))).toBe("decisions.op is not a text");
    expect(messageAfter((h) => (h.decisions.op = "????"))).toMatch(/decisions.op is not base64/);
    expect(messageAfter((h) => (h.decisions.op = base64(Uint32Array.of(0, 1, 9))))).toMatch(/decisions.op holds 9 at entry 2/);
    expect(messageAfter((h) => (h.decisions.planned = base64(Uint8Array.of(0, 1))))).toMatch(/decisions.planned has 2 entries where 3 belong/);
    expect(messageAfter((h) => (h.decisions.planned = base64(Uint8Array.of(0, 1, 2))))).toMatch(/decisions.planned holds 2/);
    expect(messageAfter((h) => (h.decisions.atTicks = base64(Float64Array.of(0, NaN, 0))))).toMatch(/decisions.atTicks holds NaN/);
    expect(messageAfter((h) => (h.decisions.candidates = base64(Uint32Array.of(1, 1, 3))))).toMatch(/decisions.candidates holds 3/);
    expect(messageAfter((h) => (h.decisions.first = base64(Uint32Array.of(0, 4, 2, 5))))).toMatch(/decisions.first goes down at entry 2/);
    expect(messageAfter((h) => (h.decisions.first = base64(Uint32Array.of(0, 2, 4, 99))))).toMatch(/decisions.first does not run from 0 to 5/);
    expect(messageAfter((h) => (h.decisions.device = base64(Uint32Array.of(0, 1, 0, 1, 2))))).toMatch(/decisions.device holds 2/);
    expect(messageAfter((h) => (h.decisions.runTicks = base64(Float64Array.of(-1, 1, 0, 1, 2))))).toMatch(/decisions.runTicks holds -1/);
    expect(messageAfter((h) => (h.policies = [] as never))).toBe("policies is not an object");
    expect(messageAfter((h) => (h.policies.sync = "dataflow"))).toBe("policies.sync is not an object");
    expect(messageAfter((h) => (h.policies.scheduler = { beta: 2 }))).toBe("policies.scheduler.use is missing");
  });
});
