import { describe, expect, it } from "vitest";
import { profileTimes, type ProfileEvent } from "../../../src/calibrate/backends/ort/profile.ts";

const node = (name: string, dur: number, dims: readonly number[] = [1]): ProfileEvent => ({ cat: "Node", name: `${name}_kernel_time`, dur, args: { output_type_shape: [{ float: dims }] } });
/** Three runs, the first of which warms up. */
const events: ProfileEvent[] = [
  { cat: "Session", name: "model_loading_array", dur: 900 },
  ...[90, 10, 12].flatMap((dur) => [
    node("p0_1", 3), node("k0_2", dur), node("e0", 2), node("t0", 1),
    node("ReorderInput", dur / 2, [1, 16, 4, 4]), node("k1_0_nchwc", 2 * dur, [1, 16, 4, 4]), node("ReorderOutput_token_3", 5, [1, 16, 2, 2]),
    node("k2_0", 1), node("k2_1", 2),
  ]),
  // Ran in one of the runs alone: not what was asked for.
  node("k3_0", 7),
];

describe("profiles of ONNX Runtime", () => {
  const { kernels, reorders, empty } = profileTimes(events, 3, 1);

  it("give each kernel's time in each run, those of one microsecond evenly over it", () => {
    expect(kernels.get(0)).toEqual({ ns: [10_500, 12_500], blocked: false });
    expect(kernels.has(3)).toBe(false);
  });

  it("tell kernels in the blocked layout, and the changes of layout beside them", () => {
    expect(kernels.get(1)).toEqual({ ns: [20_500, 24_500], blocked: true });
    expect(reorders).toEqual([{ back: false, dims: [1, 16, 4, 4], ns: [5500, 6500] }, { back: true, dims: [1, 16, 2, 2], ns: [5250, 5750] }]);
  });

  it("sum up a kernel of several nodes", () => {
    expect(kernels.get(2)!.ns).toEqual([3500, 4500]);
  });

  it("give what a time is when there is nothing to time", () => {
    expect(empty).toEqual([1250, 1750]);
  });
});
