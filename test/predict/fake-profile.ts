import { profileFormat, type Profile, type ProfileEntry } from "../../src/cost/profile/profile.ts";

/** An entry whose time is `fixedNs`, and then flops and bytes at these rates; two threads are twice as fast. */
export function entry(kind: string, parameters: Readonly<Record<string, number>>, more: Partial<ProfileEntry> = {}): ProfileEntry {
  return {
    kind, dtype: "f32", threads: [1, 2], model: { base: { formula: "roofline", parameters: { serial: 0, contention: 0, ...parameters } } }, sigma: 0.1, noise: 0.02,
    range: { extents: {}, flops: [0, 1e12], bytes: [0, 1e12] }, points: 20, ...more,
  };
}

/** What runs of empty operators take, by their number. */
export function runs(fixedNs: number, perNodeNs: number, more: Partial<ProfileEntry> = {}): ProfileEntry {
  return entry("run.nodes", {}, { model: { base: { formula: "linear", parameters: { fixedNs, "per.nodes": perNodeNs, serial: 1 } } }, ...more });
}

/** A CPU of two cores with round figures, as if it had been measured with ONNX Runtime. */
export function fakeProfile(entries: readonly ProfileEntry[], device: Partial<Profile["device"]> = {}): Profile {
  return {
    format: profileFormat, device: { name: "test CPU", kind: "cpu", figures: {}, ...device },
    provenance: { date: "2026-01-31", source: "made up for tests", backend: "ort", samples: [] }, entries: [...entries],
  };
}

/** 100 flops/ns for products and convolutions, 10 bytes/ns for the rest, 10 µs a run and 0.2 µs a node. */
export const roundProfile: Profile = fakeProfile([
  entry("matmul", { fixedNs: 1000, flopsPerNs: 100 }),
  entry("conv", { fixedNs: 2000, flopsPerNs: 100 }, { variant: "nchwc" }),
  entry("relu", { fixedNs: 500, bytesPerNs: 10 }),
  entry("add", { fixedNs: 500, bytesPerNs: 10 }),
  entry("softmax", { fixedNs: 500, bytesPerNs: 5 }),
  runs(10_000, 200),
]);
