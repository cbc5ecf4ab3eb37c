import { counted } from "../base/units.ts";
import type { SampleHeader } from "./sample.ts";

/**
 * Where samples come from, as a profile says it: machine, cores and system, and no names.
 * @example
 * measuredOn(parseSamples(text).header); // "measured by heddle calibrate on AMD EPYC (2 cores, linux 6.18 x64)"
 */
export function measuredOn({ machine }: Pick<SampleHeader, "machine">): string {
  return `measured by heddle calibrate on ${machineText(machine)}`;
}

/** A machine in words: "AMD EPYC (2 cores, linux 6.18 x64)". */
export function machineText({ cpu, cores, os }: SampleHeader["machine"]): string {
  return `${cpu} (${counted(cores, "core")}, ${os})`;
}
