import { describe, expect, it } from "vitest";
import { policyLabels } from "../../src/scenario/policy-labels.ts";

const use = (name: string, options: unknown = {}) => ({ definition: { name, summary: "" }, options });

describe("policyLabels", () => {
  it("are names alone where these differ", () => {
    expect(policyLabels([use("heft"), use("dmda", { alpha: 1, beta: 2 })])).toEqual(["heft", "dmda"]);
  });

  it("tell uses of one policy apart by the options in which they differ", () => {
    expect(policyLabels([use("dmda", { alpha: 1, beta: 1 }), use("heft"), use("dmda", { alpha: 1, beta: 2 })])).toEqual(["dmda beta=1", "heft", "dmda beta=2"]);
    expect(policyLabels([use("list", { order: ["a", "b"] }), use("list", { order: ["b", "a"], seed: 3 })])).toEqual(['list order=["a","b"]', 'list order=["b","a"] seed=3']);
  });

  it("name the file of one's own that is called like another", () => {
    const own = (module: string) => ({ ...use("heft", { patience: 4 }), origin: { module, name: "default", options: {} } });
    expect(policyLabels([own("file:///home/me/heft2.mjs"), use("heft", { insertion: true })])).toEqual(["heft (heft2.mjs)", "heft"]);
    expect(policyLabels([own("file:///home/me/heft2.mjs"), own("file:///home/me/heft3.mjs")])).toEqual(["heft (heft2.mjs)", "heft (heft3.mjs)"]);
  });

  it("name whole paths where files are called alike, and the traces that replay repeats", () => {
    const own = (module: string) => ({ ...use("heft"), origin: { module, name: "default", options: {} } });
    expect(policyLabels([own("file:///a/mine.mjs"), own("file:///b/mine.mjs")])).toEqual(["heft (file:///a/mine.mjs)", "heft (file:///b/mine.mjs)"]);
    const repeating = (trace: string, device: number) => ({ ...use("replay", { placement: [{ op: 0, device }] }), origin: { name: "replay", options: {}, trace } });
    expect(policyLabels([repeating("runs/a.json", 0), repeating("b.json", 1)])).toEqual(["replay (a.json)", "replay (b.json)"]);
  });

  it("are equal where nothing differs", () => {
    expect(policyLabels([use("heft"), use("heft")])).toEqual(["heft", "heft"]);
  });
});
