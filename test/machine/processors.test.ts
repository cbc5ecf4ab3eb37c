import { expect, test } from "vitest";
import { processorMachine } from "../../src/machine/processors.ts";

test("any two processors are joined, at one byte a nanosecond and nothing else", () => {
  const machine = processorMachine(["P1", "P2", "P3"]);
  expect(machine.devices.map(({ name, slots, units, width, memory }) => [name, slots, units, width, memory])).toEqual([
    ["P1", 1, 1, 1, 0],
    ["P2", 1, 1, 1, 1],
    ["P3", 1, 1, 1, 2],
  ]);
  for (let from = 0; from < 3; from++) {
    for (let to = 0; to < 3; to++) {
      const route = machine.route(from, to)!;
      expect([route.from, route.to, route.latencyNs, route.hops.length]).toEqual([from, to, 0, from === to ? 0 : 2]);
      if (from !== to) expect(route.bytesPerNs).toBe(1);
      for (const hop of route.hops) expect(machine.links[hop.link]!.sharing).toBe("unlimited");
    }
  }
  expect(machine.route(0, 3)).toBeUndefined();
});

test("slots and a name may be given", () => {
  const machine = processorMachine(["a", "b"], { name: "cluster", slots: [8, 2] });
  expect([machine.name, ...machine.devices.map((device) => device.slots / device.width)]).toEqual(["cluster", 8, 2]);
});
