import { describe, expect, it } from "vitest";
import { measuredOn } from "../../../src/calibrate/measured-on.ts";
import { measureSpeed, prepareSpeedCheck, type SpeedCheck } from "../../../src/calibrate/speed/speed-check.ts";
import { speedKernels } from "../../../src/calibrate/speed/speed-kernels.ts";
import { FakePort, machine, offered, profile, withSource } from "./fake-speed.ts";

const never = (): undefined => undefined;

describe("what is measured to know the speed", () => {
  it("kernels of the profile, at the threads that are asked for", async () => {
    const port = new FakePort(never);
    expect(await prepareSpeedCheck(profile, [1, 2], port, machine)).toEqual({ kernels: speedKernels(offered, profile, [1, 2], 64), batch: 8 });
    expect(port.wishes).toEqual([{ threads: [1, 2] }]);
  });
  it("not on another machine: nothing is even asked", async () => {
    const port = new FakePort(never);
    expect(await prepareSpeedCheck(withSource("made up for tests"), [1], port, machine)).toBe("the profile is not of this machine, test CPU (2 cores, linux 6.1 x64): made up for tests");
    expect(await prepareSpeedCheck(profile, [1], port, { ...machine, cores: 4 })).toBe("the profile is not of this machine, test CPU (4 cores, linux 6.1 x64): measured by heddle calibrate on test CPU (2 cores, linux 6.1 x64)");
    expect(port.wishes).toEqual([]);
  });
  it("not without the backend, with another version of it, or with too few kernels", async () => {
    const reason = (port: FakePort, of = profile, threads = [1]) => prepareSpeedCheck(of, threads, port, machine);
    expect(await reason(new FakePort(never, { available: { ok: false, why: "the package fake is not installed", install: "npm install fake" }, kernels: [] }))).toBe("the package fake is not installed");
    expect(await reason(new FakePort(never), withSource(measuredOn({ machine }), { fake: "1.1.0" }))).toBe("the profile is of fake 1.1.0, and 1.2.9 is installed");
    expect(await reason(new FakePort(never), profile, [4])).toMatch(/^too few kinds/);
    expect(await reason(new FakePort(never, { kernels: offered.slice(0, 12) }))).toMatch(/^too few kinds/);
  });
});

describe("measuring the speed", () => {
  const check = async (): Promise<SpeedCheck> => (await prepareSpeedCheck(profile, [1], new FakePort(never), machine)) as SpeedCheck;
  it("goes round by round until the time is over", async () => {
    const { kernels, batch } = await check();
    const port = new FakePort(() => 1000);
    // Requests are all that takes time, and there is time for one and a half rounds of them.
    const requests = Math.ceil(kernels.length / batch);
    const samples = await measureSpeed({ kernels, batch }, port, () => port.requests.length / (1.5 * requests));
    expect(port.requests).toHaveLength(Math.ceil(1.5 * requests));
    expect(new Set(samples.filter(({ round }) => round === 0).map(({ shape, kind }) => `${kind} ${JSON.stringify(shape)}`)).size).toBe(kernels.length);
    expect(samples.some(({ round }) => round === 1)).toBe(true);
    expect(samples[0]!.ns).toEqual([1000, 100_000, 1000]);
  });
  it("gives every kernel as many rounds, and an end, where there is time without end", async () => {
    const { kernels, batch } = await check();
    let call = 0;
    const samples = await measureSpeed({ kernels, batch }, new FakePort(() => 1000 + call++), () => 0);
    expect(samples).toHaveLength(5 * kernels.length);
  });
  it("leaves out what fails", async () => {
    const all = await check();
    const samples = await measureSpeed(all, new FakePort(({ kind }) => (kind === "relu" ? undefined : 5)), () => 0);
    expect(new Set(samples.map(({ kind }) => kind))).toEqual(new Set(["matmul"]));
  });
});
