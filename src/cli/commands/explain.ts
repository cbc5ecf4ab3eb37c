import { InputError } from "../../base/errors.ts";
import type { ThreadSpec } from "../../core/threads/thread-spec.ts";
import type { Trace } from "../../core/trace.ts";
import { machineVariants } from "../../scenario/machine-variants.ts";
import { repeatSaved, repeatScenario } from "../../scenario/repeat-run.ts";
import { resolveScenario } from "../../scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../scenario/run-scenario.ts";
import { threadVariants } from "../../scenario/thread-variants.ts";
import { elsewhere } from "../../trace/explain/elsewhere.ts";
import { explainOp, type OpExplanation } from "../../trace/explain/explain-op.ts";
import { explainRun, type RunExplanation } from "../../trace/explain/explain-run.ts";
import { findOp } from "../../trace/explain/find-op.ts";
import { instanceVariants } from "../../trace/explain/instance-variants.ts";
import { formatOpExplanation } from "../../trace/explain/op-text.ts";
import { formatRunExplanation } from "../../trace/explain/run-text.ts";
import { threadWhatIf, type ThreadVariant } from "../../trace/explain/thread-what-if.ts";
import { threadFailure } from "../../trace/threads/thread-findings.ts";
import { whatIf, type Repeats, type Variant } from "../../trace/explain/what-if.ts";
import { wholeNumber, type Command, type Invocation, type Io, type Values } from "../command.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { readTrace } from "../read-trace.ts";
import { hasForeignPolicy, policyPhase, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";
import { refuseIdleScheduler } from "../scheduler-decides.ts";

/** Operators simulated for what-ifs without being asked: about a few seconds. */
const effort = 400_000;
/** What-ifs that are simulated without being asked. */
const usualWhatIfs = 24;

export const explain: Command = {
  name: "explain",
  summary: "Say why a run took as long as it did, and what would make it faster",
  usage: "RUN",
  description: [
    "RUN is a trace written by heddle run --trace, or anything that heddle run takes, which is run first.",
    "Tells the critical path in words, why each device was idle, and what changes of the machine would gain: each is",
    "simulated, those that touch most of the critical path first. Of threads: what they waited for, and what other locks,",
    "shorter critical sections or more cores would gain. With --op: why that operator ran there and then, for",
    "which a trace needs the placements that heddle run --decisions records.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    op: { type: "string", value: "NAME", help: "Explain one operator: its name in the workload, or '#7' for position 7" },
    "what-if": { type: "string", value: "N", help: `Changes of the machine to simulate, 0 for none (default ${usualWhatIfs}, fewer on large graphs)` },
    ...scenarioFlags,
  },
  examples: [
    ["heddle explain scenarios/quickstart.yaml", "run it, and say where the time went"],
    ["heddle explain scenarios/quickstart.yaml --scheduler dmda --op stage2.1.1.conv@0", "why there, why then?"],
    ["heddle run scenarios/quickstart.yaml --decisions --trace run.json && heddle explain run.json", "a saved run"],
  ],
  async run(invocation: Invocation, io: Io): Promise<number> {
    const { positionals, values, args } = invocation;
    const asked = wholeNumber(values, "what-if", 0);
    const file = positionals[0]!;
    const progress = new Progress(io, guardedProgress());
    const saved = await savedRun(file);
    if (saved !== undefined) {
      refuseScenarioFlags(file, values);
      return explainTrace({ trace: saved, asked, variants: () => [], repeat: () => repeatSaved(saved, progress.shared), note: "Slots, launch times and memory bandwidth need the cost model: explain the scenario to try them." }, values, io, progress);
    }
    const scenario = await scenarioFromArgs(file, values);
    if (!isGuarded() && (await hasForeignPolicy(scenario))) return runGuarded(args, io, policyTimeoutMs(values));
    progress.show(`reading ${scenario.name}`);
    const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
    enterPhase(undefined);
    refuseIdleScheduler(resolved, values, file);
    progress.show(`simulating ${resolved.name}`);
    const instance = compileScenario(resolved);
    enterPhase(await policyPhase(resolved, scenario));
    const trace = runScenario(resolved, { instance, decisions: values["op"] !== undefined, ...progress.shared });
    const code = await explainTrace({
      trace, asked, variants: () => machineVariants(resolved, trace), repeat: () => repeatScenario(resolved, trace, progress.shared),
      ...(resolved.threads !== undefined && trace.threads !== undefined && { threads: { variants: () => threadVariants(resolved.threads!, trace.threads!), again: (spec: ThreadSpec) => runScenario({ ...resolved, threads: { ...resolved.threads!, spec } }, { instance, ...progress.shared }) } }),
    }, values, io, progress);
    enterPhase(undefined);
    return code;
  },
};

/** The trace in a file; undefined where it is something else: a workload, a scenario, the name of a model. */
async function savedRun(file: string): Promise<Trace | undefined> {
  if (!/\.json$/i.test(file) || /\.tasks\.json$/i.test(file)) return undefined;
  try {
    return await readTrace(file);
  } catch (error) {
    // Such as a WfCommons file.
    if (error instanceof InputError && error.issues[0]!.code === "not-a-trace") return undefined;
    throw error;
  }
}

function refuseScenarioFlags(file: string, values: Values): void {
  const given = Object.keys(scenarioFlags).find((flag) => values[flag] !== undefined);
  if (given !== undefined) throw new InputError({ code: "conflicting-flags", message: `${file} is a run that has happened, and --${given} cannot change it`, hint: `give the scenario instead of the trace` });
}

/** A run, and how to repeat it on other machines. */
interface ExplainableRun {
  readonly trace: Trace;
  /** What-ifs that were asked for. */
  readonly asked: number | undefined;
  /** Changes of the machine that a compiled instance does not know. */
  variants(): readonly Variant[];
  /** @throws {InputError} when the run cannot be repeated. */
  repeat(): Repeats | Promise<Repeats>;
  readonly note?: string;
  /** How to repeat it with other threads; absent where there are none, or no scenario that could be run again. */
  readonly threads?: { readonly variants: () => readonly ThreadVariant[]; readonly again: (spec: ThreadSpec) => Trace };
}

async function explainTrace(run: ExplainableRun, values: Values, io: Io, progress: Progress): Promise<number> {
  const name = values["op"] as string | undefined;
  const [explanation, text] = name === undefined ? await explainWhole(run, progress) : await explainOne(run, name, io);
  progress.clear();
  io.out(values["format"] === "json" ? `${JSON.stringify(explanation, null, 2)}\n` : text());
  return 0;
}

async function explainOne(run: ExplainableRun, name: string, io: Io): Promise<[OpExplanation, () => string]> {
  const { trace, asked } = run;
  if (trace.instance.opCount === 0 && trace.threads !== undefined) throw new InputError({ code: "unknown-operator", message: "--op explains an operator, and threads are all that ran", hint: "leave --op out: what threads waited for is told then" });
  const { op, namesakes } = findOp(trace.instance, name);
  if (namesakes > 1) io.err(`${namesakes} operators are named "${name}"; this is the first, #${op}\n`);
  const alone = explainOp(trace, op);
  const repeats = budget(trace, asked) >= usualWhatIfs / 2 ? await repeatsOf(run) : undefined;
  const others = repeats === undefined || typeof repeats === "string" ? undefined : elsewhere(trace, alone, repeats);
  const explanation = { ...alone, ...(others !== undefined && { elsewhere: others }) };
  return [explanation, () => formatOpExplanation(explanation)];
}

async function explainWhole(run: ExplainableRun, progress: Progress): Promise<[RunExplanation, () => string]> {
  const { trace, asked, note } = run;
  let explanation = explainRun(trace);
  const most = budget(trace, asked);
  const repeats = most > 0 ? await repeatsOf(run) : undefined;
  if (typeof repeats === "string") explanation = { ...explanation, whatIfNote: repeats };
  else if (repeats !== undefined) {
    const tried = whatIf(trace, [...instanceVariants(trace), ...run.variants()], most, repeats, (label, i, count) => progress.show(`what if: ${label} (${i + 1} of ${count})`));
    explanation = { ...explanation, whatIf: tried, ...(note !== undefined && { whatIfNote: note }) };
  } else if (asked === undefined && trace.complete && trace.makespanTicks > 0 && trace.instance.opCount > 0) {
    explanation = { ...explanation, whatIfNote: `Nothing was changed and simulated, as the graph is large: --what-if ${usualWhatIfs} does.` };
  }
  const threadsMost = run.threads === undefined ? 0 : threadBudget(trace, asked);
  if (run.threads !== undefined && threadsMost > 0) {
    const tried = threadWhatIf(trace, run.threads.variants(), threadsMost, run.threads.again, (label, i, count) => progress.show(`what if: ${label} (${i + 1} of ${count})`));
    explanation = { ...explanation, threadWhatIf: tried };
  }
  return [explanation, () => formatRunExplanation(explanation)];
}

/** How to repeat the run, or why it cannot be, which is an error only where what-ifs were asked for. */
async function repeatsOf(run: ExplainableRun): Promise<Repeats | string> {
  try {
    return await run.repeat();
  } catch (error) {
    if (!(error instanceof InputError) || run.asked !== undefined) throw error;
    const { message, hint } = error.issues[0]!;
    return `Nothing was changed and simulated: ${message}; ${hint}.`;
  }
}

/** How many what-ifs to simulate: as many as were asked for, or what takes little. */
function budget({ instance, complete, makespanTicks }: Trace, asked: number | undefined): number {
  if (!complete || makespanTicks === 0 || instance.opCount === 0) return 0;
  return asked ?? Math.min(usualWhatIfs, Math.floor(effort / Math.max(1, instance.opCount)));
}

/** Events that are handled for what-ifs of threads without being asked. */
const threadEffort = 6_000_000;

/** The same for changes of the threads; a run that failed is not worth changing. */
function threadBudget(trace: Trace, asked: number | undefined): number {
  if (!trace.complete || trace.makespanTicks === 0 || threadFailure(trace.threads) !== undefined) return 0;
  return asked ?? Math.min(usualWhatIfs, Math.floor(threadEffort / Math.max(1, trace.eventCount)));
}
