import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { nearest, Registry, suggestion } from "../../src/base/registry.ts";

const named = (...names: string[]) => names.map((name) => ({ name, summary: `about ${name}` }));

describe("Registry", () => {
  const registry = new Registry("sync policy", named("dataflow", "level-barrier", "stream-order"));

  it("finds by name, and keeps its order", () => {
    expect(registry.get("dataflow").summary).toBe("about dataflow");
    expect(registry.names).toEqual(["dataflow", "level-barrier", "stream-order"]);
    expect(registry.tryGet("nothing")).toBeUndefined();
    expect(registry.tryGet("constructor")).toBeUndefined();
  });

  it("keeps hints short where there are many", () => {
    const many = Array.from({ length: 40 }, (_, i) => `policy-number-${i}`);
    expect(new Registry("scheduler", named(...many)).hint("quicksort")).toBe("heddle list schedulers names all 40");
    expect(new Registry("scheduler", named(...many)).hint("policy-numbr-7")).toBe("did you mean policy-number-7 or policy-number-0 or policy-number-1?");
    expect(suggestion("quicksort", many)).toBe(`one of: ${many.slice(0, 24).join(", ")} … (40 in all)`);
  });

  it("suggests for an unknown name", () => {
    expect(() => registry.get("data-flow")).toThrow(InputError);
    expect(() => registry.get("data-flow")).toThrow('error[unknown-sync-policy]: there is no sync policy "data-flow"\n  hint: did you mean dataflow?');
    expect(() => registry.get("zzz")).toThrow("hint: one of: dataflow, level-barrier, stream-order");
  });

  it("refuses duplicates", () => expect(() => new Registry("model", named("a", "b", "a"))).toThrow('two models are named "a"'));
});

describe("nearest", () => {
  it("orders by distance, then by name", () => {
    expect(nearest("hefd", ["left", "heft", "cpop", "deft"])).toEqual(["heft"]);
    expect(nearest("resnet5", ["resnet18", "resnet50", "vgg19"])).toEqual(["resnet50", "resnet18"]);
    expect(nearest("HEFT", ["heft"])).toEqual(["heft"]);
  });
  it("counts a swap of neighbours once", () => expect(nearest("hetf", ["heft", "hexx"])).toEqual(["heft"]));
  it("finds names that were cut short", () => {
    expect(nearest("nvidia-a101", ["nvidia-a100-pcie-40gb", "nvidia-v100-sxm2-32gb", "amd-mi300x"])).toEqual(["nvidia-a100-pcie-40gb"]);
    expect(nearest("rtx-4090", ["nvidia-rtx-4090", "nvidia-t4"])).toEqual(["nvidia-rtx-4090"]);
  });
  it("finds the name that a longer one begins with", () => expect(nearest("nvidia-a100-pcie-40gb", ["nvidia-a", "nvidia-a100", "nvidia-t4"])).toEqual(["nvidia-a100"]));
  it("finds nothing far away", () => expect(nearest("quicksort", ["heft", "peft"])).toEqual([]));
  it("names equal ones once", () => expect(suggestion("hefd", ["heft", "heft"])).toBe("did you mean heft?"));
  it("lists nothing where there is nothing", () => expect(suggestion("gpu0", [])).toBe("there are none"));
  it("ends quickly on a hostile name", () => expect(nearest("x".repeat(1e6), Array(1000).fill("heft"))).toEqual([]));
  it("is said in words", () => {
    expect(suggestion("hefd", ["heft"])).toBe("did you mean heft?");
    expect(suggestion("ab", ["aa", "ac"])).toBe("did you mean aa or ac?");
    expect(suggestion("x", ["heft", "peft"])).toBe("one of: heft, peft");
  });
});
