import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { profileTarget, threadCostsTarget } from "../../src/cli/profile-target.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-target-test-"));
  mkdirSync(join(root, "calibration/profiles"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mine = { device: "AMD EPYC", source: "measured on mine", backend: "ort" };
const put = (name: string, held: unknown) => writeFileSync(join(root, "calibration/profiles", name), typeof held === "string" ? held : JSON.stringify(held));
const target = (origin = mine) => profileTarget(origin, root).slice(root.length + 1);

describe("where a profile goes", () => {
  it("is a file of the device, and the same one again", () => {
    expect(target()).toBe("calibration/profiles/amd-epyc.json");
    put("amd-epyc.json", { provenance: { source: "measured on mine", backend: "ort" } });
    expect(target()).toBe("calibration/profiles/amd-epyc.json");
  });

  it("is never the place of a profile of something else", () => {
    put("amd-epyc.json", { provenance: { source: "measured on another", backend: "ort" } });
    expect(target()).toBe("calibration/profiles/amd-epyc-ort.json");
    put("amd-epyc-ort.json", "no JSON");
    expect(() => target()).toThrow(/error\[other-profile\]: .*amd-epyc-ort\.json is of another machine.*\n {2}hint: .*--profile FILE/);
    put("amd-epyc.json", { provenance: { source: "measured on mine", backend: "tfjs-wasm" } });
    rmSync(join(root, "calibration/profiles/amd-epyc-ort.json"));
    expect(target()).toBe("calibration/profiles/amd-epyc-ort.json");
  });

  it("is an error where a table of one's own has the name of a profile that is there", () => {
    put("nvidia-a100.json", { provenance: { source: "public measurements" } });
    expect(() => profileTarget({ device: "NVIDIA A100", source: "the table a100.csv" }, root)).toThrow(/other-profile/);
  });

  it("is beside it for what threads cost", () => {
    const costs = (): string => threadCostsTarget(mine, root).slice(root.length + 1);
    expect(costs()).toBe("calibration/profiles/amd-epyc-threads.json");
    put("amd-epyc-threads.json", { source: "measured on mine" });
    expect(costs()).toBe("calibration/profiles/amd-epyc-threads.json");
    put("amd-epyc-threads.json", { source: "measured on another" });
    expect(costs).toThrow(/other-profile/);
  });
});
