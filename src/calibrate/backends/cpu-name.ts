import { cpus } from "node:os";

/** The CPU of this machine as the system names it, "cpu" where it does not: what was measured on it goes by this name. */
export function cpuName(): string {
  return cpus()[0]?.model.trim() || "cpu";
}
