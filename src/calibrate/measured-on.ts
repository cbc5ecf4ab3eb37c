import { counted } from "../base/units.ts";
import type { SampleHeader } from "./sample.ts";

/**
 * Where samples come from, as a profile says it: machine, cores and system, and no names.
 * @example
 * measuredOn(parseSamples(text).header); // "measured by heddle calibrate on AMD EPYC (2 cores, linux 6.18 x64)"
 */
export function measuredOn({ machine: { cpu, cores, os } }: SampleHeader): string {
  return `measured by heddle calibrate on ${cpu} (${counted(cores, "core")}, ${os})`;
}
