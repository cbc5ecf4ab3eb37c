import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { SampleStore, samplesBefore } from "../../../src/calibrate/measure/sample-store.ts";
import type { Sample, SampleHeader } from "../../../src/calibrate/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-store-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header: SampleHeader = { format: "heddle-samples/1", device: "a CPU", backend: "ort", date: "2026-01-31", machine: { cpu: "a CPU", cores: 2, memoryBytes: 1, os: "linux" }, versions: { "onnxruntime-node": "1.30.0" } };
const sample = (round: number): Sample => ({ kind: "relu", shape: { elements: 8 }, dtype: "f32", round, ns: [100] });

function store(file: string, changed: Partial<SampleHeader> = {}): SampleStore {
  return new SampleStore(join(folder, file), { ...header, ...changed });
}

describe("the store of samples", () => {
  it("begins a file, in a folder that is made for it, and goes on with it", () => {
    const first = store("deep/er/a.jsonl");
    expect(first.before.samples).toEqual([]);
    first.append(sample(0));
    first.close();
    const second = store("deep/er/a.jsonl", { date: "2026-02-01" });
    expect(second.before).toEqual({ header, samples: [sample(0)], failures: [] });
    second.append(sample(1));
    second.close();
    expect(readFileSync(join(folder, "deep/er/a.jsonl"), "utf8").split("\n")).toHaveLength(4);
  });

  it("takes off what a kill left of a line", () => {
    const first = store("b.jsonl");
    first.append(sample(0));
    first.close();
    const before = readFileSync(join(folder, "b.jsonl"), "utf8");
    appendFileSync(join(folder, "b.jsonl"), '{"kind":"relu","sha');
    const second = store("b.jsonl");
    expect(second.before.samples).toEqual([sample(0)]);
    second.append(sample(1));
    second.close();
    expect(readFileSync(join(folder, "b.jsonl"), "utf8")).toBe(`${before}${JSON.stringify(sample(1))}\n`);
  });

  it("does not mix devices, backends and versions", () => {
    store("c.jsonl").close();
    expect(() => store("c.jsonl", { device: "another" })).toThrow(/device was "a CPU" and is "another"/);
    expect(() => store("c.jsonl", { versions: { "onnxruntime-node": "1.31.0" } })).toThrow(/onnxruntime-node was 1\.30\.0 and is 1\.31\.0/);
    expect(() => store("c.jsonl", { versions: {} })).toThrow(InputError);
  });

  it("does not go on with samples of another machine that has a processor of the same name", () => {
    const machine = { cpu: "AMD EPYC", cores: 2, memoryBytes: 24e9, os: "linux 6.18 x64" };
    const first = store("d.jsonl", { machine });
    first.append(sample(0));
    first.close();
    const before = readFileSync(join(folder, "d.jsonl"), "utf8");
    const other = (changed: Partial<typeof machine>) => () => store("d.jsonl", { machine: { ...machine, ...changed } });
    expect(other({ cpu: "AMD EPYC 7B13" })).toThrow(/another machine .*: cpu was "AMD EPYC" and is "AMD EPYC 7B13"\n {2}hint: .*--out FOLDER/);
    expect(other({ cores: 16 })).toThrow(/cores was 2 and is 16/);
    expect(other({ memoryBytes: 64e9 })).toThrow(/memory was 22\.4 GiB and is 59\.6 GiB/);
    expect(other({ os: "linux 6.1 x64", cores: 4 })).toThrow(/cores was 2 and is 4; os was "linux 6\.18 x64" and is "linux 6\.1 x64"/);
    expect(() => samplesBefore(join(folder, "d.jsonl"), { ...header, machine: { ...machine, cores: 4 } })).toThrow(InputError);
    expect(readFileSync(join(folder, "d.jsonl"), "utf8")).toBe(before);
  });

  it("goes on where the memory is a little more, or a version has another patch", () => {
    store("e.jsonl", { machine: { ...header.machine, memoryBytes: 24e9 } }).close();
    expect(() => store("e.jsonl", { machine: { ...header.machine, memoryBytes: 24.5e9 }, versions: { "onnxruntime-node": "1.30.2" } }).close()).not.toThrow();
  });
});
