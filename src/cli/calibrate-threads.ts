import { counted } from "../base/units.ts";
import { threadCostsOf, type ThreadCosts } from "../calibrate/backends/host/thread-costs.ts";
import type { SampleFile } from "../calibrate/sample.ts";
import { costFigures } from "../programs/costs-schema.ts";
import type { Io } from "./command.ts";
import { checkWritable, writeWhole } from "./files.ts";
import { threadCostsTarget } from "./profile-target.ts";

/** A profile of thread costs that was written, for the result in JSON. */
export interface WrittenThreadCosts {
  readonly profile: string;
  readonly device: string;
  readonly threadCosts: ThreadCosts["costs"];
}

/** Writes what threads cost, by the samples of the backend `host`; whole or not at all. @throws {InputError} when there are none. */
export async function fitThreadCosts(samples: SampleFile, file: string, profileFile: string | undefined, io: Io, quiet: boolean): Promise<WrittenThreadCosts> {
  const { device } = samples.header;
  const profile = threadCostsOf(samples, file);
  const target = profileFile ?? threadCostsTarget({ device, source: profile.source });
  checkWritable(target);
  await writeWhole(target, [`${JSON.stringify(profile, null, 2)}\n`]);
  const figures = Object.keys(costFigures.shape).filter((name) => Object.hasOwn(profile.costs, name));
  if (!quiet) io.out(costsText(profile, device, target, figures));
  return { profile: target, device, threadCosts: Object.fromEntries(figures.map((name) => [name, profile.costs[name]!])) };
}

/** What a scenario charges; what was not measured stays as it is built in. */
function costsText({ costs, missing }: ThreadCosts, device: string, file: string, figures: readonly string[]): string {
  const width = Math.max(...figures.map((name) => name.length), 0);
  const rows = figures.map((name) => `  ${name.padEnd(width)}  ${String(costs[name]!.value).padStart(9)} ${costs[name]!.unit.padEnd(4)}  ${costs[name]!.what}\n`);
  const unknown = Object.keys(costFigures.shape).filter((name) => !figures.includes(name));
  const without = unknown.length > 0 ? `not measured: ${unknown.join(", ")}; scenarios use the built-in figures for these${busyOf(missing)}\n` : "";
  return `thread costs of ${device}: ${file}\n${rows.join("")}${without}for scenarios: threadCosts: {profile: ${file}}\n`;
}

function busyOf(missing: ThreadCosts["missing"]): string {
  const busy = Object.values(missing).filter((why) => why.startsWith("other programs")).length;
  return busy > 0 ? ` (${counted(busy, "item")} wanted a quieter machine)` : "";
}
