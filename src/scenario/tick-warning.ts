import type { Warning } from "../base/errors.ts";
import { formatNs, formatPercent } from "../base/units.ts";
import { ceilTicks } from "../core/ticks.ts";
import type { CostModel, Costs } from "../cost/cost-model.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";

/** Share of the operators' time that rounding to ticks may change in silence. */
const toleratedChange = 0.01;

/**
 * The warning `coarse-tick`, when the tick is so long that rounding to it changes how long the operators take together,
 * each on its fastest device, by more than a hundredth. A tick that is long and exact is fine: published task graphs
 * count in whole units.
 */
export function tickWarnings(graph: OperatorGraph, machine: Machine, costs: Costs, tickNs: number): Warning[] {
  const durations = "ns" in costs ? costs.ns : classDurations(graph, machine, costs);
  const deviceCount = machine.devices.length;
  let [exact, changed] = [0, 0];
  for (let op = 0; op < graph.opCount; op++) {
    const row = ("ns" in costs ? op : graph.classOf[op]!) * deviceCount;
    let ns = Infinity;
    for (let device = 0; device < deviceCount; device++) ns = Math.min(ns, durations[row + device]!);
    if (!(ns < Infinity)) continue;
    exact += ns;
    changed += Math.abs(ceilTicks(ns / tickNs) * tickNs - ns);
  }
  if (!(changed > toleratedChange * exact)) return [];
  return [{ code: "coarse-tick", message: `rounding to ticks of ${tickNs < 1e-3 || tickNs >= 1e20 ? `${Number(tickNs.toPrecision(3))} ns` : formatNs(tickNs)} changes the time of the operators by ${formatPercent(changed / exact)}: choose a finer tick` }];
}

/** In ns, `[class * devices + device]`; Infinity = cannot run there. */
function classDurations({ classes }: OperatorGraph, { devices }: Machine, model: CostModel): Float64Array {
  return Float64Array.from({ length: classes.length * devices.length }, (_, i) => {
    const device = devices[i % devices.length]!;
    return model.estimate(classes[Math.floor(i / devices.length)]!, device, device.width)?.ns ?? Infinity;
  });
}
