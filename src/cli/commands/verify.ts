import { InputError, type Issue } from "../../base/errors.ts";
import { counted } from "../../base/units.ts";
import type { Command } from "../command.ts";
import { formatIssues } from "../issue-text.ts";
import { readTrace } from "../read-trace.ts";

export const verify: Command = {
  name: "verify",
  summary: "Check that a saved trace obeys every rule",
  usage: "TRACE…",
  description: [
    "Checks traces written by heddle run --trace, independently of the engine: every operator once, after its inputs had",
    "arrived, on a device that can run it; one operator a slot; no link or memory past its capacity; bytes that add up; one thread a core and in a critical section, none after its end; nothing changed since the run.",
    "Exit code 1 when a trace breaks a rule, 2 when one cannot be read.",
  ].join(" "),
  positionals: [1, Infinity],
  flags: {},
  examples: [["heddle run scenarios/quickstart.yaml --trace trace.json && heddle verify trace.json", "a run and its check"]],
  async run({ positionals, values }, io) {
    const [{ verifyTrace }, { verifyDigests }] = await Promise.all([import("../../trace/verify.ts"), import("../../trace/verify-digests.ts")]);
    const results = [];
    const unreadable: Issue[] = [];
    for (const file of positionals) {
      try {
        const trace = await readTrace(file);
        results.push({ file, tasks: trace.instance.opCount, transfers: trace.transfers.length, ...(trace.threads && { threads: trace.threads.table.length, cores: trace.threads.cores.names.length }), digest: trace.digest, problems: [...verifyTrace(trace), ...verifyDigests(trace)] });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        unreadable.push(...error.issues);
      }
    }
    const bad = results.some(({ problems }) => problems.length > 0);
    if (values["format"] === "json") io.out(`${JSON.stringify({ schemaVersion: 1, traces: results, ...(unreadable.length > 0 && { errors: unreadable }) }, null, 2)}\n`);
    else {
      for (const { file, tasks, transfers, threads, cores, problems } of results) {
        const parts = [...(threads === undefined || tasks > 0 ? [`${counted(tasks, "operator")}, ${counted(transfers, "transfer")}`] : []), ...(threads === undefined ? [] : [`${counted(threads, "thread")} on ${counted(cores!, "core")}`])];
        if (problems.length === 0) io.out(`${file}: fine (${parts.join(", ")})\n`);
        for (const { code, message } of problems) io.err(`${file}: error[${code}]: ${message}\n`);
      }
    }
    if (values["format"] !== "json") io.err(formatIssues(unreadable));
    return unreadable.length > 0 ? 2 : bad ? 1 : 0;
  },
};
