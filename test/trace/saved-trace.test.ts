import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError, InputError } from "../../src/base/errors.ts";
import type { NameList } from "../../src/core/instance.ts";
import type { Trace } from "../../src/core/trace.ts";
import { criticalPath } from "../../src/trace/critical-path.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { anyRun } from "./any-run.ts";
import { makeInstance, makeRun } from "./make-run.ts";

const namesOf = (list: NameList): string[] => Array.from({ length: list.length }, (_, id) => list.at(id));
/** With names as arrays, which compare by value, and without what only a file has. */
const plain = ({ record: _record, ...trace }: Trace): object => ({ ...trace, instance: { ...trace.instance, opNames: namesOf(trace.instance.opNames), tensorNames: namesOf(trace.instance.tensorNames) } });
const saved = (trace: Trace): string => [...saveTrace(trace)].join("");

const small = makeRun(makeInstance({ costs: [[4, 9], [9, 3], [2, Infinity]], edges: [[0, 1, 6]], latency: 1, names: ["a", "b", "c"], devices: ["cpu", "gpu"] }), [
  { op: 0, device: 0 }, { op: 1, device: 1 }, { op: 2, device: 0 },
]);

/** The `heddle` part, to be spoilt. */
interface Loose {
  [key: string]: unknown;
  opNames: string[];
  instance: Record<string, unknown>;
  columns: Record<string, string>;
}

/** The message for a file made from `small` by a change to its `heddle` part. */
function messageAfter(change: (heddle: Loose) => void): string {
  const file = JSON.parse(saved(small));
  change(file.heddle);
  try {
    loadTrace(JSON.stringify(file), { file: "t.json" });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return "no error";
}
const base64 = (values: Float64Array | Uint32Array | Int32Array | Uint8Array): string => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

describe("saveTrace and loadTrace", () => {
  it("give back an equal trace, whatever the run", () => {
    fc.assert(fc.property(anyRun, (trace) => void expect(plain(loadTrace(saved(trace)))).toEqual(plain(trace))), { numRuns: 200, seed: 9 });
  });

  it("keep a stopped run, with what did not happen", () => {
    const trace = makeRun(makeInstance({ costs: [[4], [2]], edges: [[0, 1, 0]] }), [{ op: 0, device: 0 }]);
    expect(plain(loadTrace(saved(trace)))).toEqual(plain(trace));
  });

  it("write JSON that trace viewers read", () => {
    const file = JSON.parse(saved(small));
    expect(file.displayTimeUnit).toBe("ns");
    expect(file.traceEvents.length).toBeGreaterThan(5);
  });

  it("store usual tensor names as 0", () => {
    expect(JSON.parse(saved(small)).heddle.tensorNames).toEqual([0]);
  });
});

describe("loadTrace refuses", () => {
  const messageOf = (text: string): string => {
    try {
      loadTrace(text, { file: "t.json" });
    } catch (error) {
      return (error as Error).message.split("\n")[0]!;
    }
    return "no error";
  };

  it("what is no trace file", () => {
    expect(messageOf("")).toBe("t.json: error[empty-file]: the file is empty");
    expect(messageOf(saved(small).slice(0, 500))).toMatch(/^t.json:7:5: error\[bad-json\]: the trace is not valid JSON/);
    expect(messageOf("[1]")).toMatch(/error\[not-a-trace\]/);
    expect(messageOf(`{"traceEvents":[]}`)).toMatch(/error\[not-a-trace\]/);
    expect(messageOf("[".repeat(1_000_000))).toMatch(/error\[bad-json\]/);
    expect(messageOf(`{"heddle":{"version":4}}`)).toBe("t.json: error[trace-version]: the trace has format version 4, and this Heddle reads versions 1, 2, 3");
  });

  it("missing, mistyped and mis-sized parts, each by name", () => {
    expect(messageAfter((h) => delete h.digest)).toMatch(/digest is missing/);
    expect(messageAfter((h) => (h.makespanTicks = "14"))).toMatch(/makespanTicks is not a number/);
    expect(messageAfter((h) => (h.instance.tickNs = 0))).toMatch(/tickNs must be above 0/);
    expect(messageAfter((h) => h.opNames.pop())).toMatch(/opNames has 2 entries where 3 belong/);
    expect(messageAfter((h) => (h.tensorNames = [7]))).toMatch(/tensorNames\[0\] is not a name/);
    expect(messageAfter((h) => delete h.columns["ops.device"])).toMatch(/columns.ops.device is missing/);
    expect(messageAfter((h) => (h.columns["ops.device"] = "????"))).toMatch(/ops.device is not base64/);
    expect(messageAfter((h) => (h.columns["ops.endTicks"] = "AAAA"))).toMatch(/ops.endTicks is not base64 of whole f64/);
    expect(messageAfter((h) => (h.columns["ops.endTicks"] = base64(Float64Array.of(1, 2))))).toMatch(/ops.endTicks has 2 entries where 3 belong/);
  });

  it("ids out of range, NaN, and columns that contradict each other", () => {
    const set = (path: string, values: Float64Array | Uint32Array | Int32Array | Uint8Array) => (h: Loose) => (h.columns[path] = base64(values));
    expect(messageAfter(set("ops.device", Int32Array.of(0, 2, 0)))).toMatch(/ops.device holds 2 at entry 1/);
    expect(messageAfter(set("instance.tensorProducer", Int32Array.of(9)))).toMatch(/tensorProducer holds 9/);
    expect(messageAfter(set("instance.tensorProducer", Int32Array.of(2)))).toMatch(/before its producer 2/);
    expect(messageAfter(set("instance.topo", Uint32Array.of(0, 0, 1)))).toMatch(/topo names operator 0 twice/);
    expect(messageAfter(set("instance.inputs.start", Uint32Array.of(0, 1, 0, 1)))).toMatch(/inputs.start goes down/);
    expect(messageAfter(set("instance.inputs.start", Uint32Array.of(0, 0, 0, 7)))).toMatch(/does not run from 0 to 1/);
    expect(messageAfter(set("instance.tensorBytes", Float64Array.of(NaN)))).toMatch(/tensorBytes holds NaN/);
    expect(messageAfter(set("instance.slots", Int32Array.of(1, 2 ** 30)))).toMatch(/have 1073741825 slots together, more than/);
    expect(messageAfter(set("rows.track", Uint32Array.of(0, 0, 0, 5)))).toMatch(/rows.track holds 5/);
    expect(messageAfter(set("rows.kind", Uint8Array.of(0, 0, 0, 0)))).toMatch(/mixes operators and transfers/);
    expect(messageAfter(set("rows.subject", Uint32Array.of(0, 2, 1, 1)))).toMatch(/transfer 1, which does not exist/);
    expect(messageAfter(set("transfers.endTicks", Float64Array.of(3)))).toMatch(/transfer 0 ends before it begins/);
    expect(messageAfter(set("ops.slot", Int32Array.of(0, 1, 0)))).toMatch(/in slot 1 of a device with 1/);
    expect(messageAfter(set("ops.endTicks", Float64Array.of(4, 99, 6)))).toMatch(/after the makespan/);
  });

  it("or survives any single change to a file: a message, or a trace that can be walked", () => {
    const text = saved(small);
    const end = text.indexOf('"traceEvents"');
    fc.assert(
      fc.property(fc.nat(end), fc.constantFrom("", "0", "9", "A", "/", "=", '"', ",", "]", "-", "é"), (at, letter) => {
        try {
          criticalPath(loadTrace(text.slice(0, at) + letter + text.slice(at + 1)));
        } catch (error) {
          expect(error).toBeInstanceOf(HeddleError);
        }
      }),
      { numRuns: 3000, seed: 4 },
    );
  });
});
