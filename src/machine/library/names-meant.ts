import { devices } from "./devices.ts";

/**
 * What people may mean by the name of a device, or of something that is named after one: capitals do not matter, and the
 * maker may be left out, and then all that follows a whole word. The closest way of reading it counts alone.
 * @returns names out of `names`: none, the one that is meant, or several that it may be
 * @example
 * namesMeant("A100", ["nvidia-a100", "vidur-a100"]); // ["nvidia-a100"]
 * namesMeant("H100", ["nvidia-h100-sxm5", "nvidia-l4"]); // ["nvidia-h100-sxm5"]
 */
export function namesMeant(named: string, names: readonly string[]): readonly string[] {
  const text = named.toLowerCase();
  const ofMaker = names.filter((name) => makers.has(maker(name)));
  const readings = [
    names.filter((name) => name.toLowerCase() === text),
    ofMaker.filter((name) => name === `${maker(name)}-${text}`),
    ofMaker.filter((name) => name.startsWith(`${maker(name)}-${text}-`)),
  ];
  return readings.find((found) => found.length > 0) ?? [];
}

function maker(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("-")));
}

const makers: ReadonlySet<string> = new Set(devices.names.map(maker));
