import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { RowKind } from "../../src/core/trace.ts";
import type { PolicyView } from "../../src/plugin.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { planCpop } from "../../src/schedulers/cpop.ts";
import { planDsc } from "../../src/schedulers/dsc.ts";
import { planHeft } from "../../src/schedulers/heft.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { planPeft } from "../../src/schedulers/peft.ts";
import type { Plan } from "../../src/schedulers/planning/plan.ts";
import { memoryFiles } from "../scenario/memory-files.ts";
import { runTasks } from "./run-task-graph.ts";
import { dedicated } from "../../src/schedulers/planning/setup-shares.ts";
import { staticView, type TaskGraph } from "./static-view.ts";

const planners: [string, (view: PolicyView) => Plan][] = [["heft", planHeft], ["cpop", planCpop], ["peft", planPeft]];
/** Clusters form where data move: `dsc` has chains of its own. */
const planned = [...planners, ["dsc", planDsc]] as const;
const dynamic = ["dmda", "mct", "min-min", "max-min", "sufferage"];
/** Those that choose by expected completion. */
const byCompletion = [...planners.map(([name]) => name), ...dynamic, "b-level"];
/** Those that charge a setup less what was lost without it. */
const rentThenBuy = ["dm", "dmda", "dmdas", "dmdar", "mct", "min-min", "max-min", "sufferage", "duplex"];
const policy = (name: string) => createPolicy(schedulers.get(name));

/** P1 needs 10 ticks a task and loads nothing, P2 needs 1 and takes 50 to load another kind. */
const tasks = (kinds: readonly number[], edges: TaskGraph["edges"] = []): TaskGraph => ({ costs: kinds.map(() => [10, 1]), edges, reload: [0, 50], kinds });
const chain = (length: number, transfer = 0): TaskGraph["edges"] => Array.from({ length: length - 1 }, (_, i) => [i, i + 1, transfer] as const);

describe("a processor that must be loaded for each kind of task", () => {
  it.each(byCompletion)("%s keeps alternating kinds away from it", (name) => {
    const trace = runTasks(tasks([0, 1, 0, 1, 0, 1, 0, 1], chain(8)), policy(name));
    expect([...trace.ops.device]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(trace.makespanTicks).toBe(80);
  });

  it.each([...planners.map(([name]) => name), ...dynamic])("%s gives it a long run of one kind", (name) => {
    // P1 alone: 300. Five or six tasks on P1, the others behind one setup: 50 + 24 = 74 at best 75.
    const { rows, ops, makespanTicks } = runTasks(tasks(Array.from({ length: 30 }, () => 0)), policy(name));
    expect(makespanTicks).toBeLessThanOrEqual(80);
    expect(ops.device.filter((device) => device === 1).length).toBeGreaterThanOrEqual(22);
    expect(Array.from({ length: rows.length }, (_, row) => rows.kind[row]).filter((kind) => kind === RowKind.setup).length).toBe(1);
  });

  it.each(planners)("%s sees that one setup serves a whole chain, though it does not repay itself with any one task", (name, planOf) => {
    const graph = tasks(Array.from({ length: 20 }, () => 0), chain(20));
    expect(planOf(staticView(graph)).makespanTicks).toBe(70);
    expect(runTasks(graph, policy(name)).makespanTicks).toBe(70);
  });

  it("dsc counts setups where it gives clusters to devices", () => {
    const alternating = tasks([0, 1, 0, 1, 0, 1, 0, 1], chain(8, 5));
    expect(runTasks(alternating, policy("dsc")).makespanTicks).toBe(80);
    expect(runTasks(tasks(Array.from({ length: 20 }, () => 0), chain(20, 5)), policy("dsc")).makespanTicks).toBe(70);
  });

  it.each(["heft", "peft", "lookahead", "mcp", "hlfet", "hcpt", "mh", "dls", "bil", "hld", "hybrid"])("%s dedicates it to the kind that gains from it, and leaves what lies between to the other", (name) => {
    // By turns 10 or 1, and 2 or 1 ticks: P1 alone takes 240, reloading at each task 40 · 51, and one setup 50 + 20 · 1 + 20 · 2.
    const kinds = Array.from({ length: 40 }, (_, task) => task % 2);
    const { makespanTicks } = runTasks({ ...tasks(kinds, chain(40)), costs: kinds.map((kind) => [kind === 0 ? 10 : 2, 1]) }, policy(name));
    expect(makespanTicks).toBe(110);
  });

  it("dedicates a device to the kind that saves most over all its tasks, once that repays a setup", () => {
    // By turns kinds that save 20, 30 and 1 a task, the second only once.
    const kinds = [0, 1, 2, 0, 2, 0, 2, 0];
    const share = (reload: number): number[] => {
      const of = dedicated(staticView({ costs: kinds.map((kind) => [[21, 31, 2][kind]!, 1]), edges: chain(8), reload: [0, reload], kinds }));
      return [of(1, 0), of(1, 1), of(1, 2)];
    };
    expect(share(79)).toEqual([1 / 4, 1, 1]);
    expect(share(80)).toEqual([1, 1, 1]);
  });

  it.each(["mct", "dmda", "min-min", "max-min", "sufferage"])("%s counts setups that are still to come in the queue", (name) => {
    // Four kinds on P2, one after the other: 51, 102 … so the second and all later ones do better on P1, behind each other.
    const { ops } = runTasks({ ...tasks([0, 1, 2, 3]), costs: [[60, 1], [60, 1], [60, 1], [60, 1]] }, policy(name));
    expect(ops.endTicks.reduce((a, b) => Math.max(a, b))).toBe(120);
  });

  it.each(rentThenBuy)("%s loads it for a chain once doing without has cost as much", (name) => {
    // 9 ticks lost at each task: after five the setup is charged 50 - 45, and 5 + 1 is less than 10. 5 · 10 + 50 + 15.
    const { ops, makespanTicks } = runTasks(tasks(Array.from({ length: 20 }, () => 0), chain(20)), policy(name));
    expect([...ops.device]).toEqual(Array.from({ length: 20 }, (_, task) => (task < 5 ? 0 : 1)));
    expect(makespanTicks).toBe(115);
  });

  it.each(rentThenBuy)("%s does not let two kinds evict each other in turn", (name) => {
    const { rows } = runTasks(tasks(Array.from({ length: 200 }, (_, task) => task % 2), chain(200)), policy(name));
    expect(Array.from({ length: rows.length }, (_, row) => rows.kind[row]).filter((kind) => kind === RowKind.setup).length).toBe(1);
  });

  it.each(rentThenBuy)("%s pays for setups little more than it lost without them, whatever comes", (name) => {
    // A setup is bought once tasks on P1 have lost more than 50 - 9 ticks, 9 each: 50 for at least five tasks of 10.
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 120 }), (kinds) => {
      expect(runTasks(tasks(kinds, chain(kinds.length)), policy(name)).makespanTicks).toBeLessThanOrEqual(20 * kinds.length);
    }), { numRuns: 40 });
  });

  it("a thief leaves what would take longer to load than to wait for", () => {
    const { ops } = runTasks(tasks([0, 0, 0], [[0, 1, 0], [0, 2, 0]]), policy("work-stealing"));
    expect([...ops.device]).toEqual([0, 0, 0]);
  });

  it("a thief comes where the wait is longer", () => {
    const { ops } = runTasks(tasks(Array.from({ length: 11 }, () => 0), Array.from({ length: 10 }, (_, i) => [0, i + 1, 0] as const)), policy("work-stealing"));
    expect([...ops.device]).toContain(1);
  });
});

describe("planned times, setups included", () => {
  it("heft by hand: setup, run, and no setup for the next of the kind", () => {
    const graph: TaskGraph = { costs: [[100, 2], [100, 2], [7, 2]], edges: chain(3), reload: [0, 10], kinds: [0, 0, 1] };
    const plan = planHeft(staticView(graph));
    expect([...plan.startTicks]).toEqual([0, 12, 14]);
    expect([...plan.endTicks]).toEqual([12, 14, 21]);
    expect([...plan.device]).toEqual([1, 1, 0]);
    expect([...runTasks(graph, policy("heft")).ops.endTicks]).toEqual([12, 14, 21]);
  });

  /** Random kinds, some of which need nothing; processors with one slot, some of which reload. */
  const graphs: fc.Arbitrary<TaskGraph> = fc.record({ devices: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 2, max: 30 }) }).chain(({ devices, tasks }) => fc.record({
    costs: fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: devices, maxLength: devices }), { minLength: tasks, maxLength: tasks }),
    edges: fc.uniqueArray(fc.tuple(fc.nat(tasks - 1), fc.nat(tasks - 1), fc.nat(15)).filter(([from, to]) => from < to), { maxLength: 2 * tasks, selector: ([from, to]) => from * tasks + to })
      .map((edges) => edges.sort(([, a], [, b]) => a - b) as TaskGraph["edges"]),
    reload: fc.array(fc.constantFrom(0, 3, 12), { minLength: devices, maxLength: devices }),
    kinds: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: tasks, maxLength: tasks }),
  }));

  it.each(planned)("%s: as planned, so run", (name, planOf) => {
    fc.assert(fc.property(graphs, (graph) => {
      const plan = planOf(staticView(graph));
      const { ops, makespanTicks } = runTasks(graph, policy(name));
      expect([...ops.device]).toEqual([...plan.device]);
      expect([...ops.startTicks]).toEqual([...plan.startTicks]);
      expect([...ops.endTicks]).toEqual([...plan.endTicks]);
      expect(makespanTicks).toBe(plan.makespanTicks);
    }), { numRuns: 300, seed: 6 });
  });
});

describe("ResNet-50 on a server, a GPU and an FPGA that is reconfigured for each kind of operator", () => {
  const names = { cpu0: "amd-epyc-7763", gpu0: "nvidia-t4", fpga0: "xilinx-alveo-u250" } as const;

  async function resnet(devices: readonly (keyof typeof names)[], workload: string, cpuSlots: number): Promise<Instance> {
    const lines = devices.map((id) => `    ${id}: {use: ${names[id]}${id === "cpu0" ? `, slots: ${cpuSlots}` : ""}}`);
    const links = devices.filter((id) => id !== "cpu0").map((id) => `    - {name: to-${id}, between: [cpu0, ${id}], use: pcie3-x16}`);
    const text = [`workload: {model: resnet50, ${workload}}`, "machine:", "  name: mixed", "  devices:", ...lines, "  links:", ...links].join("\n");
    return compileScenario(await resolveScenario(await loadScenario("a.yaml", { readFile: memoryFiles({ "a.yaml": text }) })));
  }

  /** The shortest that one device takes for all operators, one after the other, setups included and its data already there. */
  function bestAlone({ topo, classOf, costTicks, configuration, setupTicks, deviceCount }: Instance): number {
    return Math.min(...Array.from({ length: deviceCount }, (_, d) => {
      let loaded = -1;
      let sum = 0;
      for (const op of topo) {
        const at = classOf[op]! * deviceCount + d;
        const needed = configuration[at]!;
        if (needed >= 0 && needed !== loaded) sum += setupTicks[d]!;
        if (needed >= 0) loaded = needed;
        sum += costTicks[at]!;
      }
      return sum;
    }));
  }

  const ratio = (instance: Instance, name: string): number => simulate({ instance, scheduler: policy(name), noise: false }).makespanTicks / bestAlone(instance);

  it.each([...byCompletion, "dsc"])("%s takes at most 1.3 times as long as the best device alone", async (name) => {
    expect(ratio(await resnet(["cpu0", "gpu0", "fpga0"], "batch: 1", 1), name)).toBeLessThan(1.3);
    expect(ratio(await resnet(["cpu0", "gpu0", "fpga0"], "batch: 1", 32), name)).toBeLessThan(1.3);
    // Operators are faster on the FPGA, but not by as much as loading takes.
    expect(ratio(await resnet(["cpu0", "fpga0"], "batch: 1", 32), name)).toBeLessThan(1.05);
  });

  it.each(planned)("%s finds that four setups are worth it for a larger batch", async (name) => {
    expect(ratio(await resnet(["cpu0", "fpga0"], "batch: 8, dtype: i8", 64), name)).toBeLessThan(1.3);
  });
});
