import { describe, expect, it } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { driftOf } from "../../../src/calibrate/fit/drift.ts";
import { fitProfile } from "../../../src/calibrate/fit/fit-profile.ts";
import { groupPoints } from "../../../src/calibrate/fit/points.ts";
import type { Sample } from "../../../src/calibrate/sample.ts";
import { evaluate } from "../../../src/cost/profile/profile-model.ts";
import { madeUp, syntheticSamples, trueNs } from "./synthetic.ts";

/** Single times of products in a random order, where each kernel adds so many ns to those after it. */
function drifting(count: number, drift: number): Sample[] {
  const random = randomSource(7, "order");
  const shapes = syntheticSamples(count).filter(({ round }) => round === 0).map((sample) => ({ sample, order: random() })).sort((a, b) => a.order - b.order);
  return shapes.map(({ sample }, place) => ({ ...sample, place, ns: [sample.ns[0]! + drift * place] }));
}

const points = (samples: readonly Sample[]): ReturnType<typeof groupPoints>[number] => groupPoints(samples, madeUp.device.figures)[0]!;

describe("drift", () => {
  it("is what later kernels of about the same shape take longer", () => {
    for (const drift of [60, 300]) expect(driftOf(points(drifting(1200, drift)).points) / drift).toBeCloseTo(1, 1);
  });

  it("is not seen where there is none, where times fall, where places are missing, and in few points", () => {
    expect(driftOf(points(drifting(400, 0)).points)).toBe(0);
    expect(driftOf(points(drifting(400, 300).map((sample) => ({ ...sample, place: 400 - sample.place! }))).points)).toBe(0);
    expect(driftOf(points(drifting(400, 300).map(({ place: _, ...sample }) => sample)).points)).toBe(0);
    expect(driftOf(points(drifting(40, 3000)).points)).toBe(0);
  });

  it("is found without the times that are held out, and known of those too", () => {
    const samples = drifting(400, 300);
    const { drift, points: all } = points(samples);
    expect(all.some(({ heldOut }) => heldOut)).toBe(true);
    for (const { place, driftNs } of all) expect(driftNs).toBe(drift! * place!);
    const heldOut = new Set(all.filter((point) => point.heldOut).map(({ place }) => place));
    expect(points(samples.map((sample) => (heldOut.has(sample.place) ? { ...sample, ns: [1e9] } : sample))).drift).toBe(drift);
  });

  it("does not depend on the order of the samples", () => {
    const samples = drifting(400, 300);
    expect(points([...samples].reverse()).drift).toBe(points(samples).drift);
  });

  it("stays out of what is fitted: predictions are of the operator alone, errors of times as they were measured", async () => {
    const samples = drifting(250, 300);
    const profile = await fitProfile(samples, { ...madeUp, entry: () => ({ formulas: ["roofline"], judge: false, trees: { trees: 20 }, kernel: { centres: 20 } }) });
    const { model, drift, error } = profile.entries[0]!;
    expect(drift).toBeGreaterThan(200);
    expect(error!.mean).toBeLessThan(0.15);
    const timeOf = evaluate(model);
    const large = points(samples).points.filter(({ op: { shape } }) => Math.min(shape["m"]!, shape["n"]!, shape["k"]!) > 100);
    for (const point of large) {
      const { m, n, k } = point.op.shape as { m: number; n: number; k: number };
      const alone = timeOf({ op: point.op, threads: 1, figures: point.figures }).ns;
      expect(Math.abs(alone / trueNs({ m, n, k }) - 1)).toBeLessThan(0.2);
      expect(timeOf(point).ns - alone).toBeCloseTo(point.driftNs!, 3);
    }
    expect(large.length).toBeGreaterThan(3);
  });
});
