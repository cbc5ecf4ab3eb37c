import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { samplesFromCsv, samplesFromText } from "../../src/calibrate/samples-from-csv.ts";

const map = "kind='matmul',m=M,n=N,k=K,time=latency:ms";
const issuesOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  throw new Error("nothing was wrong");
};
const told = (text: string, mapping = map) => issuesOf(() => samplesFromCsv(text, mapping, "t.csv")).map(({ code, line, column, message }) => `${line ?? "-"}:${column ?? "-"} ${code} ${message}`);

describe("samples from a table", () => {
  it("takes columns, constants, units and renamed kinds", () => {
    const text = "op;M;N;K;latency;type\nlinear;64;32;16;0.02;f16\nlinear;64;32;16;0.03ms;f16\n\"bmm\";8;8;8;1e-3;f16\n";
    const samples = samplesFromCsv(text, "kind=op, kind.linear=matmul, kind.bmm=matmul, m=M, n=N, k=K, batch=4, time=latency:ms, dtype=type, threads=2");
    expect(samples).toEqual([
      { kind: "matmul", dtype: "f16", threads: 2, shape: { m: 64, n: 32, k: 16, batch: 4 }, round: 0, ns: [20_000] },
      { kind: "matmul", dtype: "f16", threads: 2, shape: { m: 64, n: 32, k: 16, batch: 4 }, round: 1, ns: [30_000] },
      { kind: "matmul", dtype: "f16", threads: 2, shape: { m: 8, n: 8, k: 8, batch: 4 }, round: 0, ns: [1000] },
    ]);
  });

  it("names line and column of times that are none", () => {
    expect(told("M,N,K,latency\n1,2,3,NaN\n1,2,3,0\n1,2,3,-4\n1,2,3,\n1,2,3,fast\n1,2,3,5\n")).toEqual([
      '2:7 bad-time the time "NaN" is no number',
      "3:7 bad-time the time is 0; times are more than 0",
      "4:7 bad-time the time is -4; times are more than 0",
      "5:7 bad-time the time is missing",
      '6:7 bad-time the time "fast" is no number',
    ]);
  });

  it("refuses mixed units, in the cells and between header and map", () => {
    expect(told("M,N,K,latency\n1,2,3,4us\n")).toEqual(["2:7 mixed-units the time is 4us, and the column is in ms"]);
    expect(told("M,N,K,latency_us\n1,2,3,4\n", "kind='matmul',m=M,n=N,k=K,time=latency_us:ms")).toEqual(['-:- mixed-units --map: the column is called "latency_us", and the map says ms']);
  });

  it.each([
    ["ms", "us"], ["time_usec", "ms"], ["time [msec]", "us"], ["latencyMs", "us"], ["nanoseconds", "us"], ["time (\u00b5s)", "ms"], ["time (\u03bcs)", "ms"], ["time.s", "ms"], ["run seconds", "ms"],
  ])("reads the unit in the name of a column: %s in %s", (name, unit) => {
    expect(told(`M,N,K,${name}\n1,2,3,4\n`, `kind='matmul',m=M,n=N,k=K,time=${name}:${unit}`)[0]).toContain("mixed-units");
  });

  it("takes micro for micro, however it is written, and other names for none", () => {
    const ns = (name: string, unit: string, cell = "4") => samplesFromCsv(`M,N,K,${name}\n1,2,3,${cell}\n`, `kind='matmul',m=M,n=N,k=K,time=${name}:${unit}`)[0]!.ns;
    for (const [name, unit, cell] of [["time (\u03bcs)", "us", "4"], ["time (\u00b5s)", "\u03bcs", "4"], ["time_usec", "\u00b5s", "4 \u03bcs"]] as const) expect(ns(name, unit, cell)).toEqual([4000]);
    for (const name of ["runs", "s", "tms", "items", "params"]) expect(ns(name, "us")).toEqual([4000]);
  });

  it("refuses a column that is there twice, where it is meant", () => {
    expect(told("M,N,K,latency,latency\n1,2,3,4,400\n")).toEqual(['-:- duplicate-name --map: the table has several columns "latency", and one is wanted for time']);
    expect(samplesFromCsv("M,N,K,latency,note,note\n1,2,3,4,a,b\n", map)).toHaveLength(1);
  });

  it.each([
    ["lines of Windows, with its mark", "\ufeffM,N,K,latency\r\n1,2,3,4\r\n\r\n"], ["lines of old Macs", "M,N,K,latency\r1,2,3,4\r"],
    ["empty lines and rows", "M;N;K;latency\n\n;;;\n1;2;3;4\n  \n"], ["quotes, spaces and tabs", 'M\tN\tK\t"latency"\n"1"\t 2 \t3\t"4"'],
  ])("reads %s", (_, text) => {
    expect(samplesFromCsv(text, map)).toEqual([{ kind: "matmul", dtype: "f32", shape: { m: 1, n: 2, k: 3 }, round: 0, ns: [4e6] }]);
  });

  it("says that a file in UTF-16 is none", () => {
    expect(told(Buffer.from("M,N,K,latency\n1,2,3,4\n", "utf16le").toString("utf8"))).toEqual(["-:- bad-encoding the table is no text in UTF-8"]);
  });

  it("refuses missing columns, units and cells, with what was meant", () => {
    const [missing] = issuesOf(() => samplesFromCsv("M,N,K,latency\n1,2,3,4\n", "kind='matmul',m=M,n=N,k=KK,time=latency:ms"));
    expect(missing).toMatchObject({ code: "missing-column", hint: "did you mean K?" });
    expect(told("M,N,K,latency\n1,2,3,4\n", "kind='matmul',m=M,n=N,k=K,time=latency")[0]).toContain("missing-unit");
    expect(told("M,N,K,latency\n1,2,3,4\n", "kind='matmul',m=M")[0]).toContain("nothing says which column has the times");
    expect(told("M,N,K,latency\n1,2,3,4\n", "m=M,time=latency:ms")[0]).toContain("nothing says which kind");
    expect(told("M,N,K,latency\n1,2,3,4\n", "kind=matmul,m=M,time=latency:ms")[0]).toContain('no column "matmul" for kind');
    expect(told("M,N,K,latency\n1,2,4\n1,x,3,4\n")).toEqual(["2:1 bad-csv the row has 3 cells, and the header 4", '3:3 bad-number n is "x"; a number from 0 is wanted']);
    expect(told("M,N,K,latency\n")).toEqual(["-:- empty-file the table has a header and no rows"]);
    expect(told('M,N,K,latency\n1,"2,3,4\n')).toEqual(["2:3 bad-csv this quote is never closed"]);
  });

  it("wants the extents that the catalogue needs for a kind", () => {
    const [missing] = issuesOf(() => samplesFromCsv("M,N,latency\n1,2,3\n1,3,3\n", "kind='matmul',m=M,n=N,time=latency:ms", "t.csv"));
    expect(missing).toEqual({ code: "missing-extent", message: "matmul needs k", file: "t.csv", hint: "add to --map where k is: k=COLUMN, or k=512 for all rows" });
    expect(told("kind,E,latency\nrelu,2,3\nsoftmax,3,3\nsoftmax,4,3\n", "kind=kind,elements=E,time=latency:ms")).toEqual(["3:1 missing-extent softmax needs rows and columns"]);
    // A number for all rows will do, and so does what follows from the extents.
    expect(samplesFromCsv("M,N,latency\n1,2,3\n", "kind='matmul',m=M,n=N,k=512,time=latency:ms")).toHaveLength(1);
    expect(samplesFromCsv("F,latency\n1e9,3\n", "kind='matmul',flops=F,time=latency:ms")).toHaveLength(1);
  });

  it("asks what was meant by a kind that is almost one of the catalogue, and takes one's own", () => {
    const [almost, ...more] = issuesOf(() => samplesFromCsv("M,N,K,latency\n1,2,3,4\n1,2,4,4\n", "kind='matmull',m=M,n=N,k=K,time=latency:ms"));
    expect(almost).toMatchObject({ code: "unknown-kind", message: 'the operator catalogue has no kind "matmull"', hint: "did you mean matmul? A kind of your own: add kind.matmull=matmull to --map" });
    expect(more).toEqual([]);
    expect(issuesOf(() => samplesFromCsv("op,E,latency\nrelu6,3,4\n", "kind=op,elements=E,time=latency:ms"))[0]).toMatchObject({ line: 2, column: 1, hint: expect.stringMatching(/^did you mean relu\?.* kind\.relu6=relu says so\./) });
    const kinds = (mapping: string) => samplesFromCsv("op,E,latency\nrelu6,3,4\n", `kind=op,${mapping},x=E,time=latency:ms`).map(({ kind }) => kind);
    expect(kinds("kind.relu6=relu6")).toEqual(["relu6"]);
    expect(kinds("kind.relu6=tokenizer")).toEqual(["tokenizer"]);
    expect(kinds("kind.relu6=launch.kernel")).toEqual(["launch.kernel"]);
  });

  it("stops listing after twenty problems", () => {
    expect(told(`M,N,K,latency\n${"1,2,3,no\n".repeat(100)}`)).toHaveLength(20);
  });

  it("knows sample files by themselves, and asks for a mapping of tables", () => {
    const header = { format: "heddle-samples/1", device: "d", backend: "ort", date: "2026-01-31", machine: { cpu: "c", cores: 1, memoryBytes: 1, os: "o" }, versions: {} };
    const sample = { kind: "relu", shape: { elements: 4 }, dtype: "f32", round: 0, ns: [5] };
    expect(samplesFromText(`${JSON.stringify(header)}\n${JSON.stringify(sample)}\n`)).toEqual([sample]);
    expect(issuesOf(() => samplesFromText("M,latency\n1,2\n"))[0]).toMatchObject({ code: "missing-map" });
  });
});
