import type { Machine, Memory } from "../machine/machine.ts";
import type { CostColumns } from "./compile-costs.ts";

/** Memories, devices, link directions, copy engines, in this order; and the routes over them. */
export function compileResources(machine: Machine, costs: CostColumns, tickNs: number) {
  const { devices, memories, links } = machine;
  const memoryCount = memories.length;
  const names: string[] = [];
  const capacity: number[] = [];
  for (const memory of memories) {
    names.push(memory.name);
    capacity.push(memoryCapacity(machine, costs, memory, tickNs));
  }
  for (const device of devices) {
    names.push(`${device.name} units`);
    capacity.push(device.slots * device.width > device.units ? device.units : Infinity);
  }
  const direction = new Map<string, number>();
  for (const link of links) {
    const limit = link.sharing === "shared" ? link.bytesPerNs * tickNs : Infinity;
    const forward = names.push(link.duplex === "full" ? `${link.name} →` : link.name) - 1;
    capacity.push(limit);
    direction.set(`${link.id}/true`, forward);
    if (link.duplex === "full") {
      direction.set(`${link.id}/false`, names.push(`${link.name} ←`) - 1);
      capacity.push(limit);
    } else direction.set(`${link.id}/false`, forward);
  }

  const engines = copyEngines(machine, tickNs);
  for (const engine of engines) {
    engine.resource = names.push(engine.name) - 1;
    capacity.push(engine.bytesPerTick);
  }

  const routeLatencyTicks = new Float64Array(memoryCount * memoryCount).fill(Infinity);
  const routeTicksPerByte = new Float64Array(memoryCount * memoryCount);
  const start = new Uint32Array(memoryCount * memoryCount + 1);
  const item: number[] = [];
  for (let from = 0; from < memoryCount; from++) {
    for (let to = 0; to < memoryCount; to++) {
      const at = from * memoryCount + to;
      start[at] = item.length;
      const route = machine.route(from, to);
      if (route === undefined) continue;
      routeLatencyTicks[at] = route.latencyNs / tickNs;
      routeTicksPerByte[at] = route.bytesPerNs === Infinity ? 0 : 1 / (route.bytesPerNs * tickNs);
      const used = new Set(route.hops.map((hop) => direction.get(`${hop.link}/${hop.forward}`)!));
      for (const engine of engines) if (from !== to && (engine.memory === from || engine.memory === to)) used.add(engine.resource);
      item.push(...[...used].sort((a, b) => a - b));
    }
  }
  start[memoryCount * memoryCount] = item.length;
  return { names, columns: { resourceCapacity: Float64Array.from(capacity), routeLatencyTicks, routeTicksPerByte, routeResources: { start, item: Uint32Array.from(item) } } };
}

/** Devices whose copy engines are fewer than the directions in which data can reach their memory at once. */
function copyEngines(machine: Machine, tickNs: number): { name: string; memory: number; bytesPerTick: number; resource: number }[] {
  return machine.devices.flatMap((device) => {
    const links = machine.links.filter((link) => link.ends.includes(machine.memories[device.memory]!.name));
    const directions = links.reduce((sum, link) => sum + (link.duplex === "full" ? 2 : 1), 0);
    if (device.copyEngines === undefined || device.copyEngines >= directions) return [];
    const fastest = Math.max(...links.map((link) => link.bytesPerNs));
    return [{ name: `${device.name} copy engines`, memory: device.memory, bytesPerTick: device.copyEngines * fastest * tickNs, resource: -1 }];
  });
}

/**
 * Bytes a tick that operators on a memory can draw together: what its devices reach of the bandwidth, or what one
 * operator is known to draw alone if that is more. Infinity where all that fit on the devices never draw as much.
 */
function memoryCapacity(machine: Machine, costs: CostColumns, memory: Memory, tickNs: number): number {
  if (costs.memoryDemand.length === 0) return Infinity;
  const { devices } = machine;
  let together = 0;
  let alone = 0;
  let efficiency = 0;
  for (const device of devices) {
    if (device.memory !== memory.id) continue;
    let demand = 0;
    for (let c = 0; c < costs.classCount; c++) demand = Math.max(demand, costs.memoryDemand[c * devices.length + device.id]!);
    together += device.slots * demand;
    alone = Math.max(alone, demand);
    efficiency = Math.max(efficiency, device.memoryEfficiency);
  }
  const reached = Math.min(memory.bytesPerNs * tickNs, Math.max(memory.bytesPerNs * tickNs * efficiency, alone));
  return together > reached * (1 + 1e-9) ? reached : Infinity;
}
