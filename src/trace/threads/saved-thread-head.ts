import { findingKinds, type FindingKind } from "../../core/threads/findings.ts";
import type { ObjectGroupInfo, ThreadGroupInfo, ThreadTrace, TracedFinding } from "../../core/threads/thread-trace.ts";
import type { ObjectKind } from "../../core/threads/thread-spec.ts";
import { FieldReader, type Fail, type Json } from "../field-reader.ts";

/** What a saved run of threads holds beside its columns. */
export interface SavedThreadHead {
  readonly policy: string;
  readonly endTicks: number;
  readonly preemptions: number;
  /** The first finding is why threads could not go on. */
  readonly isStopped: boolean;
  readonly findings: readonly TracedFinding[];
  readonly groups: readonly ThreadGroupInfo[];
  readonly objectGroups: readonly ObjectGroupInfo[];
  readonly coreNames: readonly string[];
  /** See {@link ThreadTrace.cores}. */
  readonly coreDevice: number;
  readonly coreSpeed: number;
  readonly counterNames: readonly string[];
  readonly spanNames: readonly string[];
  readonly dropped: { readonly rows: number; readonly waits: number; readonly holds: number; readonly ready: number; readonly wakes: number; readonly heaps: number };
}

/** As it is written: what does not apply, as the period of a group that is not periodic, is left out. */
export function threadHead(threads: ThreadTrace): Json {
  const { policy, endTicks, preemptions, outcome, findings, groups, objects, cores, counters, spans, rows, waits, holds, ready, wakes, heaps } = threads;
  return {
    policy, endTicks, preemptions, isStopped: outcome !== undefined, findings,
    groups: groups.map(({ periodTicks, ...group }) => ({ ...group, ...(periodTicks < Infinity && { periodTicks }) })),
    objectGroups: objects.groups, coreNames: cores.names, ...(cores.device >= 0 && { coreDevice: cores.device }), coreSpeed: cores.speed, counterNames: counters.names, spanNames: spans.names,
    dropped: { rows: rows.dropped, waits: waits.dropped, holds: holds.dropped, ready: ready.dropped, wakes: wakes.dropped, heaps: heaps.log.dropped },
  } satisfies Partial<Record<keyof SavedThreadHead, unknown>>;
}

/** Checks every value of a head that was read. `fail` throws. */
export function readThreadHead(saved: unknown, fail: Fail): SavedThreadHead {
  if (typeof saved !== "object" || saved === null || Array.isArray(saved)) return fail("threads.head is missing");
  const read = new FieldReader(saved as Json, "threads.head.", fail);
  const dropped = new FieldReader(read.object("dropped"), "threads.head.dropped.", fail);
  // Once all programs were taken to be in one file.
  const onlyFile = read.has("file") ? read.string("file") : "";
  const findings = read.objects("findings").map(readFinding);
  const isStopped = read.boolean("isStopped");
  if (isStopped && findings.length === 0) fail("threads.head.findings is empty, and the run was stopped");
  return {
    policy: read.string("policy"), endTicks: read.number("endTicks"), preemptions: read.number("preemptions"), isStopped, findings,
    groups: read.objects("groups").map((group) => ({ name: group.string("name"), program: group.string("program"), isNumbered: group.boolean("isNumbered"), periodTicks: group.has("periodTicks") ? group.number("periodTicks") : Infinity })),
    objectGroups: read.objects("objectGroups").map((group) => ({ name: group.string("name"), kind: group.string("kind") as ObjectKind, count: group.number("count"), design: group.string("design") })),
    coreNames: read.strings("coreNames"), coreDevice: read.has("coreDevice") ? read.number("coreDevice") : -1, coreSpeed: read.has("coreSpeed") ? read.number("coreSpeed") : read.strings("coreNames").length, counterNames: read.strings("counterNames"), spanNames: read.strings("spanNames"),
    dropped: { rows: dropped.number("rows"), waits: dropped.number("waits"), holds: dropped.number("holds"), ready: dropped.number("ready"), wakes: dropped.number("wakes"), heaps: dropped.number("heaps") },
  };

  function readFinding(finding: FieldReader): TracedFinding {
    const kind = finding.string("kind");
    if (!(findingKinds as readonly string[]).includes(kind)) fail(`threads.head.findings holds a finding of the kind "${kind}"`);
    return {
      kind: kind as FindingKind, message: finding.string("message"), atNs: finding.number("atNs"),
      parts: finding.objects("parts").map((part) => {
        const at = new FieldReader(part.object("at"), "threads.head.findings.parts.at.", fail);
        return { thread: part.string("thread"), object: part.string("object"), heldBy: part.string("heldBy"), holderEnded: part.has("holderEnded") && part.boolean("holderEnded"), at: { file: at.has("file") ? at.string("file") : onlyFile, line: at.number("line"), column: at.number("column") }, sinceNs: part.number("sinceNs") };
      }),
      fails: finding.boolean("fails"),
    };
  }
}
