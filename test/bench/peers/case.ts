import { compile } from "../../../src/core/compile.ts";
import type { Instance } from "../../../src/core/instance.ts";
import type { CostModel, Estimate } from "../../../src/cost/cost-model.ts";
import { GraphBuilder } from "../../../src/graph/builder.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { processorMachine } from "../../../src/machine/processors.ts";

/** Ops in layers; each but those of the first reads an output from three ops of the layer before. In whole ns and bytes. */
export interface Case {
  readonly ops: number;
  readonly devices: number;
  readonly classes: number;
  /** Of every transfer, beside its bytes: a byte takes a nanosecond. */
  readonly latency: number;
  readonly classOf: Int32Array;
  /** `cost[class * devices + device]`. */
  readonly cost: Int32Array;
  /** Edges into op i: predStart[i] up to predStart[i + 1]; the op that each comes from, and its bytes. */
  readonly predStart: Int32Array;
  readonly producer: Int32Array;
  readonly bytes: Int32Array;
}

export interface CaseOptions {
  readonly ops: number;
  /** Ops of a layer; default 1000. */
  readonly width?: number;
  /** Default 0. */
  readonly latency?: number;
  /** False: edges carry nothing. Default true: 1000 to 2999 bytes, about a fifth of the time of an op. */
  readonly data?: boolean;
}

const DEVICES = 16;
const CLASSES = 256;
const EDGES = 3;

/**
 * Draws a case with one generator of 32-bit integers, so that it is the same everywhere. The sixteen devices are eight
 * of one kind, four about three times as fast, two about five times as fast and two about as slow again; how fast a
 * device is for a class of ops varies by a factor of up to three around that.
 */
export function drawCase({ ops, width = 1000, latency = 0, data = true }: CaseOptions): Case {
  let state = 2_463_534_242;
  // Marsaglia's xorshift, "Xorshift RNGs" (2003).
  const draw = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const speedOf = (device: number): number => (device < 8 ? 10 : device < 12 ? 30 : device < 14 ? 50 : 5);
  const cost = new Int32Array(CLASSES * DEVICES);
  for (let c = 0; c < CLASSES; c++) {
    const work = 50_000 + draw(350_000);
    for (let device = 0; device < DEVICES; device++) cost[c * DEVICES + device] = Math.floor((work * (50 + draw(100))) / (100 * speedOf(device)));
  }
  const classOf = new Int32Array(ops);
  const predStart = new Int32Array(ops + 1);
  const producer = new Int32Array(Math.max(0, ops - width) * EDGES);
  const bytes = new Int32Array(producer.length);
  let edge = 0;
  for (let op = 0; op < ops; op++) {
    classOf[op] = draw(CLASSES);
    predStart[op] = edge;
    if (op < width) continue;
    const layer = op - (op % width) - width;
    // Three different ones: a first, and two more at distances of 1 to a third of the layer each.
    let from = draw(width);
    for (let i = 0; i < EDGES; i++) {
      producer[edge] = layer + from;
      bytes[edge++] = data ? 1000 + draw(2000) : 0;
      from = (from + 1 + draw(Math.floor(width / EDGES))) % width;
    }
  }
  predStart[ops] = edge;
  return { ops, devices: DEVICES, classes: CLASSES, latency, classOf, cost, predStart, producer, bytes };
}

/** A schedule to repeat: the device of each op, and all ops in the order of their starts. */
export interface Schedule {
  readonly placement: Int32Array;
  readonly order: Int32Array;
}

/** The bytes of the file that the peers read. */
export function encodeCase(c: Case, schedule?: Schedule): Uint8Array {
  const parts = [Int32Array.of(c.ops, c.devices, c.classes, c.producer.length, c.latency, schedule === undefined ? 0 : 1), c.classOf, c.cost, c.predStart, c.producer, c.bytes];
  if (schedule !== undefined) parts.push(schedule.placement, schedule.order);
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(all.buffer);
}

/** Reads what {@link encodeCase} wrote. */
export function decodeCase(file: Uint8Array): { readonly c: Case; readonly schedule?: Schedule } {
  const all = new Int32Array(file.slice().buffer);
  const [ops, devices, classes, edges, latency, hasSchedule] = all as unknown as [number, number, number, number, number, number];
  let at = 6;
  const next = (count: number): Int32Array => all.slice(at, (at += count));
  const c = { ops, devices, classes, latency, classOf: next(ops), cost: next(classes * devices), predStart: next(ops + 1), producer: next(edges), bytes: next(edges) };
  return hasSchedule === 1 ? { c, schedule: { placement: next(ops), order: next(ops) } } : { c };
}

/** The case as Heddle sees it. `shared`: transfers divide the device's link out and the other's link in. */
export function instanceOf(c: Case, shared: boolean): Instance {
  const builder = new GraphBuilder("case");
  const classes = Array.from({ length: c.classes }, (_, i) => builder.class({ kind: "task", shape: { class: i } }));
  for (const own of c.classOf) builder.opOfClass(classes[own]!);
  for (let op = 0; op < c.ops; op++) for (let e = c.predStart[op]!; e < c.predStart[op + 1]!; e++) builder.edge(c.producer[e]!, op, c.bytes[e]!);
  return compile({ graph: builder.build(), machine: machineOf(c, shared), costs: costsOf(c) });
}

function costsOf({ cost, devices }: Case): CostModel {
  return {
    name: "case",
    estimate: (op, device): Estimate => ({ ns: cost[op.shape["class"]! * devices + device.id]!, fixedNs: 0, sigma: 0, memoryBytesPerNs: 0, limit: "given", source: "case", extrapolated: false }),
  };
}

function machineOf({ devices, latency }: Case, shared: boolean): Machine {
  const base = processorMachine(Array.from({ length: devices }, (_, i) => `P${i}`));
  const links = base.links.map((link) => ({ ...link, latencyNs: latency / 2, sharing: shared ? ("shared" as const) : ("unlimited" as const) }));
  return {
    ...base, links,
    route(from, to) {
      const route = base.route(from, to);
      return route === undefined || from === to ? route : { ...route, latencyNs: latency };
    },
  };
}
