import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildMachine } from "../../src/machine/build-machine.ts";
import { sharedData } from "../shared-data.ts";

const latency = sharedData("starpu/bus/sirocco.latency");

describe.skipIf(!latency)("StarPU's bus calibration of a host with four K40m on PCIe 3 (skipped without the data)", () => {
  test("a copy takes the library's latency, and one from GPU to GPU over the host twice that", () => {
    const rows = readFileSync(latency!, "utf8").split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.trim().split(/\s+/).map(Number));
    const { route } = buildMachine({
      devices: { cpu: { kind: "cpu", peak: { f32: 1 } }, gpu: { kind: "gpu", count: 4, peak: { f32: 1 } } },
      links: [{ between: ["cpu", "gpu"], use: "pcie3-x16" }],
    });
    for (let gpu = 1; gpu <= 4; gpu++) {
      expect(Math.abs(route(0, gpu)!.latencyNs / 1000 / rows[0]![gpu]! - 1)).toBeLessThan(0.1);
      for (let peer = 1; peer <= 4; peer++) {
        const measured = rows[gpu]![peer]!;
        // Two pairs sit behind one switch and copy directly.
        if (peer !== gpu && measured > 15) expect(Math.abs(route(gpu, peer)!.latencyNs / 1000 / measured - 1)).toBeLessThan(0.2);
      }
    }
  });
});
