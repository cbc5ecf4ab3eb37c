import type { Profile } from "../cost/profile/profile.ts";
import { buildMachine } from "../machine/build-machine.ts";
import type { Machine } from "../machine/machine.ts";
import type { DeviceSpec } from "../machine/schema.ts";
import { sideBySide, type RuntimeSetting } from "./runtime-setting.ts";

/**
 * A machine that has the device of a profile and nothing else. On a CPU, operators are as wide as the setting's threads,
 * and as many are resident as it runs side by side; other devices run one operator at a time, on all of their units.
 * @param cores of the CPU; default: {@link coresOf}
 */
export function machineOf(profile: Profile, setting: RuntimeSetting, cores = coresOf(profile)): Machine {
  const { name, kind, figures } = profile.device;
  const { intraThreads } = setting;
  const shape = kind === "cpu" ? { units: Math.max(1, cores), slots: sideBySide(setting), width: Math.min(intraThreads, Math.max(1, cores)) } : { units: figures.units ?? 1, slots: 1 };
  // A machine needs a peak; where the profile has none, nothing asks for it: `OperatorCosts` answers from measurements alone.
  const { peakFlopsPerNs: peak = { f32: 1 }, memoryBytesPerNs: bandwidth, memoryBytes: capacity } = figures;
  const device: DeviceSpec = {
    kind, ...shape, peak, launch: 0, fuses: false,
    memory: { ...(capacity !== undefined && { capacity }), ...(bandwidth !== undefined && { bandwidth }) },
  };
  return buildMachine({ name, devices: { device } });
}

/** Cores of the CPU that a profile is of: as it says, else the largest number of threads that was measured. */
export function coresOf({ device: { figures }, entries }: Profile): number {
  return figures.units ?? entries.reduce((most, { threads = [] }) => Math.max(most, ...threads), 1);
}
