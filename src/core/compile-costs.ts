import { InputError, type Issue } from "../base/errors.ts";
import { formatNs } from "../base/units.ts";
import type { CostMatrix, CostModel, Costs } from "../cost/cost-model.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";
import { ceilTicks } from "./ticks.ts";

/** The cost tables of an instance; see there. */
export interface CostColumns {
  readonly classCount: number;
  readonly classOf: Uint32Array;
  readonly classKinds: readonly string[];
  readonly costTicks: Float64Array;
  /** These four are empty when every entry would be the neutral one. */
  readonly fixedTicks: Float64Array;
  readonly costSigma: Float64Array;
  readonly memoryDemand: Float64Array;
  readonly configuration: Int32Array;
}

/**
 * Asks the cost model once for each class and device, or takes the matrix that answers for each operator.
 * @throws {InputError} for a time that is none, or an operator that can run nowhere.
 */
export function compileCosts(costs: Costs, graph: OperatorGraph, machine: Machine, tickNs: number, noise: number): CostColumns {
  const columns = "ns" in costs ? matrixCosts(costs, graph, tickNs, noise) : modelCosts(costs, graph, machine, tickNs, noise);
  checkRunnable(graph, machine, columns);
  return columns;
}

/** Each operator is a class of its own. */
function matrixCosts(matrix: CostMatrix, graph: OperatorGraph, tickNs: number, noise: number): CostColumns {
  const costTicks = new Float64Array(matrix.ns.length);
  for (let i = 0; i < costTicks.length; i++) {
    const ns = matrix.ns[i]!;
    if (!(ns >= 0)) throw new InputError({ code: "bad-cost", message: `operator "${graph.opName(Math.floor(i / matrix.deviceCount))}" has a cost of ${ns} ns` });
    costTicks[i] = ns === Infinity ? Infinity : tickNs === 1 && Number.isInteger(ns) ? ns : ceilTicks(ns / tickNs);
    if (costTicks[i]! > Number.MAX_SAFE_INTEGER && ns < Infinity) throw tooManyTicks(`operator "${graph.opName(Math.floor(i / matrix.deviceCount))}"`, ns, tickNs);
  }
  const kinds = graph.classes.map((item) => item.kind);
  const sameKind = kinds.every((kind) => kind === kinds[0]);
  const classKinds = sameKind ? repeatText(kinds[0] ?? "task", graph.opCount) : Array.from(graph.classOf, (id) => kinds[id]!);
  const classOf = new Uint32Array(graph.opCount);
  for (let op = 0; op < classOf.length; op++) classOf[op] = op;
  const empty = new Float64Array(0);
  return { classCount: graph.opCount, classOf, classKinds, costTicks, fixedTicks: empty, costSigma: noise > 0 ? new Float64Array(costTicks.length).fill(noise) : empty, memoryDemand: empty, configuration: new Int32Array(0) };
}

function tooManyTicks(what: string, ns: number, tickNs: number): InputError {
  return new InputError({ code: "too-long", message: `${what} takes ${formatNs(ns)}: times are exact up to 2^53 ticks of ${formatNs(tickNs)} (${formatNs(Number.MAX_SAFE_INTEGER * tickNs)})`, hint: "is a unit wrong? Otherwise give a coarser tick, for example tick: 1us" });
}

function repeatText(text: string, count: number): string[] {
  return new Array<string>(count).fill(text);
}

function modelCosts(model: CostModel, graph: OperatorGraph, machine: Machine, tickNs: number, noise: number): CostColumns {
  const deviceCount = machine.devices.length;
  const size = graph.classes.length * deviceCount;
  const costTicks = new Float64Array(size).fill(Infinity);
  const fixedTicks = new Float64Array(size);
  const costSigma = new Float64Array(size);
  const memoryDemand = new Float64Array(size);
  const configuration = new Int32Array(size).fill(-1);
  const configurationIds = new Map<string, number>();
  for (const [c, opClass] of graph.classes.entries()) {
    for (const device of machine.devices) {
      const estimate = model.estimate(opClass, device, device.width);
      if (estimate === undefined) continue;
      const at = c * deviceCount + device.id;
      if (!(estimate.ns >= 0 && estimate.ns < Infinity)) throw new InputError({ code: "bad-cost", message: `cost model "${model.name}" gives ${estimate.ns} ns for ${opClass.kind} on ${device.name}` });
      costTicks[at] = ceilTicks(estimate.ns / tickNs);
      if (costTicks[at]! > Number.MAX_SAFE_INTEGER) throw tooManyTicks(`${opClass.kind} on ${device.name}`, estimate.ns, tickNs);
      fixedTicks[at] = Math.min(costTicks[at]!, ceilTicks(estimate.fixedNs / tickNs));
      costSigma[at] = Math.max(noise, estimate.sigma);
      memoryDemand[at] = estimate.memoryBytesPerNs * tickNs;
      if (estimate.configuration !== undefined) {
        if (!configurationIds.has(estimate.configuration)) configurationIds.set(estimate.configuration, configurationIds.size);
        configuration[at] = configurationIds.get(estimate.configuration)!;
      }
    }
  }
  return { classCount: graph.classes.length, classOf: graph.classOf, classKinds: graph.classes.map((item) => item.kind), costTicks, fixedTicks, costSigma, memoryDemand, configuration: configurationIds.size === 0 ? new Int32Array(0) : configuration };
}

function checkRunnable(graph: OperatorGraph, machine: Machine, costs: CostColumns): void {
  const deviceCount = machine.devices.length;
  const nowhere = new Uint8Array(costs.classCount);
  let any = false;
  for (let c = 0; c < costs.classCount; c++) {
    let runs = false;
    for (let d = 0; d < deviceCount && !runs; d++) runs = costs.costTicks[c * deviceCount + d]! < Infinity;
    if (!runs) any = true;
    nowhere[c] = runs ? 0 : 1;
  }
  if (!any) return;
  const issues: Issue[] = [];
  for (let op = 0; op < graph.opCount && issues.length < 10; op++) {
    if (nowhere[costs.classOf[op]!] === 0) continue;
    const { kind, dtype } = graph.at(op);
    issues.push({ code: "runs-nowhere", message: `operator "${graph.opName(op)}" (${kind}, ${dtype}) can run on none of ${machine.devices.map((device) => device.name).join(", ")}`, hint: "give a device that computes in this data type, or a cost for it" });
  }
  throw new InputError(issues);
}
