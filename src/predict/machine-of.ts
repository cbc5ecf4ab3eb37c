import type { Profile } from "../cost/profile/profile.ts";
import { InputError } from "../base/errors.ts";
import { buildMachine } from "../machine/build-machine.ts";
import { devices } from "../machine/library/devices.ts";
import type { Machine } from "../machine/machine.ts";
import type { DeviceSpec } from "../machine/schema.ts";
import { sideBySide, type RuntimeSetting } from "./runtime-setting.ts";

/**
 * A machine that has the device of a profile and nothing else. On a CPU, operators are as wide as the setting's threads,
 * and as many are resident as it runs side by side; other devices run one operator at a time, on all of their units.
 * @param cores of the CPU; default: {@link coresOf}
 * @param model of the machine library: the device that is asked about, where the profile is for devices that were not measured
 * @throws {InputError} where there is none, or a profile of one device is asked about another.
 */
export function machineOf(profile: Profile, setting: RuntimeSetting, cores = coresOf(profile), model?: string): Machine {
  const { name, kind, figures, across = false } = profile.device;
  if (across) return buildMachine({ name: model, devices: { device: { use: unmeasured(profile, model), slots: 1, launch: 0, fuses: false } } });
  if (model !== undefined) throw new InputError({ code: "other-device", message: `the profile is of ${name}, and knows nothing of other devices`, hint: "without a device it answers for its own; gpu-unseen is for GPUs that were not measured" });
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

/** Name of the library device, if it is one that the profile may be asked about. */
function unmeasured({ device: { name, kind } }: Profile, model: string | undefined): string {
  const ofKind = devices.all.filter(({ device }) => device.kind === kind).map((device) => device.name);
  if (model === undefined) throw new InputError({ code: "no-device", message: `the profile is for ${name}: which one is it?`, hint: `name a device of the library: ${ofKind.join(", ")}` });
  if (devices.get(model).device.kind !== kind) throw new InputError({ code: "other-device", message: `the profile is for ${name}, and ${model} is none`, hint: `one of: ${ofKind.join(", ")}` });
  return model;
}

/** Cores of the CPU that a profile is of: as it says, else the largest number of threads that was measured. */
export function coresOf({ device: { figures }, entries }: Profile): number {
  return figures.units ?? entries.reduce((most, { threads = [] }) => Math.max(most, ...threads), 1);
}
