import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adversaryScenario } from "../../src/adversary/adversary-scenario.ts";
import { candidateInstance } from "../../src/adversary/candidate-instance.ts";
import { candidateOf } from "../../src/adversary/candidate-of.ts";
import { defaultRanges, durationNs, randomChain, visitEdges, type Candidate } from "../../src/adversary/candidate.ts";
import { findAdversary, type AdversaryOptions, type AdversaryResult } from "../../src/adversary/find-adversary.ts";
import { perturb } from "../../src/adversary/perturb.ts";
import { randomSource } from "../../src/base/random.ts";
import { compareSchedulers } from "../../src/scenario/compare-schedulers.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario } from "../../src/scenario/run-scenario.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

const contender = (name: string) => ({ name, create: () => createPolicy(schedulers.get(name)) });
const find = (target: string, against: string, options: Partial<AdversaryOptions> = {}) => findAdversary({ target: contender(target), against: contender(against), evaluations: 160, ...options });
const load = async (text: string) => {
  const readFile = memoryFiles({ "worst.yaml": text });
  return resolveScenario(await loadScenario("worst.yaml", { readFile }), { readFile });
};
const edgesOf = (candidate: Candidate) => {
  const edges: string[] = [];
  visitEdges(candidate, (from, to, bytes) => edges.push(`${from}>${to} ${bytes}`));
  return edges;
};
const timesOf = (candidate: Candidate) => Array.from({ length: candidate.ops }, (_, op) => Array.from({ length: candidate.devices }, (_, device) => durationNs(candidate, op, device)));
const best = new Map<string, AdversaryResult>();
const found = (target: string, against: string) => best.get(target) ?? best.set(target, find(target, against)).get(target)!;

describe("findAdversary", () => {
  it("finds where each of two good policies loses to the other", () => {
    expect(found("heft", "peft").ratio).toBeGreaterThan(1.1);
    expect(found("peft", "heft").ratio).toBeGreaterThan(1.1);
  });

  it("is the same for the same seed, and another for another", () => {
    expect(find("heft", "peft")).toEqual(found("heft", "peft"));
    expect(find("heft", "peft", { seed: 1 }).candidate).not.toEqual(found("heft", "peft").candidate);
  });

  it("never ends below its start, within its evaluations", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(1000), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), (evaluations, seed, ops, devices, unrelated) => {
      const result = find("mct", "heft", { evaluations, seed, ops, devices, unrelated });
      expect(result.ratio).toBeGreaterThanOrEqual(result.startRatio);
      expect(result.evaluations).toBeLessThanOrEqual(evaluations);
    }), { numRuns: 12 });
  });

  it("goes on from an instance, and keeps what it had", () => {
    const before = found("heft", "peft");
    const after = find("heft", "peft", { start: before.candidate, seed: 3 });
    expect(after.startRatio).toBe(before.ratio);
    expect(after.ratio).toBeGreaterThanOrEqual(before.ratio);
  });

  it("stays on the scale of what it starts from", () => {
    const random = randomSource(2, "test");
    const { work, ...rest } = randomChain(5, 2, random);
    const start = { ...rest, work: work.map((ns) => ns / 1000), bytes: rest.bytes.map((bytes) => (bytes < 0 ? bytes : 7)) };
    const { candidate } = find("mct", "heft", { start, evaluations: 100, unrelated: true });
    expect(Math.max(...candidate.work)).toBeLessThanOrEqual(Math.max(...start.work));
    expect(Math.max(...candidate.bytes)).toBeLessThanOrEqual(7);
  });

  it("takes no device from an op, and gives none", () => {
    const random = randomSource(4, "test");
    const chain = randomChain(4, 3, random);
    const start = { ...chain, affinity: chain.affinity.map((_, i) => (i === 1 ? Infinity : 1 + (i % 5))) };
    for (let seed = 0; seed < 3; seed++) {
      const { candidate } = find("mct", "heft", { start, evaluations: 120, seed });
      expect(candidate.affinity.filter((factor) => factor === Infinity).length).toBeLessThanOrEqual(1);
    }
  });

  it("hands over the instance on which a policy fails", () => {
    const failing: Candidate[] = [];
    const lazy = { name: "lazy", create: () => ({ dispatch: () => undefined }) };
    expect(() => findAdversary({ target: contender("heft"), against: lazy, ops: 4, onFailure: (candidate, policy) => void (policy === "lazy" && failing.push(candidate)) })).toThrow('scheduler "lazy" never placed');
    expect(failing.map(({ ops, devices }) => [ops, devices])).toEqual([[4, 3]]);
  });

  it("tells how far it is", () => {
    const told: number[] = [];
    find("heft", "fifo", { evaluations: 300, onProgress: (tried, ratio) => void told.push(tried, Math.min(1, ratio)) });
    expect(told).toEqual([256, 1]);
  });
});

describe("the scenario that is written", () => {
  it.each([["heft", "peft", false], ["peft", "heft", false], ["dmda", "etf", true]] as const)("of %s against %s has both makespans to the tick (unrelated: %s)", async (target, against, unrelated) => {
    const result = unrelated ? find(target, against, { unrelated }) : found(target, against);
    const text = adversaryScenario(result);
    expect(text.split("\n")[0]).toContain(`${target} takes ${result.ratio.toFixed(2)} times as long as ${against}`);
    const scenario = await load(text);
    expect(scenario.scheduler.definition.name).toBe(target);
    expect(compareSchedulers(scenario).map((row) => row.metrics?.makespanNs)).toEqual([result.targetTicks, result.againstTicks]);
  });

  it("is one to start from: what was written is what is read", async () => {
    const random = randomSource(5, "test");
    let candidate = randomChain(9, 4, random);
    for (let change = 0; change < 200; change++) candidate = perturb(candidate, random, { unrelated: true, ranges: defaultRanges });
    const { candidate: read, simplified } = candidateOf(compileScenario(await load(adversaryScenario({ ...found("heft", "peft"), candidate }))));
    expect(simplified).toEqual([]);
    expect(timesOf(read)).toEqual(timesOf(candidate));
    expect(edgesOf(read)).toEqual(edgesOf(candidate));
    expect(read.bandwidth).toEqual(candidate.bandwidth);
  });
});

describe("candidateOf", () => {
  it("says what of a machine it cannot keep", async () => {
    const scenario = await load("{workload: {graph: {ops: {a: {time: {cpu: 2ms}, output: 1MB}, b: 3ms, c: 1ms}, edges: [a -> b, a -> c]}}, machine: workstation}");
    const { candidate, simplified } = candidateOf(compileScenario(scenario));
    expect([candidate.ops, edgesOf(candidate)]).toEqual([3, ["0>1 1000000", "0>2 1000000"]]);
    expect(timesOf(candidate)[0]).toEqual([2e6, Infinity]);
    expect(simplified).toContain("each edge carries a tensor of its own");
    expect(candidateInstance(candidate).costTicks.slice(0, 2)).toEqual(Float64Array.of(2e6, Infinity));
  });

  it("refuses what is too large, and what is repeated", async () => {
    const repeated = compileScenario(await load("{workload: {graph: {ops: {a: 2ms}}, instances: 3}}"));
    expect(() => candidateOf(repeated)).toThrow("the start runs its workload 3 times");
    const large = compileScenario(await load("{workload: {generate: {family: chain, ops: 201}}, machine: {processors: 2}}"));
    expect(() => candidateOf(large)).toThrow("at most 200 on 16");
  });
});
