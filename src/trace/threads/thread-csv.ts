import type { Durations, ThreadMetrics } from "./thread-result.ts";

/**
 * What threads met at as CSV text (RFC 4180): one line a lock, barrier, queue …, the longest waited for first; what does
 * not apply is an empty cell.
 * @example
 * for (const chunk of threadsCsv(metrics.threads!)) file.write(chunk);
 */
export function* threadsCsv({ objects }: ThreadMetrics): Iterable<string> {
  yield "object,kind,design,acquisitions,contended,contended_share,wait_mean_ns,wait_p50_ns,wait_p99_ns,wait_max_ns,hold_mean_ns,hold_p99_ns,hand_offs,longest_waiter,waiting\r\n";
  for (const { name, kind, design, acquisitions, contended, contendedShare, wait, hold, handOffs, longestWaiter, waiting } of objects) {
    yield `${[
      quoted(name), kind, quoted(design ?? ""), acquisitions, contended, contendedShare, ...cells(wait, "meanNs", "p50Ns", "p99Ns", "maxNs"), ...cells(hold, "meanNs", "p99Ns"),
      handOffs, quoted(longestWaiter?.thread ?? ""), waiting ?? 0,
    ].join(",")}\r\n`;
  }
}

function cells(durations: Durations | undefined, ...which: readonly ("meanNs" | "p50Ns" | "p99Ns" | "maxNs")[]): string[] {
  return which.map((each) => (durations === undefined ? "" : String(durations[each])));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
