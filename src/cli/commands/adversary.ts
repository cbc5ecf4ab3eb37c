import { dirname, relative, resolve } from "node:path";
import { adversaryScenario, candidateScenario, type PolicyText } from "../../adversary/adversary-scenario.ts";
import { candidateOf } from "../../adversary/candidate-of.ts";
import type { Candidate } from "../../adversary/candidate.ts";
import { describeAdversary } from "../../adversary/describe-adversary.ts";
import { findAdversary, type AdversaryResult, type Contender } from "../../adversary/find-adversary.ts";
import { InputError } from "../../base/errors.ts";
import type { SchedulerDefinition } from "../../plugin.ts";
import { freshScheduler } from "../../scenario/fresh-policy.ts";
import { loadPolicy, type ChosenPolicy } from "../../scenario/load-policy.ts";
import { parseYaml } from "../../scenario/parse-yaml.ts";
import { policyLabels } from "../../scenario/policy-labels.ts";
import { resolveScenario } from "../../scenario/resolve-scenario.ts";
import { compileScenario } from "../../scenario/run-scenario.ts";
import { Scenario } from "../../scenario/scenario.ts";
import { defaultScheduler, defaultSync, type PolicyUse } from "../../scenario/schema.ts";
import { fromPlain, type SourceMap, type SourceNode } from "../../scenario/source-tree.ts";
import { schedulers } from "../../schedulers/index.ts";
import { wholeNumber, type Command, type Io, type Values } from "../command.ts";
import { checkWritable, writeWhole } from "../files.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

export const adversary: Command = {
  name: "adversary",
  summary: "Search for the instance on which a scheduler loses most to another",
  usage: "SCHEDULER --against SCHEDULER",
  description: [
    "Anneals over task graphs and machines, starting from random chains: weights, speeds, links and edges change one at a",
    "time. What it finds is made as simple as it can be and printed as a scenario, which heddle run and heddle compare",
    "take: a regression test for whoever writes a policy. A policy is a name, a file (./mine.mjs), or either with",
    "options: '{use: dmda, beta: 2}'. The same arguments give the same instance everywhere.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    against: { type: "string", short: "a", value: "NAME|FILE", help: "The scheduler that it shall lose to; needed", choices: "schedulers" },
    evaluations: { type: "string", short: "e", value: "N", help: "Instances to try, each with both schedulers (default 12000, some 10 s)" },
    ops: { type: "string", value: "N", help: "Operators to start with, up to 100 (default 8)" },
    devices: { type: "string", value: "N", help: "Devices, up to 16 (default 3)" },
    unrelated: { type: "boolean", help: "Let a device be fast for one operator and slow for another; without it each has one speed" },
    start: { type: "string", value: "FILE", help: "Start from a scenario, of up to 200 operators on 16 devices", choices: "files" },
    seed: scenarioFlags.seed,
    out: { type: "string", short: "o", value: "FILE", help: "Write the scenario there, and what it shows to the terminal", choices: "files" },
    "policy-timeout": scenarioFlags["policy-timeout"],
  },
  examples: [
    ["heddle adversary heft --against peft --out worst.yaml --evaluations 3000", "a worst case of heft, as a scenario that runs"],
    ["heddle adversary ./mine.mjs --against heft --out worst.yaml", "your own; then heddle compare worst.yaml"],
    ["heddle adversary dmda --against heft --start worst.yaml --evaluations 3000", "search on from what was found before"],
  ],
  async run({ positionals, values, args }, io) {
    const evaluations = wholeNumber(values, "evaluations", 1, 100_000_000);
    const ops = wholeNumber(values, "ops", 1, 100);
    const devices = wholeNumber(values, "devices", 1, 16);
    const seed = wholeNumber(values, "seed", 0);
    const timeout = policyTimeoutMs(values);
    const out = values["out"] as string | undefined;
    const file = values["start"] as string | undefined;
    const opponent = values["against"] as string | undefined;
    if (opponent === undefined) throw new InputError({ code: "missing-flag", message: "heddle adversary needs a scheduler to lose to", hint: `for example heddle adversary ${positionals[0]!} --against ${positionals[0] === "heft" ? "peft" : "heft"}` });
    if (file !== undefined && (ops ?? devices) !== undefined) throw new InputError({ code: "conflicting-flags", message: `${ops === undefined ? "--devices" : "--ops"} has no meaning beside --start, which says how large the instance is` });
    if (out !== undefined) checkWritable(out);
    const scenario = policiesOf(positionals[0]!, opponent);
    if (!isGuarded() && (await hasForeignPolicy(scenario))) return runGuarded(args, io, timeout);

    const start = file === undefined ? undefined : await readStart(file, io);
    const chosen = await choose(scenario);
    const names = policyLabels(chosen);
    const [target, against] = chosen.map((policy, i): Contender => ({ name: names[i]!, create: () => freshScheduler(policy) })) as [Contender, Contender];
    const progress = new Progress(io, guardedProgress());
    const [targetText, againstText] = (scenario.spec.compare as readonly PolicyUse[]).map((use) => policyText(use, out)) as [PolicyText, PolicyText];
    let failure: { readonly candidate: Candidate; readonly name: string } | undefined;
    const tellFailure = async ({ candidate, name }: NonNullable<typeof failure>): Promise<void> => {
      if (out === undefined) return io.err(`with --out FILE the instance on which ${name} fails is written there\n`);
      await writeWhole(out, [candidateScenario(candidate, { comment: [`${name} fails on this instance; found by heddle adversary`], name: `${name} fails`, target: name === target.name ? targetText : againstText, against: name === target.name ? againstText : targetText })]);
      io.err(`wrote ${out}: the instance on which ${name} fails\n`);
    };
    // Both run all the time: whoever watches this thread can only say that it is one of the user's own.
    enterPhase(chosen.map(({ definition }) => definition).filter((definition) => schedulers.tryGet(definition.name) !== definition).map(({ name }) => `scheduler "${name}"`).join(" or ") || undefined);
    const search = (): AdversaryResult => findAdversary({
      target, against, unrelated: values["unrelated"] === true,
      ...(evaluations !== undefined && { evaluations }), ...(ops !== undefined && { ops }), ...(devices !== undefined && { devices }), ...(seed !== undefined && { seed }), ...(start && { start }),
      ...(progress.shared.progress && { progress: progress.shared.progress }),
      onFailure: (candidate, name) => (failure = { candidate, name }), onProgress: (tried, ratio) => progress.show(`${tried} of ${evaluations ?? 12_000} instances, ratio ${ratio.toFixed(2)}`),
    });
    let found: AdversaryResult;
    try {
      found = search();
    } catch (error) {
      progress.clear();
      if (failure !== undefined) await tellFailure(failure);
      throw error;
    }
    enterPhase(undefined);
    progress.clear();
    await report(found, adversaryScenario(found, { target: targetText, against: againstText }), out, values, io);
    return 0;
  },
};

/** A scenario that names both policies and nothing else of interest, so that they are found and checked as everywhere. */
function policiesOf(target: string, against: string): Scenario {
  const read = (text: string, flag: string): SourceNode => (text.trimStart().startsWith("{") ? parseYaml(text, flag) : fromPlain(text, { file: flag }));
  const compare = { kind: "list", items: [read(target, "SCHEDULER"), read(against, "--against")], at: { file: "SCHEDULER" } } as const;
  const at = { file: "heddle adversary" };
  const map: SourceMap = { kind: "map", entries: new Map([["workload", { keyAt: at, node: fromPlain({ model: "mlp" }, at) }], ["compare", { keyAt: at, node: compare }]]), at };
  return new Scenario(map, "heddle adversary");
}

async function choose(scenario: Scenario): Promise<ChosenPolicy<SchedulerDefinition>[]> {
  const chosen: ChosenPolicy<SchedulerDefinition>[] = [];
  for (const [i, use] of (scenario.spec.compare as readonly PolicyUse[]).entries()) {
    if (schedulers.tryGet(use.use) === undefined) enterPhase(`loading policy ${use.use}`);
    chosen.push(await loadPolicy(scenario, ["compare", i], use, schedulers));
    enterPhase(undefined);
  }
  return chosen;
}

/** Its own policies are neither asked nor loaded. */
async function readStart(file: string, io: Io): Promise<Candidate> {
  const scenario = await scenarioFromArgs(file, { scheduler: defaultScheduler, sync: defaultSync }, { compare: defaultScheduler });
  const { candidate, simplified } = candidateOf(compileScenario(await resolveScenario(scenario)));
  if (simplified.length > 0) io.err(`warning[simplified-start]: the search starts from a simpler ${file}: ${simplified.join("; ")}\n`);
  return candidate;
}

/** As it is named in the scenario: a file relative to that. */
function policyText(policy: PolicyUse, out: string | undefined): PolicyText {
  if (schedulers.tryGet(policy.use) !== undefined || !/^\.{1,2}[\\/]/.test(policy.use) || out === undefined) return policy;
  const path = relative(dirname(resolve(out)), resolve(policy.use)).replaceAll("\\", "/");
  return { ...policy, use: path.startsWith(".") ? path : `./${path}` };
}

async function report(found: AdversaryResult, scenario: string, out: string | undefined, values: Values, io: Io): Promise<void> {
  if (out !== undefined) await writeWhole(out, [scenario]);
  const { target, against, ratio, targetTicks, againstTicks, startRatio, evaluations, restarts, seed, candidate } = found;
  if (values["format"] === "json") {
    const result = {
      schemaVersion: 1, target, against, ratio, targetNs: targetTicks, againstNs: againstTicks, startRatio, evaluations, restarts, seed,
      ops: candidate.ops, devices: candidate.devices, edges: candidate.bytes.filter((bytes) => bytes >= 0).length, description: describeAdversary(found), scenario, ...(out !== undefined && { written: [out] }),
    };
    io.out(`${JSON.stringify(result, null, 2)}\n`);
  } else io.out(out === undefined ? scenario : `${describeAdversary(found).join("\n")}\n\nwrote ${out}\n`);
}
