import { expect, test } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { transfersAreTimes } from "../../src/trace/transfer-times.ts";

const instance = (machine: Machine, tickNs = 1) => {
  const builder = new GraphBuilder("two");
  builder.edge(builder.op({ kind: "a" }), builder.op({ kind: "b" }), 5);
  const deviceCount = machine.devices.length;
  return compile({ name: "two", graph: builder.build(), machine, costs: { deviceCount, ns: new Float64Array(2 * deviceCount).fill(1) }, tickNs });
};

test("transfers are times between the processors of the literature, and on no other machine", () => {
  expect(transfersAreTimes(instance(processorMachine(["P1", "P2", "P3"])))).toBe(true);
  expect(transfersAreTimes(instance(processorMachine(["P1", "P2"]), 0.5))).toBe(true);
  expect(transfersAreTimes(instance(processorMachine(["P1"])))).toBe(false);
  const one = { kind: "cpu", peak: { f32: 1 } } as const;
  const link = { between: ["a", "b"] as [string, string], bandwidth: 1, sharing: "shared" as const };
  expect(transfersAreTimes(instance(buildMachine({ devices: { a: one, b: one }, links: [link] })))).toBe(false);
});
