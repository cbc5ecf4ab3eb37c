import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { loadScenario } from "../../../src/scenario/load-scenario.ts";
import { parseOverride } from "../../../src/scenario/overrides.ts";
import { resolveScenario } from "../../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";

const root = join(import.meta.dirname, "../../../scenarios/memory");

/** Mean time of a span, in ns. */
async function span(file: string, name: string, ...sets: readonly string[]): Promise<number> {
  const scenario = await resolveScenario(await loadScenario(join(root, file), { overrides: sets.map(parseOverride) }));
  expect(scenario.warnings).toEqual([]);
  const { threads } = runScenario(scenario);
  expect(threads!.outcome).toBeUndefined();
  const { count, sum } = threads!.spans.durations;
  const at = scenario.threads!.spec.spans.indexOf(name);
  return (sum[at]! / count[at]!) * scenario.tickNs;
}

describe("scenarios of the memory system", () => {
  it("bandwidth-bound-loop: beyond two threads, more of them hardly help", async () => {
    const [one, two, four, sixteen] = await Promise.all([1, 2, 4, 16].map((threads) => span("bandwidth-bound-loop.yaml", "second sweep", `threads.team=${threads}`)));
    expect(one! / two!).toBeCloseTo(2, 1);
    expect(one! / four!).toBeCloseTo(83.2 / 40, 1);
    expect(four! / sixteen!).toBeCloseTo(1, 2);
  });

  it("first-touch: by all is best, by one worst, interleaving in between", async () => {
    const [byOne, byAll, spread] = await Promise.all([[], ["threads.team.with.byAll=1"], ["data.array.home=interleave"]].map((sets) => span("first-touch.yaml", "sweep", ...sets)));
    expect(byOne! / byAll!).toBeGreaterThan(2);
    expect(spread!).toBeGreaterThan(1.1 * byAll!);
    expect(spread!).toBeLessThan(0.8 * byOne!);
  });

  it("noisy-neighbour: ways of its own give the server what it had alone", async () => {
    const ways = "machine.devices.cpu0.caches.l3.divide={ways: [14, 2]}";
    const [alone, beside, divided] = await Promise.all([["threads.neighbour.count=0"], [], [ways]].map((sets) => span("noisy-neighbour.yaml", "request", ...sets)));
    expect(beside! / alone!).toBeGreaterThan(1.2);
    expect(divided! / alone!).toBeLessThan(1.01);
  });
});

describe("threads of a scenario", () => {
  const load = async (text: string) => resolveScenario(await loadScenario("a.yaml", { readFile: () => Promise.resolve(new TextEncoder().encode(text)) }));
  const program = "programs: {w: [{compute: {work: 1us, bytes: 1MiB}}]}\nthreads: {w: 2}\n";

  it("run on the CPUs of the machine, with their memory", async () => {
    const { threads, warnings } = await load(`${program}machine: server\n`);
    expect(warnings).toEqual([]);
    expect(threads!.spec.cores.names.length).toBe(384);
    expect(threads!.spec.cores.smtGain).toBe(1.3);
    expect(threads!.memory!.nodes.length).toBe(2);
    const some = (await load(`${program}machine: server\ncores: {of: cpu1, smt: 1}\n`)).threads!;
    expect(some.spec.cores.names.length).toBe(96);
    expect(some.spec.cores.names[0]).toBe("cpu1.0");
    expect(some.memory!.nodes.length).toBe(1);
  });

  it("on cores that the scenario describes have no memory, which is said", async () => {
    const { threads, warnings } = await load(`${program}machine: server\ncores: 4\n`);
    expect(threads!.memory).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(["no-memory-model"]);
    expect((await load(program)).warnings.map(({ code }) => code)).toEqual(["no-memory-model"]);
  });

  it("warns of a file that no disk is there for", async () => {
    const mapped = "programs:\n  p: [{compute: {work: 1us, bytes: 64KiB, in: f}}]\nthreads: {p: 1}\ndata: {f: {bytes: 1MiB, file: true}}\ncores: {of: cpu0}\n";
    const cpu = (memory: string) => `machine: {devices: {cpu0: {use: amd-epyc-7763, memory: {${memory}}}}}\n`;
    expect((await load(mapped + cpu("capacity: 1GiB"))).warnings.map(({ code }) => code)).toEqual(["no-disk"]);
    expect((await load(mapped + cpu("disk: {bandwidth: 3GB/s, latency: 80us, queue: 32}"))).warnings).toEqual([]);
  });

  it.each([
    ["cores: {of: cpu9}\nmachine: server", 'there is no device "cpu9"'],
    ["cores: {of: gpu0}\nmachine: workstation", "threads run on CPUs, and gpu0 is a gpu"],
    ["cores: {of: machine}\nmachine: {devices: {gpu0: {use: nvidia-t4}}}", "threads run on the cores of a CPU, and the machine has none"],
  ])("on cores that are not there: %s", async (more, message) => {
    const error = await load(`${program}${more}\n`).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).issues[0]).toMatchObject({ message, line: 3 + Number(message.endsWith("none")) });
  });

  it("do the same in every run", async () => {
    const scenario = await resolveScenario(await loadScenario(join(root, "noisy-neighbour.yaml")));
    const digest = (): string => String(runScenario(scenario).digest);
    expect(digest()).toBe(digest());
  });
});
