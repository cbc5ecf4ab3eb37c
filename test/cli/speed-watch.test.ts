import { describe, expect, test } from "vitest";
import { SpeedWatch } from "../../src/cli/speed-watch.ts";
import type { Kernel } from "../../src/calibrate/sample.ts";
import { evaluate } from "../../src/cost/profile/profile-model.ts";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import type { ValidatedRun } from "../../src/validate/judge.ts";
import { FakePort, machine, profile, withSource } from "../calibrate/speed/fake-speed.ts";

const run: ValidatedRun = { model: "m", setting: { executor: "sequential", intraThreads: 1, interThreads: 1 }, measuredNs: 120, apart: 0, predictedNs: 100, lowNs: 0, highNs: 200 };
const predicted = (kernel: Kernel): number => evaluate(profile.entries.find(({ kind, variant }) => kind === kernel.kind && variant === kernel.variant)!.model)({ op: opOfKernel(kernel), threads: kernel.threads ?? 1, figures: {} }).ns;

/** A machine whose kernels take so many times what the profile says; a request takes a second. */
function machineOf(slower: { times: number }) {
  const port = new FakePort((kernel) => slower.times * predicted(kernel));
  return { port, options: { port, forMs: 5000, machine, now: () => 1000 * port.requests.length } };
}

describe("the speed of the machine around runs", () => {
  test("before and after, each for its time, by the same kernels", async () => {
    const slower = { times: 1.15 };
    const { port, options } = machineOf(slower);
    const watch = await SpeedWatch.open(profile, [1, 2], options);
    await watch.before();
    expect(port.requests).toHaveLength(5);
    // Runs of a second model do not make it measure again.
    await watch.before();
    expect(port.requests).toHaveLength(5);
    slower.times = 1.25;
    await watch.after();
    expect(port.requests.slice(5)).toEqual(port.requests.slice(0, 5));
    const close = (value: number) => expect.closeTo(value, 9) as number;
    expect(watch.result([run])).toMatchObject({ ratio: close(1.2), before: close(1.15), after: close(1.25), kernels: 40, medianError: close(0) });
  });
  test("why there is none", async () => {
    const { options } = machineOf({ times: NaN });
    const broken = await SpeedWatch.open(profile, [1], options);
    await broken.before();
    await broken.after();
    expect(broken.result([run])).toEqual({ skipped: "none of the profile's kernels could be measured again" });
    const other = await SpeedWatch.open(withSource("made up for tests"), [1], options);
    await other.before();
    expect(other.result([run])).toEqual({ skipped: expect.stringContaining("not of this machine") as string });
  });
});
