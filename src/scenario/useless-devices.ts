import type { Warning } from "../base/errors.ts";
import type { Instance } from "../core/instance.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";

/** The warning `useless-device` for each device that can run none of the operators. */
export function uselessDevices({ graph, machine, costs, threads }: Pick<ResolvedScenario, "graph" | "machine" | "costs" | "threads">, { classCount, costTicks }: Instance): Warning[] {
  const deviceCount = machine.devices.length;
  // What threads use, they say themselves.
  if (graph.opCount === 0 || threads?.device !== undefined) return [];
  return machine.devices.flatMap(({ id, name, peakFlopsPerNs }) => {
    for (let c = 0; c < classCount; c++) if (costTicks[c * deviceCount + id]! < Infinity) return [];
    const wanted = [...new Set(graph.classes.map(({ dtype }) => dtype))];
    const own = Object.keys(peakFlopsPerNs);
    // Durations that were given say nothing of types.
    const why = "ns" in costs || own.length === 0 || wanted.some((dtype) => own.includes(dtype)) ? "" : `: it computes in ${own.join(", ")}, they are ${wanted.join(", ")}`;
    return [{ code: "useless-device", message: `device "${name}" can run none of the operators${why}` }];
  });
}
