import { SimulationError, thrownText } from "../base/errors.ts";
import { counted, formatNs, formatWhole } from "../base/units.ts";
import { OpPhase } from "./op-table.ts";
import type { SimulationState } from "./state.ts";

/** A policy broke the rules or threw. */
export function policyError(policy: string, what: string, now: number, tickNs: number, cause?: unknown): SimulationError {
  return new SimulationError({ code: "policy-error", message: `${policy} ${what} (at ${formatNs(now * tickNs)})` }, cause);
}

/** What is wrong with an id that a policy gave: those of JavaScript may hand on a name, or a number as text. */
export function noSuchId(what: string, id: unknown): string {
  return typeof id === "number" ? `${what} ${id}, which does not exist` : `${what} ${shown(id)}: ids are numbers`;
}

/** A value that a policy gave, as messages show it. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : thrownText(value);
}

/** A policy keeps being woken, and nothing starts or ends. */
export function livelockError(scheduler: string, now: number, rounds: number, tickNs: number): SimulationError {
  return new SimulationError({
    code: "livelock", message: `${rounds} rounds went by without any operator starting or ending (at ${formatNs(now * tickNs)}, scheduler "${scheduler}")`,
    hint: "the scheduler asks to be woken again and again, but places nothing",
  });
}

/** From here on, ticks would not be exact. */
export function timeOverflow(tickNs: number): SimulationError {
  return new SimulationError({ code: "time-overflow", message: `simulated time passed 2^53 ticks of ${formatNs(tickNs)} (${formatNs(Number.MAX_SAFE_INTEGER * tickNs)})`, hint: "give the scenario a coarser tick, for example tick: 1us" });
}

/** Nothing can happen any more, but operators remain: says which, and what each waits for. */
export function deadlockError(state: SimulationState, scheduler: string, sync: string): SimulationError {
  const { instance, ops, now } = state;
  const left: number[] = [];
  for (let op = 0; op < instance.opCount; op++) if (ops.phase[op] !== OpPhase.ended) left.push(op);
  // The first cause is told first: what could run but was not placed, then what is placed, then what waits for others.
  const rank = (op: number) => (ops.phase[op] === OpPhase.ready ? (ops.device[op]! < 0 ? 0 : 1) : ops.device[op]! >= 0 ? 2 : 3);
  const shown = [...left].sort((a, b) => rank(a) - rank(b) || a - b).slice(0, 5);
  const neverPlaced = left.filter((op) => ops.phase[op] === OpPhase.ready && ops.device[op]! < 0 && !isStranded(state, op)).length;
  const stranded = left.filter((op) => isStranded(state, op)).length;
  const reasons = shown.map((op) => `  "${instance.opNames.at(op)}" ${whyWaiting(state, op)}`);
  const more = left.length > shown.length ? [`  … and ${left.length - shown.length} more`] : [];
  const neverSignalled = heldEdges(state);
  const cause = neverPlaced > 0 ? `scheduler "${scheduler}" never placed ${counted(neverPlaced, "ready operator")}`
    : stranded > 0 ? `no device that is left can run ${counted(stranded, "ready operator")}`
    : neverSignalled > 0 ? `sync policy "${sync}" never signalled ${counted(neverSignalled, "edge")} of operators that have ended`
    : "nothing can move any more";
  return new SimulationError({
    code: "deadlock",
    message: `${cause}; ${formatWhole(left.length)} of ${formatWhole(instance.opCount)} operators did not end (stuck at ${formatNs(now * instance.tickNs)}):\n${[...reasons, ...more].join("\n")}`,
  });
}

/** Edges whose producer has ended, and that the synchronization policy keeps hidden. */
function heldEdges({ instance, ops, edgeVisible }: SimulationState): number {
  let held = 0;
  for (const [edge, visible] of edgeVisible.entries()) if (visible === 0 && ops.phase[instance.tensorProducer[instance.edgeTensor[edge]!]!] === OpPhase.ended) held++;
  return held;
}

/** Ready, and placed on a device that is not there, since nobody else can run it; or not placed, and no device that is there can run it. */
function isStranded(state: SimulationState, op: number): boolean {
  const { instance, ops, changes } = state;
  if (changes === undefined || ops.phase[op] !== OpPhase.ready) return false;
  const device = ops.device[op]!;
  if (device >= 0) return !changes.isPresent(device);
  for (let d = 0; d < instance.deviceCount; d++) if (changes.isPresent(d) && instance.costTicks[state.cost(op, d)]! < Infinity) return false;
  return true;
}

/** When a device that is not there was lost; 0 = it never was. */
function lostTicks({ instance: { changeTicks, changeDevice, changeSpeed }, now }: SimulationState, device: number): number {
  let lost = 0;
  for (let i = 0; i < changeTicks!.length && changeTicks![i]! <= now; i++) if (changeDevice![i] === device && changeSpeed![i] === 0) lost = changeTicks![i]!;
  return lost;
}

function whyWaiting(state: SimulationState, op: number): string {
  const { instance, ops, devices, inOrder } = state;
  const device = ops.device[op]!;
  if (ops.phase[op] === OpPhase.paused) return "is paused and was never resumed";
  if (ops.phase[op] === OpPhase.ready) {
    if (device < 0) return isStranded(state, op) ? "is ready, and can run on no device that is there" : "is ready but was not placed";
    if (isStranded(state, op)) {
      const lost = lostTicks(state, device);
      return `waits for ${instance.deviceNames[device]}, which ${lost > 0 ? `was lost at ${formatNs(lost * instance.tickNs)} and does not come back` : "is not there and does not come"}`;
    }
    const head = devices.head[device]!;
    if (inOrder && head >= 0 && head !== op) return `waits behind "${instance.opNames.at(head)}" in the order of ${instance.deviceNames[device]}`;
    return `waits for its inputs on ${instance.deviceNames[device]}`;
  }
  const { start, node, edge } = instance.pred;
  for (let i = start[op]!; i < start[op + 1]!; i++) if (ops.phase[node[i]!] !== OpPhase.ended) return `waits for "${instance.opNames.at(node[i]!)}"`;
  if (start[op] === start[op + 1]) return "waits for its job to arrive";
  return `waits for the output of "${instance.opNames.at(node[start[op]!]!)}" to become visible (edge ${edge[start[op]!]!})`;
}
