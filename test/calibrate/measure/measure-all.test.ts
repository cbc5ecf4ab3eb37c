import { describe, expect, it } from "vitest";
import type { MeasurePort, WatchedOutcome } from "../../../src/calibrate/measure/measure-process.ts";
import { measureAll, type MeasureAllResult } from "../../../src/calibrate/measure/measure-all.ts";
import { Plan } from "../../../src/calibrate/measure/plan.ts";
import type { Kernel, Sample, SampleFailure } from "../../../src/calibrate/sample.ts";

const kernels = Array.from({ length: 12 }, (_, i): Kernel => ({ kind: "relu", shape: { elements: i }, dtype: "f32" }));
const number = ({ shape }: Kernel): number => shape["elements"]!;

type Time = (kernel: number, call: number) => readonly number[] | "dies" | "silent" | { failure: string };

/** A backend of plain code: the times of each kernel at each call; "dies" ends the request, and loses what was not yet told. */
class FakePort implements MeasurePort {
  requests: number[][] = [];
  processes = 0;
  readonly #time: Time;
  #running = false;
  #calls = 0;
  constructor(time: Time) {
    this.#time = time;
  }
  measure(asked: readonly Kernel[], _: unknown, take: (outcome: WatchedOutcome) => void) {
    if (!this.#running) this.processes++;
    this.#running = true;
    this.requests.push(asked.map(number));
    for (const kernel of asked) {
      const outcome = this.#time(number(kernel), this.#calls++);
      if (outcome === "dies") {
        this.#running = false;
        return Promise.resolve({ failure: "was ended by SIGSEGV" });
      }
      if (outcome === "silent") continue;
      take("failure" in outcome ? { ...kernel, failure: outcome.failure } : { ...kernel, ns: outcome, load: 0.25 });
    }
    return Promise.resolve({ stepNs: 1 });
  }
  end() {
    this.#running = false;
  }
}

async function run(port: FakePort, options: { elapsed?: () => number; stopped?: () => boolean; done?: readonly Sample[]; failed?: readonly SampleFailure[] } = {}) {
  const lines: (Sample | SampleFailure)[] = [];
  const plan = new Plan(kernels, { samples: options.done ?? [], failures: options.failed ?? [] }, { rounds: 3 });
  const result: MeasureAllResult = await measureAll({
    plan, port, sink: { append: (line) => void lines.push(line) }, batch: 4, repeat: { least: 5, most: 10, tightness: 0.03, kernelMs: 1 },
    elapsed: options.elapsed ?? (() => 0), stopped: options.stopped ?? (() => false),
  });
  return { lines, result, samples: lines.filter((line): line is Sample => "ns" in line), failures: lines.filter((line): line is SampleFailure => "failure" in line) };
}

describe("measuring", () => {
  it("goes round by round, each in a process of its own, until all is tight", async () => {
    const port = new FakePort(() => [100, 101, 100]);
    const { result, samples } = await run(port);
    expect(result).toMatchObject({ end: "done", samples: 24, failures: 0, load: 0.25 });
    expect(samples.map(({ round }) => round)).toEqual([...Array<number>(12).fill(0), ...Array<number>(12).fill(1)]);
    expect(port.processes).toBe(2);
    expect(samples[0]).toMatchObject({ ns: [100, 101, 100], load: 0.25 });
  });

  it("repeats what is noisy, and no more often than the rounds allow", async () => {
    const port = new FakePort((kernel, call) => (kernel === 5 ? [100 + 50 * (call % 7)] : [100]));
    const { samples } = await run(port);
    const rounds = (kernel: number) => samples.filter((sample) => number(sample) === kernel).length;
    expect([rounds(4), rounds(5)]).toEqual([2, 3]);
  });

  it("leaves spikes in the samples, and is not kept busy by them", async () => {
    const port = new FakePort((_, call) => Array.from({ length: 20 }, (_, i) => (i === call % 20 ? 1e8 : 100)));
    const { samples, result } = await run(port);
    expect(result.samples).toBe(24);
    expect(samples.every(({ ns }) => Math.max(...ns) === 1e8)).toBe(true);
  });

  it("finds the kernel that kills the process, and measures all others", async () => {
    const port = new FakePort((kernel) => (kernel === 6 ? "dies" : [100]));
    const { samples, failures, result } = await run(port);
    expect(failures).toEqual([{ ...kernels[6]!, round: 0, failure: "was ended by SIGSEGV" }]);
    expect(new Set(samples.map(number))).toEqual(new Set([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]));
    expect(result.end).toBe("done");
    // Those before it were told already; it and the one behind it were tried by themselves.
    expect(port.requests.slice(1, 4)).toEqual([[4, 5, 6, 7], [6], [7]]);
  });

  it("notes what a backend says that it cannot run, or says nothing of", async () => {
    const { failures } = await run(new FakePort((kernel) => (kernel === 1 ? { failure: "too large" } : kernel === 2 ? "silent" : [100])));
    expect(failures.map(({ failure }) => failure)).toEqual(["too large", "the backend said nothing of it"]);
  });

  it("leaves out times that are none", async () => {
    const { samples, failures } = await run(new FakePort((kernel) => (kernel === 0 ? [NaN, -1, 0] : [NaN, 100])));
    expect(failures.map(number)).toEqual([0]);
    expect(samples.every(({ ns }) => ns.length === 1 && ns[0] === 100)).toBe(true);
  });

  it("gives up a backend that dies again and again", async () => {
    const port = new FakePort(() => "dies");
    const { result, failures } = await run(port);
    expect(result.end).toBe("given-up");
    expect(failures).toHaveLength(5);
  });

  it("ends when the time is over, or when it is stopped; what was measured is there", async () => {
    let requests = 0;
    expect((await run(new FakePort(() => [100]), { elapsed: () => requests++ / 4 })).result).toMatchObject({ end: "time" });
    let asked = 0;
    const stopped = await run(new FakePort(() => [100]), { stopped: () => asked++ > 2 });
    expect(stopped.result.end).toBe("stopped");
    expect(stopped.samples.length).toBeGreaterThan(0);
  });

  it("goes on where it was", async () => {
    const port = new FakePort(() => [100]);
    const done = [0, 1, 2].map((i): Sample => ({ ...kernels[i]!, round: 0, ns: [100] }));
    const { samples } = await run(port, { done, failed: [{ ...kernels[3]!, round: 0, failure: "died" }] });
    expect(port.requests[0]).toEqual([4, 5, 6, 7]);
    expect(samples).toHaveLength(2 * 8 + 3);
  });
});
