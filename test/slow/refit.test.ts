import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { fitProfile, profileText, type FitOptions } from "../../src/calibrate/fit/fit-profile.ts";
import { groupPoints } from "../../src/calibrate/fit/points.ts";
import type { Sample } from "../../src/calibrate/sample.ts";
import { evaluate } from "../../src/cost/profile/profile-model.ts";
import type { Profile } from "../../src/cost/profile/profile.ts";
import { drawUniform } from "../../src/base/random.ts";
import { sharedData } from "../shared-data.ts";

interface Source extends Pick<FitOptions, "device" | "provenance" | "entry"> {
  readonly file: string;
  readonly kernels: readonly Omit<Sample, "round">[];
}

const data = sharedData("kernels/neusight") && sharedData("");
const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

describe.skipIf(data === undefined)(data === undefined ? "a GPU's softmax, fitted anew (skipped: ../shared/data/kernels/neusight is not there)" : "a GPU's softmax, fitted anew", () => {
  let samples: readonly Sample[];
  let fit: (samples: readonly Sample[]) => Promise<Profile>;
  let first: Profile;

  beforeAll(async () => {
    const { load } = (await import(path("scripts/fit-public/neusight.mjs"))) as { load: (data: string) => Source[] };
    const { device, provenance, entry, kernels } = load(data!).find(({ file }) => file === "nvidia-v100.json")!;
    samples = kernels.filter(({ kind }) => kind === "softmax").map((kernel) => ({ round: 0, ...kernel }));
    fit = (some) => fitProfile(some, { device, provenance, ...(entry && { entry }) });
    first = await fit(samples);
  }, 600_000);

  it("has the same bytes, and those of the profile that is shipped", async () => {
    expect(samples.length).toBeGreaterThan(1000);
    expect(profileText(await fit([...samples].reverse()))).toBe(profileText(first));
    expect(readFileSync(path("calibration/profiles/nvidia-v100.json"), "utf8")).toContain(JSON.stringify(first.entries[0]));
  });

  it("moves by less than a hundredth where a hundredth of the times is absurd", async () => {
    const spoiled = samples.map((sample, i) => (drawUniform(1, i, 0, 0) < 0.01 ? { ...sample, ns: sample.ns.map((ns) => [100 * ns, ns / 100, ns + 1e8][i % 3]!) } : sample));
    expect(spoiled.filter((sample, i) => sample !== samples[i]).length).toBeGreaterThan(8);
    const points = groupPoints(samples, first.device.figures).flatMap((group) => group.points);
    const [before, after] = [first, await fit(spoiled)].map(({ entries }) => points.map((point) => evaluate(entries[0]!.model)(point).ns));
    const moved = before!.map((ns, i) => Math.abs(after![i]! / ns - 1));
    expect(moved.reduce((sum, one) => sum + one, 0) / moved.length).toBeLessThan(0.01);
  });
});
