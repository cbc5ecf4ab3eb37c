import { InputError } from "../../base/errors.ts";
import type { Workload } from "../workload.ts";
import type { Machine } from "../../machine/machine.ts";
import { tasksFormat } from "./tasks-reader.ts";

/**
 * Writes a workload with given durations in the format `heddle-tasks/1`; see `importTasks`. A tensor that several tasks
 * read becomes an edge to each, and of several tensors between two tasks the slowest counts. What exists before the
 * run (model inputs) has no place in the format and is left out.
 * @throws {InputError} when the workload has no durations of its own, or its processors are not all equally far apart.
 * @example
 * writeTasks(importTasks(text, { file: "a.tasks.json" })) // the same graph
 */
export function writeTasks(workload: Workload): string {
  return [...tasksChunks(workload)].join("");
}

/** {@link writeTasks} in pieces, for graphs whose text would be too long for one string. */
export function* tasksChunks({ graph, costs, machine }: Workload): Generator<string> {
  if (!costs || !machine) throw new InputError({ code: "no-durations", message: `${graph.name} has no durations of its own to write as tasks` });
  const edgeNs = transferTime(machine);
  const processors = machine.devices.map((device) => device.name);
  yield `{"format":${JSON.stringify(tasksFormat)},"processors":${JSON.stringify(processors)},"tasks":[`;

  let text = "";
  for (let op = 0; op < graph.opCount; op++) {
    const row = Array.from(costs.ns.subarray(op * costs.deviceCount, (op + 1) * costs.deviceCount), (ns) => (ns < Infinity ? ns : null));
    const deadlineNs = graph.deadlineNs?.[op] ?? Infinity;
    const deadline = deadlineNs < Infinity ? `,"deadlineNs":${deadlineNs}` : "";
    text += `${op > 0 ? "," : ""}\n{"name":${JSON.stringify(graph.opName(op))},"ns":${JSON.stringify(row)}${deadline}}`;
    if (text.length > chunkLength) {
      yield text;
      text = "";
    }
  }
  text += '],\n"edges":[';
  let first = true;
  for (let op = 0; op < graph.opCount; op++) {
    const slowest = new Map<number, number>();
    for (let i = graph.inputs.start[op]!; i < graph.inputs.start[op + 1]!; i++) {
      const tensor = graph.inputs.item[i]!;
      const producer = graph.tensorProducer[tensor]!;
      if (producer >= 0) slowest.set(producer, Math.max(slowest.get(producer) ?? 0, edgeNs(graph.tensorBytes[tensor]!)));
    }
    for (const [producer, ns] of slowest) {
      text += `${first ? "" : ","}\n{"from":${JSON.stringify(graph.opName(producer))},"to":${JSON.stringify(graph.opName(op))},"ns":${ns}}`;
      first = false;
    }
    if (text.length > chunkLength) {
      yield text;
      text = "";
    }
  }
  yield `${text}]}\n`;
}

const chunkLength = 2 ** 16;

/** Time of a transfer by its bytes, which must not depend on the processors. */
function transferTime(machine: Machine): (bytes: number) => number {
  const routes = machine.devices.flatMap((a) => machine.devices.map((b) => (a.memory === b.memory ? undefined : machine.route(a.memory, b.memory) ?? null)));
  const crossing = routes.filter((route) => route !== undefined);
  const reference = crossing[0];
  const uniform = reference === undefined || crossing.every((route) => route?.latencyNs === reference?.latencyNs && route?.bytesPerNs === reference?.bytesPerNs);
  if (!uniform || reference === null) throw new InputError({ code: "unequal-links", message: `transfer times between the devices of ${machine.name} differ, so an edge has no single time` });
  return reference === undefined ? () => 0 : (bytes) => reference.latencyNs + bytes / reference.bytesPerNs;
}
