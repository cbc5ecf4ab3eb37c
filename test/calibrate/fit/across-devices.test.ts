import { describe, expect, it } from "vitest";
import { fitAcrossDevices } from "../../../src/calibrate/fit/across-devices.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { gpuStreamFormula } from "../../../src/cost/profile/gpu-stream-formula.ts";
import type { TimedWork } from "../../../src/cost/profile/work.ts";

/** Activations on a device of this bandwidth at 0.8 of it, each after the host's time. */
const worksOf = (memoryBytesPerNs: number, hostNs: number, count = 200): TimedWork[] => Array.from({ length: count }, (_, i) => {
  const op = opOfKernel({ kind: "relu", shape: { elements: Math.round(100 * 1.08 ** i) }, dtype: "f32" });
  return { op, threads: 1, figures: { memoryBytesPerNs }, ns: hostNs + (op.readBytes + op.writeBytes) / (0.8 * memoryBytesPerNs) };
});
const devices = [worksOf(200, 33_000), worksOf(700, 60_000), worksOf(900, 40_000), worksOf(300, 33_000)];

describe("one fit for several devices", () => {
  it("takes what differs from their figures", () => {
    const { formula, parameters } = fitAcrossDevices(gpuStreamFormula, devices)!;
    expect(formula).toBe("gpu-stream");
    expect(parameters["bandwidth"]).toBeCloseTo(0.8, 1);
  });
  it("the start of a kernel is that of the device in the middle, whatever one slow host takes", () => {
    const { parameters } = fitAcrossDevices(gpuStreamFormula, devices, { startsShow: true })!;
    expect(Object.keys(parameters)).toEqual(["fixedNs", "bandwidth"]);
    expect(parameters["fixedNs"]! / 33_000).toBeCloseTo(0.95, 2);
    const slower = fitAcrossDevices(gpuStreamFormula, devices.with(1, worksOf(700, 600_000)), { startsShow: true })!;
    expect(slower.parameters["fixedNs"]).toBe(parameters["fixedNs"]);
  });
  it("a few absurd times are not taken for starts", () => {
    const spoiled = devices.map((works) => works.map((work, i) => (i === 7 ? { ...work, ns: 1 } : work)));
    expect(fitAcrossDevices(gpuStreamFormula, spoiled, { startsShow: true })!.parameters["fixedNs"]! / 33_000).toBeCloseTo(0.95, 2);
  });
  it("has nothing to say of nothing", () => {
    expect(fitAcrossDevices(gpuStreamFormula, [])).toBeUndefined();
    expect(fitAcrossDevices(gpuStreamFormula, [[{ ...devices[0]![0]!, figures: {} }]])).toBeUndefined();
  });
});
