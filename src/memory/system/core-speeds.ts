import type { Device } from "../../machine/machine.ts";

/**
 * How many cores of its first type a CPU is worth: the sum of the speeds of its cores. The peak of the CPU, which is that
 * of all cores together, is so many times that of a core of speed 1.
 */
export function sumOfSpeeds({ cores, units }: Pick<Device, "cores" | "units">): number {
  return cores?.reduce((sum, { count, speed }) => sum + count * speed, 0) ?? units;
}
