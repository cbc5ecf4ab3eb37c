import { counted, formatPercent } from "../base/units.ts";
import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import type { LaneInit, LanePlan } from "./lane-plan.ts";
import { cleanText } from "./text.ts";

/** Height that all device lanes together aim at, and the limits of one, in pixels. */
const targetHeight = 440;
const minLaneHeight = 12;
const maxLaneHeight = 30;

/** Height of the one lane of a device on which nothing ran, in pixels. */
const idleLaneHeight = 14;

/** From this number on the slots of a device that ran nothing share a thin lane. */
const minIdleSlots = 3;

/**
 * Divides `maxLanes` lanes among devices that want some: all get the same number at most, small ones what they want. A
 * device that gets fewer than it wants gives its last lane to a summary. Returns how many lanes of each device are no
 * summary; devices from the list's length on are summarised together.
 */
export function budgetLanes(wanted: readonly number[], maxLanes: number): number[] {
  const devices = wanted.length > maxLanes ? wanted.slice(0, maxLanes - 1) : wanted;
  const room = devices.length < wanted.length ? maxLanes - 1 : maxLanes;
  let most = 1;
  while (most < room && devices.reduce((sum, count) => sum + Math.min(count, most + 1), 0) <= room) most++;
  return devices.map((count) => (count <= most ? count : most - 1));
}

/**
 * Adds a group of lanes per device, and returns the lane of each track (slot, counted over all devices). The first
 * `ownGroups` devices have a group of their own, with a strip of `strip(device)` pixels above.
 */
export function addDeviceLanes(plan: LanePlan, trace: Trace, deviceKinds: readonly string[], maxLanes: number, strip: (device: number) => number): { laneOfTrack: Int32Array; summarisedSlots: number; ownGroups: number } {
  const { instance } = trace;
  const starts = slotStarts(instance);
  const { share, used } = slotUse(trace, starts[instance.deviceCount]!);
  const mean = (tracks: readonly number[]): number => tracks.reduce((sum, track) => sum + share[track]!, 0) / Math.max(1, tracks.length);
  const devices = Array.from(instance.slots, (slots, d) => {
    const tracks = Array.from({ length: slots }, (_, slot) => starts[d]! + slot);
    const idle = tracks.filter((track) => used[track] === 0);
    const alike = idle.length >= minIdleSlots || idle.length === slots ? idle : [];
    return { tracks, idle: alike, single: tracks.filter((track) => !alike.includes(track)) };
  });
  const budget = budgetLanes(devices.map(({ single, idle }) => single.length + (idle.length > 0 ? 1 : 0)), maxLanes);
  const height = Math.max(minLaneHeight, Math.min(maxLaneHeight, Math.floor(targetHeight / Math.max(1, devices.reduce((sum, { single }) => sum + single.length, 0)))));

  const laneOfTrack = new Int32Array(starts[instance.deviceCount]!);
  let summarisedSlots = 0;
  for (const [d, count] of budget.entries()) {
    const { tracks, idle, single } = devices[d]!;
    const fits = count === single.length + (idle.length > 0 ? 1 : 0);
    const shown = fits ? single : single.slice(0, count);
    const lanes: LaneInit[] = shown.map((track) => ({ height, label: tracks.length > 1 ? String(track - starts[d]!) : "", share: share[track]!, kind: "slot", capacity: 1 }));
    const rest = fits ? idle : tracks.filter((track) => !shown.includes(track));
    if (rest.length > 0) {
      const label = lanes.length === 0 ? "" : fits ? `${rest.length} idle` : `${rest.length} more`;
      lanes.push({ height: fits ? idleLaneHeight : Math.max(height, 18), label, share: mean(rest), kind: "summary", capacity: rest.length });
    }
    if (!fits) summarisedSlots += rest.length;
    const first = addDevice(plan, cleanText(instance.deviceNames[d] ?? `device ${d}`), cleanText(deviceKinds[d] ?? ""), tracks.length, mean(tracks), lanes, strip(d));
    shown.forEach((track, i) => { laneOfTrack[track] = first + i; });
    for (const track of rest) laneOfTrack[track] = first + shown.length;
  }

  const others = devices.slice(budget.length).flatMap(({ tracks }) => tracks);
  if (others.length > 0) {
    const lane = addDevice(plan, `${devices.length - budget.length} more devices`, "", others.length, mean(others), [{ height: Math.max(height, 28), label: "", share: mean(others), kind: "summary", capacity: others.length }]);
    for (const track of others) laneOfTrack[track] = lane;
    summarisedSlots += others.length;
  }
  return { laneOfTrack, summarisedSlots, ownGroups: budget.length };
}

function addDevice(plan: LanePlan, name: string, kind: string, slots: number, share: number, lanes: readonly LaneInit[], above = 0): number {
  // A device that is called by its kind is not called so twice.
  const parts = [kind === name ? "" : kind, counted(slots, "slot")].filter(Boolean);
  return plan.group({
    kind: "device", name, detail: (slots === 1 ? parts.slice(0, -1) : parts).join(", "), share, tooltip: `${[name, ...parts].join(", ")}: busy ${formatPercent(share)}`,
  }, lanes, idleLaneHeight, above);
}

/** Share of the makespan in which each slot ran operators, and whether anything at all happened there. */
function slotUse(trace: Trace, trackCount: number): { share: Float64Array; used: Uint8Array } {
  const { rows, makespanTicks } = trace;
  const busy = new Float64Array(trackCount);
  const used = new Uint8Array(trackCount);
  for (let row = 0; row < rows.length; row++) {
    const track = rows.track[row]!;
    if (rows.kind[row] !== RowKind.transfer) used[track] = 1;
    if (rows.kind[row] === RowKind.run) busy[track]! += rows.end[row]! - rows.start[row]!;
  }
  return { share: busy.map((ticks) => (makespanTicks > 0 ? Math.min(1, ticks / makespanTicks) : 0)), used };
}
