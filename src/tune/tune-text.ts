import { counted, formatNs, formatPercent } from "../base/units.ts";
import { textTable } from "../trace/table-text.ts";
import type { Tuned, TunedSetting } from "./tune-scenario.ts";

/** How the objectives are called in the table. */
const headers = { makespan: "makespan", "latency-mean": "mean latency", "latency-p99": "p99 latency" } as const;

/** What speaks for the best setting: how much less time it takes than the defaults of its runtime; undefined where these failed. */
export function gainOf({ settings }: Pick<Tuned, "settings">): number | undefined {
  const best = settings[0]!;
  const usual = settings.find(({ runtime, isDefault }) => isDefault && runtime === best.runtime)!;
  return usual.ns < Infinity && usual.ns > 0 ? 1 - best.ns / usual.ns : undefined;
}

/**
 * The result of tuning for people: how it was searched, the best settings as a table, the gain, and what to tell the real
 * runtime.
 * @param most rows of the table; the defaults are shown in any case
 */
export function formatTuned(tuned: Tuned, most = 10): string {
  const { settings, searches, by } = tuned;
  const best = settings[0]!;
  const lines = searches.map(({ runtime, kind, tried, size }) => `${runtime}: ${kind === "exhaustive" ? `all ${size} settings` : `${tried} of ${counted(size, "setting")}, by ${kind}`}`);
  const several = searches.length > 1;
  // Each runtime has knobs of its own: one column for all of them.
  const knobs = several ? [] : ownKnobs(best, searches);
  const groups = alike(settings);
  const shown = groups.filter(({ setting }, i) => i < most || setting.isDefault);
  const columns = [right("rank"), ...(several ? [{ header: "runtime" }, { header: "settings" }] : []), ...knobs.map(right), right(headers[by]), right("vs best"), right("computing"), { header: "" }];
  const rows = shown.map(({ setting, rank, others }) => [
    setting.ns < Infinity ? String(rank) : "–", ...(several ? [setting.runtime, ownKnobs(setting, searches).map((knob) => `${knob}=${setting.knobs[knob]}`).join(" ")] : []), ...knobs.map((knob) => String(setting.knobs[knob])),
    ...(setting.ns < Infinity ? [formatNs(setting.ns), `${(setting.ns / best.ns).toFixed(2)}×`, formatPercent(setting.computing)] : ["failed", "", ""]),
    [...(setting.isDefault ? [tuned.given ? "as given" : "default"] : []), ...(others > 0 ? [`and ${others} with the same result`] : [])].join(", "),
  ]);
  const left = settings.length - shown.reduce((sum, { others }) => sum + 1 + others, 0);
  return [
    `${tuned.name} on ${tuned.machine}, ${counted(tuned.cores, "core")}`, ...lines, "",
    ...textTable(columns, rows), ...(left > 0 ? [`… and ${left} more (--format json)`] : []), "",
    ...whatIfLines(tuned), ...verdict(tuned, best), "",
  ].join("\n");
}

/** Knobs of a setting that one can set, if it is that of a real runtime. */
function ownKnobs(setting: TunedSetting, searches: Tuned["searches"]): string[] {
  const whatIf = whatIfOf(setting, searches);
  return Object.keys(setting.knobs).filter((knob) => !whatIf.includes(knob));
}

function whatIfOf({ runtime }: TunedSetting, searches: Tuned["searches"]): readonly string[] {
  return searches.find((one) => one.runtime === runtime)!.whatIf;
}

const right = (header: string) => ({ header, align: "right" as const });

/** Settings with the same result as one: the default among them, else the first. */
function alike(settings: readonly TunedSetting[]): { readonly setting: TunedSetting; readonly rank: number; readonly others: number }[] {
  const best = settings[0]!;
  const groups: { setting: TunedSetting; rank: number; others: number }[] = [];
  for (const [i, setting] of settings.entries()) {
    const last = groups.at(-1);
    if (last !== undefined && setting.ns < Infinity && setting.ns === last.setting.ns && setting.runtime === last.setting.runtime) {
      last.others++;
      if (setting.isDefault) last.setting = setting;
    } else groups.push({ setting, rank: setting.ns <= best.ns ? 1 : i + 1, others: 0 });
  }
  return groups;
}

function verdict(tuned: Tuned, best: TunedSetting): string[] {
  if (best.ns === Infinity) return [`every setting failed: ${best.failure ?? ""}`];
  const gain = gainOf(tuned);
  const before = tuned.given ? "what the scenario sets" : `the defaults of ${best.runtime}`;
  if (best.isDefault) return [`No setting that was tried is faster than ${before}.`];
  const than = gain === undefined ? `; with ${before} the run fails` : ` less than with ${before}`;
  const usual = tuned.settings.find(({ isDefault, runtime, ns }) => isDefault && ns < Infinity && runtime !== best.runtime);
  const also = usual === undefined ? "" : ` Beside those of ${usual.runtime}, it is ${formatPercent(1 - best.ns / usual.ns)}.`;
  const words = best.lines.length > 0 ? ["", `To set ${best.runtime} so:`, ...best.lines.map((line) => `  ${line}`)] : [];
  return [`Predicted gain: ${gain === undefined ? formatNs(best.ns) : formatPercent(gain)}${than}.${also}`, ...words];
}

/** What it would be if the runtime of the best setting were built otherwise: a row for each way that was tried. */
function whatIfLines({ settings, searches, whatIfs, by }: Tuned): string[] {
  const best = settings[0]!;
  const tried = whatIfs.filter(({ runtime }) => runtime === best.runtime);
  if (tried.length === 0) return [];
  const whatIf = whatIfOf(best, searches);
  const rows = tried.map(({ knobs, ns }) => [
    ...whatIf.map((knob) => String(knobs[knob])), ...(ns < Infinity ? [formatNs(ns), `${(ns / best.ns).toFixed(2)}×`] : ["failed", ""]),
    ownKnobs(best, searches).filter((knob) => knobs[knob] !== best.knobs[knob]).map((knob) => `${knob}=${knobs[knob]}`).join(" "),
  ]);
  return [
    `What if ${best.runtime} were built otherwise? It has no setting for ${whatIf.join(" or ")}.`,
    ...textTable([...whatIf.map(right), right(headers[by]), right("vs best"), { header: rows.some((row) => row.at(-1) !== "") ? "then with" : "" }], rows), "",
  ];
}
