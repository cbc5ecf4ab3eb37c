import { describe, expect, it } from "vitest";
import { applyOverrides, parseOverride } from "../../src/scenario/overrides.ts";
import { parseYaml } from "../../src/scenario/parse-yaml.ts";
import { positionOf, toPlain } from "../../src/scenario/source-tree.ts";
import { messageOf } from "./memory-files.ts";

const apply = (text: string, ...sets: string[]) => applyOverrides(parseYaml(text, "a.yaml"), sets.map(parseOverride));

describe("overrides", () => {
  it("reads PATH=VALUE with a YAML value", () => {
    expect(parseOverride("machine.devices.gpu0.slots=4")).toEqual({ path: ["machine", "devices", "gpu0", "slots"], value: 4, from: "--set machine.devices.gpu0.slots=4" });
    expect(parseOverride("compare[0].use=heft").path).toEqual(["compare", 0, "use"]);
    expect(parseOverride("compare=[heft, fifo]").value).toEqual(["heft", "fifo"]);
    expect(parseOverride("workload.dims={batch: 8}").value).toEqual({ batch: 8 });
    expect(parseOverride("name=a=b").value).toBe("a=b");
    expect(parseOverride("cost=").value).toBeNull();
  });

  it("replaces, adds and makes what is on the way", () => {
    const root = apply("seed: 1\ncompare: [heft, fifo]\n", "seed=2", "compare[1]=peft", "compare[2]=dmda", "machine.devices.gpu0.slots=4");
    expect(toPlain(root)).toEqual({ seed: 2, compare: ["heft", "peft", "dmda"], machine: { use: "workstation", devices: { gpu0: { slots: 4 } } } });
    expect(positionOf(root, ["machine", "devices", "gpu0", "slots"])).toEqual({ file: "--set machine.devices.gpu0.slots=4" });
    expect(positionOf(root, ["seed"], "key")).toEqual({ file: "a.yaml", line: 1, column: 1 });
  });

  it("does not take another include, which would come too late", async () => {
    expect(await messageOf(() => apply("seed: 1", "include=b.yaml"))).toContain("--set include=b.yaml: error[bad-override]: the files that a scenario includes are read before overrides");
  });

  it("takes another workload without the options of the first", () => {
    expect(toPlain(apply("workload: {model: resnet50, batch: 8}", "workload.onnx=x.onnx", "workload.dims={n: 1}"))).toEqual({ workload: { onnx: "x.onnx", dims: { n: 1 } } });
    expect(toPlain(apply("workload: {model: resnet50, batch: 8}", "workload.model=gpt2"))).toEqual({ workload: { model: "gpt2", batch: 8 } });
  });

  it("reaches into sections that are a name alone", () => {
    expect(toPlain(apply("machine: workstation\nscheduler: dmda\ncompare: [heft]", "machine.devices.gpu0.slots=4", "scheduler.alpha=2", "compare[0].x=1"))).toEqual({
      machine: { use: "workstation", devices: { gpu0: { slots: 4 } } }, scheduler: { use: "dmda", alpha: 2 }, compare: [{ use: "heft", x: 1 }],
    });
  });

  it("changes the default machine where the scenario names none, and only then", () => {
    const links = [{ name: "pcie0", bandwidth: "4GB/s" }];
    expect(toPlain(apply("seed: 1", "machine.links[0].name=pcie0", "machine.links[0].bandwidth=4GB/s"))).toEqual({ seed: 1, machine: { use: "workstation", links } });
    expect(toPlain(apply("machine:", "machine.without=[gpu0]"))).toEqual({ machine: { use: "workstation", without: ["gpu0"] } });
    expect(toPlain(apply("machine: {name: mine}", "machine.devices.cpu0.kind=cpu"))).toEqual({ machine: { name: "mine", devices: { cpu0: { kind: "cpu" } } } });
    expect(toPlain(apply("seed: 1", "machine.processors=4"))).toEqual({ seed: 1, machine: { processors: 4 } });
  });

  it("makes a list of items that are numbered", () => {
    expect(toPlain(apply("seed: 1", "compare[0]=heft", "compare[1]=fifo"))).toEqual({ seed: 1, compare: ["heft", "fifo"] });
    expect(toPlain(apply("machine: {devices: {a: {kind: cpu}}, links: [{between: [a, b]}]}", "machine.links[0].bandwidth=4GB/s"))).toMatchObject({ machine: { links: [{ between: ["a", "b"], bandwidth: "4GB/s" }] } });
  });

  it("says how a link of a library machine is changed", async () => {
    expect(await messageOf(() => apply("machine: mixed", "machine.links[0].bandwidth=4GB/s"))).toBe(
      "--set machine.links[0].bandwidth=4GB/s: error[bad-override]: machine.links[0] is no link of the scenario; those of the machine \"mixed\" have no numbers\n  hint: they are changed by name, which heddle list machine mixed shows: --set 'machine.links=[{name: NAME, bandwidth: 64GB/s}]'",
    );
  });

  it.each([
    ["seed", "--set seed: error[bad-override]: an override is PATH=VALUE\n  hint: for example --set machine.devices.gpu0.slots=4"],
    ["=3", "--set =3: error[bad-override]: an override is PATH=VALUE\n  hint: for example --set machine.devices.gpu0.slots=4"],
    ["a..b=3", '--set a..b=3: error[bad-override]: "a..b" is not a path\n  hint: names joined by dots, list items as [0]: compare[0].use'],
    ["compare[5]=x", "--set compare[5]=x: error[bad-override]: compare is a list of 1; it has no item 5"],
    ["seed.x=2", "--set seed.x=2: error[bad-override]: seed is 1 and has no keys"],
    ["__proto__.x=2", '--set __proto__.x=2: error[bad-key]: "__proto__" cannot be a key'],
    ["seed={a", "--set seed={a: error[yaml-syntax]: a map in { } is not closed before this place\n  hint: write the missing }, or indent what belongs to it"],
  ])("refuses %s", async (text, message) => {
    expect(await messageOf(() => apply("scheduler: dmda\ncompare: [heft]\nseed: 1", text))).toBe(message);
  });
});
