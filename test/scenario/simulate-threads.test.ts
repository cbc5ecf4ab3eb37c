import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { ProgramBuilder, buildMachine, defineThreadPolicy, machineSchema, memorySystemOf, simulateThreads, threadSpec } from "../../src/index.ts";

const worker = new ProgramBuilder("worker").repeat(10, (p) => p.compute("10us").lock("m").compute("5us").unlock("m"));
const two = { programs: [worker], threads: { worker: 2 }, locks: { m: "ticket" as const }, cores: 2, threadCosts: "none" as const };

describe("simulateThreads", () => {
  it("runs threads under the default policy, with metrics in nanoseconds", () => {
    const { trace, metrics } = simulateThreads(two);
    expect([trace.threads.policy, metrics.objects[0]!.acquisitions, trace.complete]).toEqual(["fair", 20, true]);
    // The second waits 5 us once; from then on the two never meet.
    expect([trace.makespanTicks, metrics.endNs]).toEqual([155_000, 155_000]);
  });

  it("takes a specification, a coarser tick, and a policy with options", () => {
    const { trace, metrics } = simulateThreads(threadSpec({ ...two, cores: 1 }, { tickNs: 1000 }), { tickNs: 1000, policy: { use: "round-robin", quantum: "1ms" } });
    expect([trace.makespanTicks, metrics.endNs, metrics.policy]).toEqual([300, 300_000, "round-robin"]);
  });

  it("takes a policy of one's own", () => {
    const waiting: number[] = [];
    const last = defineThreadPolicy({ name: "last", summary: "the one that came last", create: () => ({ runnable: (_, thread) => void waiting.push(thread), next: () => waiting.pop() ?? -1 }) });
    const { trace } = simulateThreads({ ...two, cores: 1 }, { policy: last });
    expect([...trace.threads.table.endTicks]).toEqual([300_000, 150_000]);
  });

  it("stops what never ends, and refuses it where nobody does", () => {
    const forever = { programs: [new ProgramBuilder("spin").forever((p) => p.compute("1us"))], threads: { spin: 1 } };
    expect(simulateThreads(forever, { untilNs: 5000 }).metrics.endNs).toBe(5000);
    expect(() => simulateThreads(forever)).toThrow(InputError);
  });

  it("asks the memory system under the cores", () => {
    const { memory, threads } = memorySystemOf(buildMachine(machineSchema.parse({ use: "workstation" })));
    const stream = { programs: { a: [{ compute: { work: "1us", bytes: "64MiB", workingSet: "64MiB" } }] }, threads: { a: 1 } };
    const spec = threadSpec(stream, { cores: { ...threads, smtGain: 1 } });
    expect(simulateThreads(spec, { memory }).trace.makespanTicks).toBeGreaterThan(simulateThreads(spec).trace.makespanTicks * 10);
  });

  it("tells everything that is wrong at once, and names policies that were meant", () => {
    expect(() => simulateThreads({ ...two, programs: [new ProgramBuilder("worker").lock("n").unlock("k")] })).toThrow(/"n"[\s\S]*"k"/);
    expect(() => simulateThreads(two, { policy: "round-robbin" })).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code: "unknown-thread-policy", hint: expect.stringContaining("round-robin") as string })] }));
    expect(() => simulateThreads(two, { policy: { use: "round-robin", quantum: -1 } })).toThrow(InputError);
  });
});
