import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { defaultCostModel } from "../../src/cost/build-cost-model.ts";
import type { OpInit } from "../../src/graph/builder.ts";
import { buildMachine } from "../../src/machine/build-machine.ts";
import type { Device } from "../../src/machine/machine.ts";
import { opClass } from "./make.ts";

/** A kernel as it was measured. */
export interface Sample {
  readonly op: OpInit;
  readonly ns: number;
}

export function libraryDevice(name: string): Device {
  return buildMachine({ devices: { it: { use: name } } }).devices[0]!;
}

/** Predicted over measured time: quartiles, and the median of the absolute relative error. */
export function judge(samples: readonly Sample[], device: Device): { count: number; medianRatio: number; medianError: number } {
  const model = defaultCostModel();
  const ratios = samples.map(({ op, ns }) => model.estimate(opClass(op), device, device.width)!.ns / ns);
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  return { count: ratios.length, medianRatio: median([...ratios]), medianError: median(ratios.map((ratio) => Math.abs(ratio - 1))) };
}

/** Rows of a CSV file as records, of every `step`-th row; quoted fields may hold commas, `.gz` is unpacked. */
export function csv(path: string, step = 1): Record<string, string>[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  const [header, ...rows] = text.trim().split(/\r?\n/);
  const names = fields(header!);
  return rows.filter((_, i) => i % step === 0).map((line) => {
    const row = fields(line);
    return Object.fromEntries(names.map((name, i) => [name, row[i] ?? ""]));
  });
}

/** The fields of one line of CSV. */
export function fields(line: string): string[] {
  // Odd pieces between quotes are quoted text: their commas are no separators.
  return line.split('"').map((piece, i) => (i % 2 === 1 ? piece.replaceAll(",", ";") : piece)).join("").split(",").map((field) => field.trim());
}
