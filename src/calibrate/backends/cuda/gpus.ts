import { runCommand } from "./run-command.ts";

/** The NVIDIA GPUs of this machine, in the order of the driver; none where there is no driver. */
export async function gpus(): Promise<{ readonly name: string; readonly driver: string }[]> {
  const asked = await runCommand("nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"]);
  return asked.ok ? parseGpus(asked.out) : [];
}

/** The lines of `nvidia-smi --query-gpu=name,driver_version --format=csv,noheader`. */
export function parseGpus(text: string): { readonly name: string; readonly driver: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, name, driver] = /^(.+), ([\d.]+)\s*$/.exec(line) ?? [];
    return name !== undefined && driver !== undefined ? [{ name, driver }] : [];
  });
}
