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
    expect(toPlain(root)).toEqual({ seed: 2, compare: ["heft", "peft", "dmda"], machine: { devices: { gpu0: { slots: 4 } } } });
    expect(positionOf(root, ["machine", "devices", "gpu0", "slots"])).toEqual({ file: "--set machine.devices.gpu0.slots=4" });
    expect(positionOf(root, ["seed"], "key")).toEqual({ file: "a.yaml", line: 1, column: 1 });
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

  it.each([
    ["seed", "--set seed: error[bad-override]: an override is PATH=VALUE\n  hint: for example --set machine.devices.gpu0.slots=4"],
    ["=3", "--set =3: error[bad-override]: an override is PATH=VALUE\n  hint: for example --set machine.devices.gpu0.slots=4"],
    ["a..b=3", '--set a..b=3: error[bad-override]: "a..b" is not a path\n  hint: names joined by dots, list items as [0]: compare[0].use'],
    ["compare[5]=x", "--set compare[5]=x: error[bad-override]: compare is a list of 1; it has no item 5"],
    ["seed.x=2", "--set seed.x=2: error[bad-override]: seed is 1 and has no keys"],
    ["__proto__.x=2", '--set __proto__.x=2: error[bad-key]: "__proto__" cannot be a key'],
    ["seed={a", "--set seed={a: error[yaml-syntax]: Flow map must end with a }"],
  ])("refuses %s", async (text, message) => {
    expect(await messageOf(() => apply("scheduler: dmda\ncompare: [heft]\nseed: 1", text))).toBe(message);
  });
});
