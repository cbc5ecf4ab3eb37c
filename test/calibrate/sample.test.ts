import { describe, expect, it } from "vitest";
import { kernelKey, parseSamples, sampleLine, type Sample, type SampleHeader } from "../../src/calibrate/sample.ts";
import { InputError } from "../../src/base/errors.ts";

const header: SampleHeader = { format: "heddle-samples/1", device: "a CPU", backend: "ort", date: "2026-01-31", machine: { cpu: "a CPU", cores: 2, memoryBytes: 25_235_185_664, os: "linux 6.1 x64" }, versions: { node: "20.20.2" } };
const sample: Sample = { kind: "softmax", shape: { rows: 4, columns: 8 }, dtype: "f32", threads: 1, round: 0, ns: [1000.123456, 2000] };
const text = sampleLine(header) + sampleLine(sample);

function problem(input: string): string {
  try {
    parseSamples(input, "a.jsonl");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "nothing";
}

describe("samples", () => {
  it("are read as they were written, times to six digits", () => {
    expect(parseSamples(text)).toEqual({ header, samples: [{ ...sample, ns: [1000.12, 2000] }], failures: [] });
  });

  it("keep failures apart", () => {
    const failure = { kind: "conv", shape: { n: 1 }, dtype: "f32" as const, round: 1, failure: "did not answer" };
    expect(parseSamples(text + sampleLine(failure)).failures).toEqual([failure]);
  });

  it("do without a last line that was cut off", () => {
    expect(parseSamples(`${text}{"kind":"conv","sha`).samples).toHaveLength(1);
    expect(parseSamples(text.trimEnd()).samples).toHaveLength(1);
  });

  it("may begin with a mark, and end their lines as on Windows", () => {
    expect(parseSamples(`\ufeff${text.replaceAll("\n", "\r\n")}`)).toEqual(parseSamples(text));
  });

  it("say line, column and what is wrong", () => {
    expect(problem("")).toMatch(/the file is empty/);
    expect(problem('{"format":"heddle-samples/9"}\n')).toMatch(/^a\.jsonl:1:2: error\[format-version\]: the format is "heddle-samples\/9"/);
    expect(problem('{"device":"x"}\n')).toMatch(/a\.jsonl:1:1: error\[no-header\]/);
    expect(problem(`${text}not json\n`)).toMatch(/a\.jsonl:3:\d+: error\[bad-json\]/);
    // Of a file of another sort, the first line says enough.
    expect(problem("{\n  \"format\": \"heddle-profile/1\"\n}\n")).toBe("a.jsonl:1:2: error[bad-json]: the line is not JSON\n  hint: a sample file is JSON lines: the header, then a sample on each");
    expect(problem(`${text}[1]\n`)).toMatch(/a\.jsonl:3:1: error\[bad-json\]: the line is not an object/);
    for (const [bad, shown] of [["null", "null"], ["0", "0"], ["-5", "-5"], ['"3"', '"3"']] as const) {
      expect(problem(`${text}{"kind":"relu","shape":{},"dtype":"f32","round":0,"ns":[1,${bad}]}\n`)).toContain(`a.jsonl:3:51: error[bad-time]: time 2 is ${shown}`);
    }
    expect(problem(`${text}{"kind":"relu","shape":{"elements":-1},"dtype":"f32","round":0,"ns":[1]}\n`)).toMatch(/extent elements is -1/);
    expect(problem(`${text}{"kind":"relu","shape":{},"dtype":"f33","round":0,"ns":[1]}\n`)).toMatch(/"dtype" is "f33"/);
    expect(problem(`${text}{"kind":"relu","shape":{},"dtype":"f32","round":0,"ns":[]}\n`)).toMatch(/one or more times/);
    expect(problem(`${text}{"kind":"relu","shape":{},"dtype":"f32","ns":[1]}\n`)).toMatch(/needs "round"/);
    expect(problem(`${text}{"kind":"relu","shape":{},"dtype":"f32","round":0,"place":-1,"ns":[1]}\n`)).toMatch(/"place" is -1; it must be a whole number from 0/);
  });

  it("collect problems, but not without end", () => {
    const bad = `{"kind":"relu","shape":{},"dtype":"f32","round":0,"ns":[0]}\n`;
    expect(problem(text + bad.repeat(3)).split("\n")).toHaveLength(3);
    expect(problem(text + bad.repeat(500)).split("\n")).toHaveLength(20);
  });

  it("have one key a kernel, whatever the order of extents", () => {
    expect(kernelKey({ kind: "matmul", shape: { m: 1, k: 2 }, dtype: "f32" })).toBe(kernelKey({ kind: "matmul", shape: { k: 2, m: 1 }, dtype: "f32" }));
    expect(kernelKey({ kind: "conv", shape: {}, dtype: "f32", variant: "nchwc" })).not.toBe(kernelKey({ kind: "conv", shape: {}, dtype: "f32" }));
  });
});
