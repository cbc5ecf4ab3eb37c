import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { Simulation } from "../../src/core/simulation.ts";
import { RowKind } from "../../src/core/trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { CostModel } from "../../src/cost/cost-model.ts";
import type { Device, Machine } from "../../src/machine/machine.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { Scheduler } from "../../src/plugin.ts";

const onFirst: Scheduler = {
  dispatch(view, out) {
    for (let op = view.ready.first(), next; op >= 0; op = next) {
      next = view.ready.next(op);
      out.place(op, 0);
    }
  },
};

/** One op that takes 100 ticks on a big core and 200 on a little one; the clock op keeps events coming every 10 ticks. */
function bigLittle(): Simulation {
  const builder = new GraphBuilder("big-little");
  builder.op({ kind: "work" }, "work");
  const instance = compile({ graph: builder.build(), machine: processorMachine(["big", "little"]), costs: { deviceCount: 2, ns: Float64Array.of(100, 200) } });
  const metronome: Scheduler = {
    dispatch(view, out) {
      onFirst.dispatch(view, out);
      if (view.nowTicks < 400) out.wakeAt(view.nowTicks + 10);
    },
  };
  return new Simulation({ instance, scheduler: metronome });
}

function stepTo(simulation: Simulation, ticks: number): void {
  while (simulation.nowTicks < ticks) simulation.step();
}

describe("pausing and resuming", () => {
  it("goes on elsewhere with the fraction that was left of what the new place would take", () => {
    const simulation = bigLittle();
    stepTo(simulation, 30);
    expect(simulation.pause(0)).toBeCloseTo(0.7, 12);
    stepTo(simulation, 50);
    simulation.resume(0, 1);
    const trace = simulation.run();
    expect(trace.ops.endTicks[0]).toBe(50 + 140);
    expect(trace.ops.device[0]).toBe(1);
    const runs = Array.from({ length: trace.rows.length }, (_, i) => i).filter((i) => trace.rows.kind[i] === RowKind.run).map((i) => [trace.rows.track[i], trace.rows.start[i], trace.rows.end[i]]);
    expect(runs).toEqual([[0, 0, 30], [1, 50, 190]]);
  });

  it("can be done twice, and back again", () => {
    const simulation = bigLittle();
    stepTo(simulation, 30);
    simulation.pause(0);
    simulation.resume(0, 1);
    stepTo(simulation, 100); // 70 of 140 ticks on the little core: 0.35 left
    expect(simulation.pause(0)).toBeCloseTo(0.35, 12);
    simulation.resume(0, 0);
    expect(simulation.run().makespanTicks).toBe(135);
  });

  it("frees what a paused operator shared, and takes it again", () => {
    // Two memory-bound ops of 100 ticks draw the whole bandwidth each: at half speed together.
    const builder = new GraphBuilder("shared");
    builder.op({ kind: "stream" }, "a");
    builder.op({ kind: "stream" }, "b");
    const device: Device = { id: 0, name: "cpu", kind: "cpu", slots: 2, units: 2, width: 1, memory: 0, peakFlopsPerNs: {}, unitBytesPerNs: Infinity, launchNs: 0, efficiency: {}, memoryEfficiency: 1, fuses: false, sources: {} };
    const machine: Machine = { name: "m", devices: [device], memories: [{ id: 0, name: "ram", capacityBytes: Infinity, bytesPerNs: 10 }], links: [], route: () => undefined };
    const costs: CostModel = { name: "stream", estimate: () => ({ ns: 100, fixedNs: 0, sigma: 0, memoryBytesPerNs: 10, limit: "memory", source: "test", extrapolated: false }) };
    const instance = compile({ graph: builder.build(), machine, costs });
    const metronome: Scheduler = {
      dispatch(view, out) {
        onFirst.dispatch(view, out);
        if (view.nowTicks < 400) out.wakeAt(view.nowTicks + 20);
      },
    };
    const simulation = new Simulation({ instance, scheduler: metronome });
    stepTo(simulation, 40); // 20 of 100 done each
    expect(simulation.pause(0)).toBeCloseTo(0.8, 12);
    stepTo(simulation, 80); // b alone: 60 done
    simulation.resume(0);
    const trace = simulation.run();
    expect([...trace.ops.endTicks]).toEqual([80 + 80 + 40, 160]); // both at half speed until b ends at 160; a has 40 left then
  });

  it("refuses what makes no sense", () => {
    const simulation = bigLittle();
    expect(() => simulation.pause(0)).toThrow("is not running");
    stepTo(simulation, 10);
    expect(() => simulation.resume(0)).toThrow("is not paused");
  });
});
