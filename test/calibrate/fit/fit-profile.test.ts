import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { fitProfile, profileText, type LeftOut } from "../../../src/calibrate/fit/fit-profile.ts";
import { isHeldOut } from "../../../src/calibrate/hold-out.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import type { Sample } from "../../../src/calibrate/sample.ts";
import { evaluate, profileModel } from "../../../src/cost/profile/profile-model.ts";
import { profileSchema, type Profile } from "../../../src/cost/profile/profile.ts";
import { leftOutText } from "../../../src/cost/profile/profile-text.ts";
import { readProfile } from "../../../src/cost/profile/read-profile.ts";
import { buildMachine } from "../../../src/machine/build-machine.ts";
import { coresOf } from "../../../src/predict/machine-of.ts";
import { madeUp, syntheticSamples, trueNs } from "./synthetic.ts";

const fit = (samples: readonly Sample[]): Promise<Profile> => fitProfile(samples, { ...madeUp, entry: () => ({ trees: { trees: 60, rate: 0.15 }, judge: false, kernel: {} }) });

/** Times of the only entry for some shapes. */
function times({ entries, device: { figures } }: Profile, samples: readonly Sample[]): number[] {
  const timeOf = evaluate(entries[0]!.model);
  return samples.map((sample) => timeOf({ op: opOfKernel(sample), threads: sample.threads ?? 1, figures }).ns);
}

describe("fitting a profile", { timeout: 60_000 }, () => {
  const samples = syntheticSamples(110, [1, 2, 4]);
  let profile: Profile;
  beforeAll(async () => {
    profile = await fitProfile(samples, { ...madeUp, entry: () => ({ trees: { trees: 100, rate: 0.12 } }) });
  }, 60_000);

  it("finds the figures that the times were made of", () => {
    const { parameters } = profile.entries[0]!.model.base;
    expect(parameters["fixedNs"]! / 20_000).toBeCloseTo(1, 1);
    expect(parameters["flopsPerNs"]! / 50).toBeGreaterThan(0.9);
    expect(parameters["flopsPerNs"]! / 50).toBeLessThan(1.1);
    expect(parameters["bytesPerNs"]! / 10).toBeGreaterThan(0.85);
    expect(parameters["bytesPerNs"]! / 10).toBeLessThan(1.15);
    expect(parameters["perThreadNs"]! / 3000).toBeCloseTo(1, 0);
    expect(parameters["serial"]).toBeCloseTo(0.05, 1);
  });

  it("tells the truth about its error", () => {
    const { error, sigma, noise, learning, ladder, points, threads } = profile.entries[0]!;
    expect(error!.mean).toBeLessThan(0.05);
    expect(error!.mean).toBeLessThan(error!.baselines!.roofline!.mean * 1.2);
    expect(error!.mean).toBeLessThan(error!.baselines!.trees!.mean / 3);
    expect(error!.median).toBeLessThanOrEqual(error!.p90);
    expect(points + error!.heldOut).toBe(110 * 3);
    expect(threads).toEqual([1, 2, 4]);
    expect(noise).toBeGreaterThan(0.005);
    expect(noise).toBeLessThan(0.03);
    expect(sigma).toBeLessThan(0.1);
    expect(learning!.map((step) => step.points)).toEqual([...learning!.map((step) => step.points)].sort((a, b) => a - b));
    expect(learning!.at(-1)!.mean).toBeLessThan(learning![0]!.mean);
    expect(ladder!.map(({ model }) => model)).toContain("roofline");
    // What it says of shapes that nobody measured is as good as it says.
    const fresh = syntheticSamples(60, [1, 2, 4], 7);
    const errors = times(profile, fresh).map((ns, i) => Math.abs(ns / trueNs(fresh[i]!.shape as { m: number; n: number; k: number }, fresh[i]!.threads) - 1));
    expect(errors.reduce((sum, value) => sum + value, 0) / errors.length).toBeLessThan(0.05);
  });

  it("fits the same samples to the same bytes, in whatever order they come", async () => {
    const few = syntheticSamples(60);
    const text = profileText(await fit(few));
    expect(profileText(await fit([...few].reverse()))).toBe(text);
    expect(readProfile(text, "p.json")).toEqual(profileSchema.parse(JSON.parse(text)));
    for (const number of text.match(/-?\d+\.\d+/g)!) expect(number.replace(/^-?0?\.?0*/, "").replace(".", "").length).toBeLessThanOrEqual(7);
  });

  it("is not moved by one spike in a round, nor by a whole round that is absurd", async () => {
    const spoiled = samples.filter(({ threads }) => threads === 1).map((sample, i) => ({ ...sample, ns: sample.round === 1 && i % 2 === 0 ? sample.ns.map((ns) => ns + 1e8) : sample.ns.map((ns, at) => (at === 2 ? ns + 1e8 : ns)) }));
    const clean = samples.filter(({ threads }) => threads === 1);
    const [before, after] = [times(await fit(clean), clean), times(await fit(spoiled), clean)];
    const moves = before.map((ns, i) => Math.abs(after[i]! / ns - 1));
    expect(moves.reduce((sum, move) => sum + move, 0) / moves.length).toBeLessThan(0.01);
  });

  it("says how many points it left out", async () => {
    const single = syntheticSamples(60).filter(({ round }) => round === 0);
    const [first, second] = single.filter((sample) => !isHeldOut(sample));
    const spoiled = single.map((sample) => (sample === first || sample === second ? { ...sample, ns: sample.ns.map((ns) => 50 * ns) } : sample));
    const [clean, dirty] = [(await fit(single)).entries[0]!, (await fit(spoiled)).entries[0]!];
    expect([clean.leftOut, dirty.leftOut, dirty.points]).toEqual([undefined, 2, clean.points - 2]);
    expect(leftOutText([clean, { ...dirty, variant: "bias" }])).toBe(`points that no fit of the others explains, left out: matmul f32 bias 2 of ${clean.points}\n`);
  });

  it("predicts the same to a hundredth where a hundredth of the rows is absurd", async () => {
    const single = syntheticSamples(200).filter(({ round }) => round === 0).map((sample) => ({ ...sample, ns: sample.ns.slice(0, 1) }));
    const before = times(await fit(single), single);
    for (const spoil of [(ns: number) => ns + 1e8, (ns: number, i: number) => (i % 2 ? ns * 1e4 : ns / 1e4)]) {
      const spoiled = single.map((sample, i) => (i % 70 === 7 ? { ...sample, ns: [spoil(sample.ns[0]!, i)] } : sample));
      const after = times(await fit(spoiled), single);
      const moves = before.map((ns, i) => Math.abs(after[i]! / ns - 1));
      expect(moves.reduce((sum, move) => sum + move, 0) / moves.length).toBeLessThan(0.01);
    }
  });

  it("never looks at what is held out", async () => {
    const few = syntheticSamples(60);
    const spoiled = few.map((sample) => (isHeldOut(sample) ? { ...sample, ns: sample.ns.map((ns) => ns * 3) } : sample));
    expect((await fit(spoiled)).entries[0]!.model).toEqual((await fit(few)).entries[0]!.model);
  });

  it("knows at how many threads it was measured, where that is one number too", async () => {
    const fitted = await fit(syntheticSamples(40, [8]));
    expect([fitted.entries[0]!.threads, coresOf(fitted)]).toEqual([[8], 8]);
    const shape = { batch: 1, m: 512, n: 512, k: 512 };
    const device = buildMachine({ devices: { cpu: { kind: "cpu", peak: { f32: 1 }, units: 64 } } }).devices[0]!;
    const at = (threads: number) => profileModel(fitted).estimate(opOfKernel({ kind: "matmul", shape, dtype: "f32" }), device, threads)!;
    expect([1, 8, 16].map((threads) => at(threads).extrapolated)).toEqual([true, false, true]);
    expect(at(8).ns / trueNs(shape, 8)).toBeCloseTo(1, 1);
    // One thread does what eight did, and is not said to be as fast; more than eight gain nothing that was seen.
    expect(at(1).ns - at(1).fixedNs).toBeCloseTo(8 * (at(8).ns - at(8).fixedNs), 6);
    expect(at(1).ns).toBeGreaterThan(trueNs(shape, 1));
    expect(at(16).ns).toBe(at(8).ns);
  });

  it("takes numbers of threads for no further shapes, and tells which kinds have too few", async () => {
    const few = syntheticSamples(30, [1, 2, 4, 8]).filter((sample) => !isHeldOut(sample)).slice(0, 3 * 3 * 4);
    const left: LeftOut[] = [];
    const relus = Array.from({ length: 20 }, (_, i): Sample => ({ kind: "relu", shape: { elements: 1000 * (i + 1) }, dtype: "f32", round: 0, ns: [5000 + 200 * (i + 1)] }));
    const { entries } = await fitProfile([...few, ...relus], { ...madeUp, entry: () => ({ judge: false }), onTooFew: (one) => left.push(one) });
    expect([entries.map(({ kind }) => kind), left]).toEqual([["relu"], [{ kind: "matmul", dtype: "f32", shapes: 3, needed: 5 }]]);
  });

  it("refuses samples that are too few, and says how many there are", async () => {
    await expect(fit(syntheticSamples(4))).rejects.toThrow(/too few shapes to fit: \d of matmul in f32/);
    await expect(fit([])).rejects.toThrow(InputError);
  });
});
