import { InputError, type Issue } from "../base/errors.ts";
import { Hasher } from "../base/hash.ts";
import { parseJson } from "../base/parse-json.ts";
import type { NameList } from "../core/instance.ts";
import type { ChosenPolicies, Trace } from "../core/trace.ts";
import { chromeEvents } from "./chrome-trace.ts";
import { columnText, type Column } from "./column-text.ts";
import { decisionsJson } from "./saved-decisions.ts";
import { threadsJson } from "./threads/saved-threads.ts";
import { traceColumns } from "./trace-columns.ts";
import { restoreTrace, type SavedRun } from "./restore-trace.ts";

/** Formats of the `heddle` part of a trace file: a file has the first of them whose readers understand all that is in it. */
const versions = {
  operators: 1,
  /** A reader of version 1 would take the run for one in which nothing happened; one of version 2, all positions for those of one file. */
  threads: 3,
} as const;
/** Read, and not written any more. Their `record` is the hash of another text. */
const formerVersions: readonly unknown[] = [2];

/**
 * A run as a trace file, in chunks: JSON that Perfetto and chrome://tracing open, with the whole run under the key
 * `heddle`, so that {@link loadTrace} gives back an equal trace. Its columns are base64 of little-endian arrays.
 * @param policies how the run chose its policies, so that it can be repeated; default: what the trace itself was read with
 * @example
 * for (const chunk of saveTrace(trace)) file.write(chunk);
 */
export function* saveTrace(trace: Trace, policies: ChosenPolicies | undefined = trace.policies): Iterable<string> {
  yield `{"displayTimeUnit":"ns",\n"heddle":`;
  const hasher = new Hasher();
  for (const chunk of record(trace, policies)) {
    hasher.text(chunk);
    yield chunk;
  }
  yield `,\n"record":"${hasher.digest()}"},\n"traceEvents":[`;
  let separator = "\n";
  let chunk = "";
  for (const event of chromeEvents(trace)) {
    chunk += separator + JSON.stringify(event);
    separator = ",\n";
    if (chunk.length > 1 << 16) {
      yield chunk;
      chunk = "";
    }
  }
  yield `${chunk}\n]}\n`;
}

/** Hash of all that a file says of this run: equal to its `record`, unless something was changed there. */
export function recordDigest(trace: Trace): string {
  const hasher = new Hasher();
  for (const chunk of record(trace, trace.policies)) hasher.text(chunk);
  return hasher.digest();
}

/** The `heddle` part, but for its end. */
function* record(trace: Trace, policies: ChosenPolicies | undefined): Iterable<string> {
  const { instance } = trace;
  const head: Omit<SavedRun, "opNames" | "tensorNames" | "columns" | "decisions" | "threads" | "record"> = {
    version: trace.threads === undefined ? versions.operators : versions.threads, scheduler: trace.scheduler, sync: trace.sync, seed: trace.seed, complete: trace.complete, makespanTicks: trace.makespanTicks,
    eventCount: trace.eventCount, roundCount: trace.roundCount, dispatchCount: trace.dispatchCount, ...(trace.redirectedCount !== undefined && { redirectedCount: trace.redirectedCount }), digest: trace.digest, ...(policies !== undefined && { policies }), ...(trace.host !== undefined && { dispatch: trace.host.cost }),
    instance: {
      name: instance.name, tickNs: instance.tickNs, digest: instance.digest, deviceNames: instance.deviceNames, memoryNames: instance.memoryNames,
      resourceNames: instance.resourceNames, classKinds: instance.classKinds, ...(instance.carrierDevice !== undefined && { carrierDevice: instance.carrierDevice }),
    },
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"opNames":`;
  yield* names(instance.opNames);
  yield `,\n"tensorNames":`;
  yield* names(instance.tensorNames, (tensor) => {
    const producer = instance.tensorProducer[tensor]!;
    return producer >= 0 ? `${instance.opNames.at(producer)}:out` : undefined;
  });
  yield `,\n"columns":{`;
  let separator = "\n";
  for (const { path } of traceColumns) {
    const column = columnAt(trace, path);
    if (column === undefined) continue;
    yield `${separator}"${path}":"`;
    yield* columnText(column);
    yield `"`;
    separator = ",\n";
  }
  yield "}";
  if (trace.threads !== undefined) {
    yield `,\n"threads":`;
    yield* threadsJson(trace.threads);
  }
  if (trace.decisions !== undefined) {
    yield `,\n"decisions":`;
    yield* decisionsJson(trace.decisions);
  }
}

/** Names as an array; 0 stands for the usual name, which the reader can tell. */
function* names(list: NameList, usual?: (id: number) => string | undefined): Iterable<string> {
  let chunk = "[";
  for (let id = 0; id < list.length; id++) {
    const name = list.at(id);
    chunk += (id > 0 ? "," : "") + (name === usual?.(id) ? "0" : JSON.stringify(name));
    if (chunk.length > 1 << 16) {
      yield chunk;
      chunk = "";
    }
  }
  yield `${chunk}]`;
}

/** Undefined for a column that the run does not have. */
function columnAt(trace: Trace, path: string): Column | undefined {
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], trace) as Column | undefined;
}

/**
 * Reads a trace file that {@link saveTrace} wrote. Everything in it is checked before it is used: a file that was cut,
 * edited or made up gives a message, and takes no more memory than a few times its length.
 * @throws {InputError} when the text is not JSON, not a Heddle trace, of another version, or holds anything invalid.
 */
export function loadTrace(text: string, { file }: { readonly file?: string } = {}): Trace {
  const fail = (code: string, message: string, hint?: string): never => {
    throw new InputError({ code, message, ...(file !== undefined && { file }), ...(hint !== undefined && { hint }) } satisfies Issue);
  };
  if (text.trim() === "") fail("empty-file", "the file is empty", "a trace is written by heddle run … --trace FILE");
  const isScenario = file !== undefined && /\.ya?ml$/i.test(file);
  const parsed = parseJson(text, { what: "the trace", file, hint: isScenario ? `a scenario is run first: heddle run ${file} --trace trace.json` : "a trace is the trace.json that heddle run writes; was the file cut short?" });
  const saved = typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, "heddle") ? (parsed as { heddle: unknown }).heddle : undefined;
  if (typeof saved !== "object" || saved === null || Array.isArray(saved)) {
    return fail("not-a-trace", "there is no `heddle` key: this JSON is not a trace that Heddle wrote", "a trace is written by heddle run … --trace FILE");
  }
  const version = (saved as { version?: unknown }).version;
  const isFormer = formerVersions.includes(version);
  const known: readonly unknown[] = Object.values(versions);
  if (!isFormer && !known.includes(version)) fail("trace-version", `the trace has format version ${JSON.stringify(version) ?? "none"}, and this Heddle reads versions ${[...known, ...formerVersions].sort().join(", ")}`);
  const { record, ...trace } = restoreTrace(saved as Record<string, unknown>, (message) => fail("bad-trace", message, "run the scenario again to write the trace anew"));
  return isFormer || record === undefined ? trace : { ...trace, record };
}
