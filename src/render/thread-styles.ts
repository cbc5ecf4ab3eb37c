import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import type { ThreadNames } from "../trace/threads/thread-names.ts";
import { kindStyles, Style } from "./marks.ts";
import { cleanText } from "./text.ts";

/** Colours of the threads of a run. */
export interface ThreadStyles {
  /** By thread. */
  readonly styleOf: Uint8Array;
  /** In the order of the legend, with their share of all time on cores. */
  readonly entries: readonly { readonly style: number; readonly label: string; readonly share: number }[];
}

/**
 * Gives every thread a colour of its own where there are few, and otherwise every group, those that ran longest first; what
 * is left over shares one.
 * @param taken colours that operator kinds have; where the others do not suffice, they are given a second time
 */
export function styleThreads(threads: ThreadTrace, names: ThreadNames, taken: number): ThreadStyles {
  const { table, groups } = threads;
  const byThread = table.length <= kindStyles;
  const count = byThread ? table.length : groups.length;
  const keyOf = (thread: number): number => (byThread ? thread : table.group[thread]!);
  const ticks = new Float64Array(count);
  for (let thread = 0; thread < table.length; thread++) ticks[keyOf(thread)]! += table.ranTicks[thread]!;
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const first = taken + count <= kindStyles ? taken : 0;
  const used = [...ticks.keys()].filter((key) => byThread || table.group.includes(key));
  const own = count <= kindStyles - first ? used : used.sort((a, b) => ticks[b]! - ticks[a]! || a - b).slice(0, kindStyles - 1).sort((a, b) => a - b);
  const styles = new Uint8Array(count).fill(Style.other);
  own.forEach((key, i) => { styles[key] = first + i; });
  const share = (part: number): number => (total > 0 ? part / total : 0);
  const entries = own.map((key) => ({ style: styles[key]!, label: cleanText(byThread ? names.thread(key) : groups[key]!.name), share: share(ticks[key]!) }));
  const rest = used.filter((key) => styles[key] === Style.other);
  if (rest.length > 0) entries.push({ style: Style.other, label: `${rest.length} other groups`, share: share(rest.reduce((sum, key) => sum + ticks[key]!, 0)) });
  return { styleOf: Uint8Array.from({ length: table.length }, (_, thread) => styles[keyOf(thread)]!), entries };
}
