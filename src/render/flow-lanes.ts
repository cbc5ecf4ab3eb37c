import { counted } from "../base/units.ts";
import type { Trace } from "../core/trace.ts";
import type { LaneInit, LanePlan } from "./lane-plan.ts";
import type { GroupMark } from "./marks.ts";
import { packFlows } from "./pack-flows.ts";
import { cleanText } from "./text.ts";

/** More than this many flows at one time are summarised; more routes than this share a lane. */
const maxRows = 3;
const maxRoutes = 8;

/** Flows of one group: which they are in order of start, and the lane of each. */
export interface FlowLanes {
  readonly ids: Uint32Array;
  readonly lanes: Uint32Array;
  readonly summary: boolean;
}

/** Adds a lane of when the host thread was busy deciding; nothing where that takes no time. Ids are those of its busy times. */
export function addHostLane(plan: LanePlan, { host, makespanTicks }: Trace): readonly FlowLanes[] {
  if (host === undefined || !host.endTicks.some((end, call) => end > host.startTicks[call]!)) return [];
  plan.heading("Deciding");
  const ids = Uint32Array.from({ length: host.length }, (_, call) => call);
  return [addFlows(plan, "host", "host", ids, host.startTicks, host.endTicks, makespanTicks)];
}

/** Adds one group of thin lanes per route that carried anything: the busiest eight, or seven and one lane for all others. */
export function addTransferLanes(plan: LanePlan, trace: Trace): { flows: readonly FlowLanes[]; otherRoutes: number } {
  const { transfers, instance } = trace;
  const byRoute = new Map<number, number[]>();
  const ticksOf = new Map<number, number>();
  for (let i = 0; i < transfers.length; i++) {
    const duration = transfers.endTicks[i]! - transfers.startTicks[i]!;
    if (Number.isNaN(duration)) continue;
    const route = transfers.from[i]! * instance.memoryCount + transfers.to[i]!;
    const list = byRoute.get(route);
    if (list) list.push(i);
    else byRoute.set(route, [i]);
    ticksOf.set(route, (ticksOf.get(route) ?? 0) + duration);
  }
  if (byRoute.size === 0) return { flows: [], otherRoutes: 0 };

  const busiest = [...byRoute.keys()].sort((a, b) => ticksOf.get(b)! - ticksOf.get(a)! || a - b);
  const shown = new Set(byRoute.size > maxRoutes ? busiest.slice(0, maxRoutes - 1) : busiest);
  const name = (memory: number): string => cleanText(instance.memoryNames[memory] ?? `memory ${memory}`);
  plan.heading("Transfers");
  const flows = [...shown].sort((a, b) => a - b).map((route) => {
    const from = Math.floor(route / instance.memoryCount);
    return addFlows(plan, "route", `${name(from)} → ${name(route % instance.memoryCount)}`, Uint32Array.from(byRoute.get(route)!), transfers.startTicks, transfers.endTicks, trace.makespanTicks);
  });
  const rest = busiest.filter((route) => !shown.has(route));
  if (rest.length > 0) {
    const ids = Uint32Array.from(rest.flatMap((route) => byRoute.get(route)!)).sort();
    flows.push(addFlows(plan, "route", `${rest.length} other routes`, ids, transfers.startTicks, transfers.endTicks, trace.makespanTicks));
  }
  return { flows, otherRoutes: rest.length };
}

/** Adds a group of lanes from each job's arrival to its end; nothing where there is only one job. */
export function addJobLanes(plan: LanePlan, trace: Trace): readonly FlowLanes[] {
  const { arrivalTicks, endTicks } = trace.jobs;
  const ids = Uint32Array.from(arrivalTicks.keys()).filter((job) => endTicks[job]! >= arrivalTicks[job]! && endTicks[job]! < Infinity);
  if (arrivalTicks.length < 2 || ids.length === 0) return [];
  plan.heading("Jobs, arrival to end");
  return [addFlows(plan, "jobs", counted(arrivalTicks.length, "job"), ids, arrivalTicks, endTicks, trace.makespanTicks)];
}

function addFlows(plan: LanePlan, kind: GroupMark["kind"], name: string, ids: Uint32Array, start: Float64Array, end: Float64Array, makespanTicks: number): FlowLanes {
  const { peak, busyTicks, rows } = packFlows(ids, start, end, maxRows);
  const share = makespanTicks > 0 ? Math.min(1, busyTicks / makespanTicks) : 0;
  const lanes: LaneInit[] = rows
    ? Array.from({ length: rows.count }, () => ({ height: rows.count === 1 || kind === "jobs" ? 12 : 6, label: "", share, kind: "flow", capacity: 1 }))
    : [{ height: 20, label: "", share, kind: "summary", capacity: peak }];
  const detail = rows ? "" : `up to ${peak} at once`;
  const first = plan.group({ kind, name, detail, tooltip: [name, `${ids.length} in all`, `up to ${peak} at once`].join(", "), share }, lanes, rows ? 13 : 28);
  return rows ? { ids: rows.order, lanes: Uint32Array.from(rows.row, (row) => first + row), summary: false } : { ids, lanes: new Uint32Array(ids.length).fill(first), summary: true };
}
