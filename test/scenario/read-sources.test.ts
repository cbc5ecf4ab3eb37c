import { describe, expect, it } from "vitest";
import { readSources } from "../../src/scenario/read-sources.ts";
import { positionOf, toPlain } from "../../src/scenario/source-tree.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const read = (files: Record<string, string>, file = "s/a.yaml") => readSources(file, memoryFiles(files));

describe("include", () => {
  it("merges maps key by key, relative to the including file, and what is later wins", async () => {
    const root = await read({
      "s/a.yaml": "include: [m/b.yaml, m/c.yaml]\nmachine:\n  devices: {gpu0: {slots: 8}}\nseed: 1\n",
      "s/m/b.yaml": "include: ../base.yaml\nmachine:\n  devices: {gpu0: {slots: 2, units: 4}}\ncompare: [heft, fifo]\n",
      "s/m/c.yaml": "machine:\n  use: mixed\ncompare: [peft]\n",
      "s/base.yaml": "seed: 7\nnoise: 5%\n",
    });
    expect(toPlain(root)).toEqual({ seed: 1, noise: "5%", machine: { devices: { gpu0: { slots: 8, units: 4 } }, use: "mixed" }, compare: ["peft"] });
    expect(positionOf(root, ["machine", "devices", "gpu0", "units"])).toEqual({ file: "s/m/b.yaml", line: 3, column: 37 });
    expect(positionOf(root, ["machine", "use"])).toEqual({ file: "s/m/c.yaml", line: 2, column: 8 });
  });

  it("replaces a workload that has another source", async () => {
    const root = await read({ "s/a.yaml": "include: b.yaml\nworkload: {onnx: x.onnx}", "s/b.yaml": "workload: {model: resnet50, batch: 8}" });
    expect(toPlain(root)).toEqual({ workload: { onnx: "x.onnx" } });
    const same = await read({ "s/a.yaml": "include: b.yaml\nworkload: {batch: 4}", "s/b.yaml": "workload: {model: resnet50, batch: 8}" });
    expect(toPlain(same)).toEqual({ workload: { model: "resnet50", batch: 4 } });
  });

  it("adds to a section that is a name alone, and replaces the options of another policy", async () => {
    const base = "machine: workstation\nscheduler: {use: dmda, alpha: 2}\nsync: dataflow";
    const merged = async (text: string) => toPlain(await read({ "s/a.yaml": `include: b.yaml\n${text}`, "s/b.yaml": base }));
    expect(await merged("machine: {devices: {gpu0: {slots: 2}}}\nscheduler: {beta: 3}")).toEqual({ machine: { use: "workstation", devices: { gpu0: { slots: 2 } } }, scheduler: { use: "dmda", alpha: 2, beta: 3 }, sync: "dataflow" });
    expect(await merged("machine: mixed\nscheduler: {use: heft}\nsync: {x: 1}")).toEqual({ machine: "mixed", scheduler: { use: "heft" }, sync: { use: "dataflow", x: 1 } });
  });

  it("may include one file twice, by two ways", async () => {
    expect(toPlain(await read({ "s/a.yaml": "include: [b.yaml, c.yaml]", "s/b.yaml": "include: d.yaml", "s/c.yaml": "include: d.yaml", "s/d.yaml": "seed: 1" }))).toEqual({ seed: 1 });
  });

  it.each([
    ["a missing file", { "s/a.yaml": "seed: 1\ninclude: [b.yaml]" }, "s/a.yaml:2:11: error[missing-file]: there is no file s/b.yaml"],
    ["a cycle", { "s/a.yaml": "include: b.yaml", "s/b.yaml": "\ninclude: c.yaml", "s/c.yaml": "include: [b.yaml]" }, "s/c.yaml:1:11: error[include-cycle]: the files include each other: s/b.yaml → s/c.yaml → s/b.yaml"],
    ["itself", { "s/a.yaml": "include: a.yaml" }, "s/a.yaml:1:10: error[include-cycle]: the files include each other: s/a.yaml → s/a.yaml"],
    ["what is no name", { "s/a.yaml": "include: [3, {a: b}, '']" }, "s/a.yaml:1:11: error[wrong-type]: include must be a file or a list of files, not 3\ns/a.yaml:1:14: error[wrong-type]: include must be a file or a list of files, not a map\ns/a.yaml:1:22: error[wrong-type]: include must be a file or a list of files, not \"\""],
    ["a list", { "s/a.yaml": "include: b.yaml", "s/b.yaml": "- a" }, "s/b.yaml:1:1: error[wrong-type]: a scenario is a map of keys, not a list"],
    ["errors in two files", { "s/a.yaml": "include: [c.yaml, b.yaml]", "s/b.yaml": "a: *x", "s/c.yaml": "a: {b" }, "s/b.yaml:1:4: error[unknown-alias]: there is no anchor &x before this alias\ns/c.yaml:1:6: error[yaml-syntax]: a map in { } is not closed before this place\n  hint: write the missing }, or indent what belongs to it"],
  ])("refuses %s", async (_, files, message) => {
    expect(await messageOf(() => read(files as unknown as Record<string, string>))).toBe(message);
  });

  it("ends includes that multiply", async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}.yaml`, `include: [f${i + 1}.yaml, f${i + 1}.yaml]`]));
    expect(await messageOf(() => read({ ...files, "f20.yaml": "seed: 1" }, "f0.yaml"))).toMatch(/error\[too-many-includes\]: a scenario includes at most 256 files/);
  });
});

describe("files that are no files", () => {
  it("refuses folders, devices and missing files", async () => {
    expect(await messageOf(() => readSources("."))).toBe("error[not-a-file]: . is a folder");
    expect(await messageOf(() => readSources("no/such.yaml"))).toBe("error[missing-file]: there is no file no/such.yaml");
    if (process.platform !== "win32") expect(await messageOf(() => readSources("/dev/zero"))).toBe("error[not-a-file]: /dev/zero is not a file");
  });
});
