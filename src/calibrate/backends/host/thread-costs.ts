import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { InputError } from "../../../base/errors.ts";
import { measuredOn } from "../../measured-on.ts";
import type { SampleFile } from "../../sample.ts";
import { threadCode } from "./thread-kernels.ts";

/** The compiled `kernels/threads/thread-costs.ts`. */
interface ThreadCostMaker {
  readonly hostItems: readonly { readonly name: string; readonly unit: "ns" | "B/ns" }[];
  /** @param raw samples of items, in their own units */
  threadCosts(raw: readonly { readonly item: string; readonly round: number; readonly others: number | null; readonly samples: readonly number[] }[], origin: { readonly source: string; readonly date: string; readonly machine: { readonly cpu: string; readonly cores: number; readonly os: string; readonly node: string } }): ThreadCosts;
}

/** A profile of the format heddle-thread-costs/1, as far as it is looked at here. */
export interface ThreadCosts {
  readonly source: string;
  readonly costs: Readonly<Record<string, { readonly value: number; readonly unit: "ns" | "B/ns"; readonly what: string }>>;
  readonly missing: Readonly<Record<string, string>>;
}

/**
 * What threads cost, by samples of the backend `host`: a profile for `threadCosts: {profile: FILE}` of a scenario. The
 * same samples give the same profile, whenever and wherever it is made.
 * @throws {InputError} when there are no samples of threads, or the thread kernels are not built.
 */
export function threadCostsOf({ header, samples }: SampleFile, file: string): ThreadCosts {
  const { hostItems, threadCosts } = maker();
  const units = new Map(hostItems.map(({ name, unit }) => [name, unit]));
  const raw = samples.flatMap(({ kind, shape, round, ns, load }) => {
    const unit = units.get(kind);
    if (unit === undefined) return [];
    return [{ item: kind, round, others: load ?? null, samples: unit === "ns" ? ns : ns.map((time) => shape["bytes"]! / time) }];
  });
  if (raw.length === 0) throw new InputError({ code: "too-few-points", message: `${file} has no samples of what threads cost`, hint: "heddle calibrate --backend host measures them" });
  const { cpu, cores, os } = header.machine;
  return threadCosts(raw, {
    source: measuredOn(header), date: header.date, machine: { cpu, cores, os, node: header.versions["node"] ?? "unknown" },
  });
}

function maker(): ThreadCostMaker {
  const entry = fileURLToPath(new URL("thread-costs.cjs", threadCode));
  if (!existsSync(entry)) throw new InputError({ code: "no-backend", message: "the thread kernels are not built", hint: "npm run build" });
  return createRequire(import.meta.url)(entry) as ThreadCostMaker;
}
