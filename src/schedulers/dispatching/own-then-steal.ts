import type { FreeDevices } from "./free-devices.ts";

/**
 * Lets every device with room take ops until it has no more room or finds none, in rounds: all devices serve themselves
 * before anyone steals.
 * @param rounds Each takes one op for the device, places it and reports it to `free`; false = it found none.
 */
export function ownThenSteal(free: FreeDevices, ...rounds: readonly ((device: number) => boolean)[]): void {
  for (const take of rounds) {
    for (let i = 0; i < free.count; ) {
      const device = free.ids[i]!;
      const before = free.count;
      let found = true;
      while (found && free.count === before) found = take(device);
      if (free.count === before) i++;
    }
  }
}
