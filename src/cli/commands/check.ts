import { HeddleError, type Issue, type Warning } from "../../base/errors.ts";
import { counted } from "../../base/units.ts";
import type { Instance } from "../../core/instance.ts";
import { fullHome } from "../../scenario/home-room.ts";
import { resolveScenario } from "../../scenario/resolve-scenario.ts";
import { compileScenario } from "../../scenario/run-scenario.ts";
import { uselessDevices } from "../../scenario/useless-devices.ts";
import { weightsBeyondMemories } from "../../scenario/weights-room.ts";
import type { Command } from "../command.ts";
import { enterPhase, isGuarded, runGuarded } from "../guard.ts";
import { formatIssues } from "../issue-text.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

export const check: Command = {
  name: "check",
  summary: "Check scenarios without running them",
  usage: "FILE|MODEL…",
  description: "Takes what heddle run takes, reads it and everything that it names, compiles it, and reports every problem with its position. Exit code 2 when there is one.",
  positionals: [1, Infinity],
  flags: scenarioFlags,
  examples: [
    ["heddle check scenarios/*.yaml", "all at once"],
    ["heddle check scenarios/resnet50-workstation.yaml --set workload.batch=64", "would it fit with these values?"],
  ],
  async run({ positionals, values, args }, io) {
    const issues: Issue[] = [];
    const fine: { file: string; operators: number; devices: number; threads?: number; cores?: number; warnings: readonly Warning[] }[] = [];
    for (const file of positionals) {
      try {
        const scenario = await scenarioFromArgs(file, values);
        if (!isGuarded() && (await hasForeignPolicy(scenario))) return await runGuarded(args, io, policyTimeoutMs(values));
        const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
        enterPhase(undefined);
        const instance = compileScenario(resolved);
        const threads = resolved.threads?.spec.groups.reduce((sum, { count }) => sum + count, 0);
        fine.push({ file, operators: instance.opCount, devices: instance.deviceCount, ...(threads !== undefined && { threads, cores: resolved.threads!.spec.cores.names.length }), warnings: [...resolved.warnings, ...uselessDevices(resolved, instance), ...fullMemories(instance)] });
      } catch (error) {
        if (!(error instanceof HeddleError)) throw error;
        issues.push(...error.issues.map((issue) => (issue.file === undefined ? { ...issue, file } : issue)));
      }
    }
    if (values["format"] === "json") io.out(`${JSON.stringify({ schemaVersion: 1, files: fine, errors: issues }, null, 2)}\n`);
    else {
      for (const { file, operators, devices, threads, cores, warnings } of fine) {
        const parts = [...(threads === undefined || operators > 0 ? [`${counted(operators, "operator")} on ${counted(devices, "device")}`] : []), ...(threads !== undefined ? [`${counted(threads, "thread")} on ${counted(cores!, "core")}`] : [])];
        io.out(`${file}: fine (${parts.join(", ")})\n`);
        for (const { code, message } of warnings) io.out(`${file}: warning[${code}]: ${message}\n`);
      }
      io.err(formatIssues(issues));
    }
    return issues.length > 0 ? 2 : 0;
  },
};

/** Without a section `memory`, which makes an error of it: what every run would warn of. */
function fullMemories(instance: Instance): Warning[] {
  const found = [weightsBeyondMemories(instance), fullHome(instance)?.message].filter((message) => message !== undefined);
  return found.map((message) => ({ code: "memory-exceeded", message: `${message}: no schedule can run as it is` }));
}
