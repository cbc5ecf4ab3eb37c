import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { profileFormat } from "../../src/cost/profile/profile.ts";
import { isProfileName, loadProfile, profileList, profilesIn, shippedProfiles } from "../../src/scenario/load-profiles.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";

const profile = {
  format: profileFormat, device: { name: "A100", kind: "gpu", models: ["nvidia-a100-sxm4-80gb"], figures: {} },
  provenance: { date: "2026-01-31", source: "made up", samples: [] },
  entries: [{ kind: "relu", dtype: "f32", model: { base: { formula: "constant", parameters: { ns: 1234 } } }, sigma: 0, range: { extents: {}, flops: [0, 1e9], bytes: [0, 1e9] }, points: 5 }],
};
const files = (cost: string, text: string = JSON.stringify(profile)) => async (file: string): Promise<Uint8Array> => {
  const found: Record<string, string> = {
    "in/s.yaml": `workload: {graph: {ops: {a: {kind: relu, flops: 1000}}}}\nmachine: {devices: {gpu: {use: nvidia-a100-sxm4-80gb}}}\ncost:\n${cost}\n`,
    "in/p.json": text,
  };
  if (found[file] === undefined) throw new InputError({ code: "missing-file", message: `there is no file ${file}` });
  return new TextEncoder().encode(found[file]);
};
const resolve = async (cost: string, text?: string) => {
  const readFile = files(cost, text);
  return resolveScenario(await loadScenario("in/s.yaml", { readFile }), { readFile });
};
const told = async (cost: string, text?: string): Promise<string> => {
  try {
    await resolve(cost, text);
    return "";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
};

describe("profiles in scenarios", () => {
  it("are read beside the scenario and asked before what follows them", async () => {
    const { costs, graph, machine } = await resolve("  - profile: p.json\n  - roofline");
    if (!("estimate" in costs)) throw new Error("a model is wanted");
    const [device] = machine.devices;
    expect(costs.estimate(graph.classes[0]!, device!, device!.width)).toMatchObject({ ns: 1234, source: "profile A100 (constant, 5 points)" });
    expect(costs.estimate({ ...graph.classes[0]!, kind: "gelu" }, device!, device!.width)!.source).toContain("roofline");
  });

  it("speak for other devices only when told to", async () => {
    const other = JSON.stringify({ ...profile, device: { ...profile.device, models: ["nvidia-t4"] } });
    expect(await told("  - profile: p.json", other)).toMatch(/^in\/s\.yaml:4:14: error\[unknown-device\]: the profile p\.json speaks for nvidia-t4, and .* has nvidia-a100-sxm4-80gb\n\s+hint: device: gpu beside it/);
    expect(await told("  - {profile: p.json, device: gpu}", other)).toBe("");
    expect(await told("  - {profile: p.json, device: gpo}", other)).toContain('has no device "gpo"');
  });

  it("are refused where they are missing, foreign or of another version, at the line that names them", async () => {
    expect(await told("  - profile: q.json")).toContain("in/s.yaml:4:14: error[missing-file]: there is no file in/q.json");
    expect(await told("  - profile: nvidia-v10000")).toContain('error[unknown-profile]: there is no profile "nvidia-v10000"');
    expect(await told("  - profile: p.json", '{"format": "heddle-profile/9"}')).toContain("this version of Heddle reads heddle-profile/1");
    expect(await told("  - {constant: 1us, device: gpu}")).toContain("device and noise belong to a profile");
    expect(await told("  - {constant: 1us, profile: p.json}")).toContain("exactly one of table, roofline, constant and profile");
  });
});

describe("shipped profiles", () => {
  it("can all be read and are listed with what they hold", async () => {
    const list = await profileList();
    expect(list.map(({ name }) => name)).toEqual(shippedProfiles());
    for (const { name, profile: { provenance, entries } } of list) {
      expect(provenance.samples.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)), name).toBe(true);
      expect(entries.length, name).toBeGreaterThan(0);
      expect(await loadProfile(name)).toBeDefined();
    }
  });

  it("are told by what is in a file, not by its name", () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-profiles-test-"));
    writeFileSync(join(folder, "a.json"), '{\n  "format": "heddle-profile/1",\n');
    writeFileSync(join(folder, "a-threads.json"), '{\n  "format": "heddle-thread-costs/1",\n');
    writeFileSync(join(folder, "empty.json"), "");
    writeFileSync(join(folder, "notes.txt"), "heddle-profile/1");
    expect(profilesIn(folder)).toEqual(["a"]);
    rmSync(folder, { recursive: true });
  });

  it("are told apart from files by their names", () => {
    expect(["nvidia-v100", "v100.json", "./v100", "a/b.json"].map(isProfileName)).toEqual([true, false, false, false]);
  });
});
