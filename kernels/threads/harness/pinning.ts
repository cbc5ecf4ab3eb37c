import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Words to put before a command so that it runs on one core alone; undefined where the system cannot. */
export function pinCommand(): readonly string[] | undefined {
  const core = firstCore();
  if (core === undefined) return undefined;
  const command = ["taskset", "-c", core];
  return spawnSync(command[0]!, [...command.slice(1), process.execPath, "--version"], { stdio: "ignore" }).status === 0 ? command : undefined;
}

/** The first core that this process may use. */
function firstCore(): string | undefined {
  try {
    return /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
  } catch {
    return undefined;
  }
}
