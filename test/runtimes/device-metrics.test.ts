import { describe, expect, it } from "vitest";
import { computeMetrics } from "../../src/trace/metrics.ts";
import { chain, cores, resolved, traceOf } from "./run-runtime.ts";

describe("the CPU whose cores a runtime's threads run on", () => {
  const power = [{ power: { idleWatts: 10, busyWatts: 110 } }];
  const run = async (threads: number, { spins = false, each = "1ms" } = {}) => computeMetrics(await traceOf({ workload: chain(each, 8), machine: cores(4), runtime: { use: "onnxruntime-sequential", node_overhead: "0ns", intra_op_num_threads: threads, allow_spinning: spins } }), { devices: power });

  it("is busy on as many cores as compute for an operator", async () => {
    const [one, four] = [await run(1), await run(4)];
    expect(one.devices[0]!.utilization).toBeCloseTo(0.25, 2);
    expect(four.devices[0]!.utilization).toBeGreaterThan(0.9);
    for (const { devices, threads, makespanNs } of [one, four]) {
      const { slots, busyNs, waitingForDataNs, idleNs, setupNs, utilization } = devices[0]!;
      expect(utilization).toBeCloseTo(threads!.utilization.compute + threads!.utilization.stalled, 6);
      expect(busyNs + waitingForDataNs + idleNs + setupNs).toBeCloseTo(slots * makespanNs, 0);
    }
  });

  it("draws power while its threads spin", async () => {
    // Too short for a second thread: the others have nothing to do.
    const [spinning, sleeping] = [await run(4, { each: "20us", spins: true }), await run(4, { each: "20us" })];
    const watts = ({ energyJoules, makespanNs }: typeof spinning) => (energyJoules! / makespanNs) * 1e9;
    expect(spinning.threads!.utilization.spin).toBeGreaterThan(0.3);
    expect(watts(spinning)).toBeGreaterThan(watts(sleeping));
  });

  it("is all that counts for bounds and speed-ups where nothing is launched elsewhere", async () => {
    const deviceCosts = async (runtime: object) => {
      const { costs, machine, graph } = await resolved({ workload: { model: "mlp" }, machine: "workstation", runtime });
      return machine.devices.map((device) => "estimate" in costs && costs.estimate(graph.classes[0]!, device, device.width) !== undefined);
    };
    expect(await deviceCosts({ use: "pytorch" })).toEqual([true, false]);
    expect(await deviceCosts({ use: "pytorch", device: "cuda" })).toEqual([true, true]);
  });
});
