import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { SampleStore } from "../../../src/calibrate/measure/sample-store.ts";
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
});
