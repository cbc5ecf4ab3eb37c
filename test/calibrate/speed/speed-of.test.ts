import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ort } from "../../../src/calibrate/backends/ort.ts";
import { kernelKey, parseSamples, type Sample } from "../../../src/calibrate/sample.ts";
import { speedAround } from "../../../src/calibrate/speed/speed-around.ts";
import { speedKernels } from "../../../src/calibrate/speed/speed-kernels.ts";
import { speedOf } from "../../../src/calibrate/speed/speed-of.ts";
import { readProfile } from "../../../src/cost/profile/read-profile.ts";
import { fitted, heldOut, product, profile, relu, sample, says } from "./fake-speed.ts";

const relus = (times: number): Sample[] => fitted.slice(0, 5).map((size) => sample(relu(size, 1), times * says.relu(size)));
const products = (times: number): Sample[] => fitted.slice(0, 3).map((size) => sample(product(size, 1), times * says.product(size)));

describe("the speed of a machine", () => {
  it("is the median of measured ÷ predicted, over all kernels, by kind, and by number of threads", () => {
    const speed = speedOf([...relus(1.5), ...products(1.1)], profile)!;
    expect(speed.ratio).toBeCloseTo(1.5, 12);
    expect(speed.kernels).toBe(8);
    expect(speed.kinds.map(({ kind, kernels, ratio }) => [kind, kernels, Number(ratio.toFixed(9))])).toEqual([["relu", 5, 1.5], ["matmul", 3, 1.1]]);
    const wider = fitted.slice(0, 2).map((size) => sample(relu(size, 2), says.relu(size)));
    expect(speedOf([...wider, ...relus(1.5)], profile)!.threads.map(({ threads, kernels }) => [threads, kernels])).toEqual([[1, 5], [2, 2]]);
  });
  it("is not moved by spikes", () => {
    const spiky = relus(1.2).map(({ ns, ...rest }) => ({ ...rest, ns: [ns[0]!, 1e8, ns[0]!] }));
    expect(speedOf(spiky, profile)!.ratio).toBeCloseTo(1.2, 12);
  });
  it("counts a kernel once, and each of its rounds", () => {
    expect(speedOf([...relus(1), ...relus(1.2), ...relus(1.2)], profile)).toMatchObject({ kernels: 5, ratio: expect.closeTo(1.2, 12) as number });
  });
  it("leaves out what was held out, what differs from run to run, and what the profile does not have", () => {
    const none = [sample(relu(heldOut[0]!, 1), 1), sample({ kind: "max-pool", shape: { inputs: 64, outputs: 16, window: 4 }, dtype: "f32", threads: 1 }, 1), sample({ kind: "softmax", shape: { rows: 1, columns: 8 }, dtype: "f32" }, 1), sample({ kind: "run.nodes", shape: { nodes: 4 }, dtype: "f32" }, 1)];
    expect(speedOf(none, profile)).toBeUndefined();
    expect(speedOf([...none, ...relus(1.3)], profile)!.ratio).toBeCloseTo(1.3, 12);
  });
  it("before and after something, and together", () => {
    const speed = speedAround(relus(1.1), relus(1.3), profile)!;
    expect([speed.before, speed.after, speed.ratio].map((ratio) => Number(ratio.toFixed(9)))).toEqual([1.1, 1.3, 1.2]);
    expect(speed.load).toBe(0.25);
    expect(speedAround(relus(1), [], profile)).toBeUndefined();
  });
});

describe("right after a calibration", () => {
  const { samples } = parseSamples(readFileSync("calibration/raw/amd-epyc-zen4-vm2/ort.jsonl", "utf8"));
  const own = readProfile(readFileSync("calibration/profiles/amd-epyc-zen4-vm2.json", "utf8"), "profile");
  const kernels = speedKernels(ort.kernels({ threads: [1, 2] }), own, [1, 2], 64);
  const keys = new Set(kernels.map(kernelKey));
  const asked = ({ asked: variant, ...kernel }: Sample): string => kernelKey(variant === undefined ? kernel : { kind: kernel.kind, shape: kernel.shape, dtype: kernel.dtype, threads: kernel.threads!, ...(variant !== "" && { variant }) });
  const again = samples.filter((one) => keys.has(asked(one)));

  it("every kernel of the check is among its samples", () => expect(new Set(again.map(asked))).toEqual(keys));
  it("the ratio is 1: of all samples, of those of the check, and by kind", () => {
    const whole = speedOf(samples, own)!;
    expect(Math.abs(whole.ratio - 1)).toBeLessThan(0.01);
    for (const { ratio } of whole.kinds) expect(Math.abs(ratio - 1)).toBeLessThan(0.03);
    const speed = speedOf(again, own)!;
    expect(Math.abs(speed.ratio - 1)).toBeLessThan(0.015);
    // One shape may be off by a lot: a kind is told, and held to this, from a tenth of the kernels on.
    const told = speed.kinds.filter(({ kernels }) => kernels >= speed.kernels / 10);
    expect(told.length).toBeGreaterThanOrEqual(2);
    for (const { ratio } of told) expect(Math.abs(ratio - 1)).toBeLessThan(0.03);
  });
  it("times that are a fifth longer show as a fifth", () => {
    const slower = again.map((one) => ({ ...one, ns: one.ns.map((ns) => 1.2 * ns) }));
    expect(speedOf(slower, own)!.ratio / speedOf(again, own)!.ratio).toBeCloseTo(1.2, 9);
  });
});
