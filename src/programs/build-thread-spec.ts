import { InputError, type Warning } from "../base/errors.ts";
import type { CoreSpec, ObjectGroup, ThreadSpec } from "../core/threads/thread-spec.ts";
import { Assembler } from "./assembler.ts";
import type { FindAllocator } from "./build-heap.ts";
import { findBuiltInLoopPolicy } from "./find-loop-policy.ts";
import { buildCores } from "./build-cores.ts";
import { buildCosts, isCoarse } from "./build-costs.ts";
import { compileGroups, threadGroups, type CompiledGroup } from "./build-groups.ts";
import { buildObjects, type FindLoopPolicy } from "./build-objects.ts";
import { checkPrograms } from "./check-programs.ts";
import type { ReadProgram, Surroundings } from "./compile-program.ts";
import type { CostFigures } from "./costs-schema.ts";
import { ObjectTable } from "./objects.ts";
import { Issues, type Locate } from "./place.ts";
import { readBlock } from "./read-block.ts";
import type { CoreSectionSpec, ThreadSections } from "./schema.ts";
import { Tables } from "./tables.ts";

/** What the sections are read with; everything is optional. */
export interface BuildOptions {
  /** Finds where something was written. Default: nowhere. */
  readonly locate?: Locate;
  /** Nanoseconds of one tick. Default 1. */
  readonly tickNs?: number;
  /** Names of the devices that `launch` may name, in the order of their numbers. */
  readonly devices?: readonly string[];
  /** Loops that nothing can end are refused, since nobody stops the run at a time of their own. Default false. */
  readonly mustEnd?: boolean;
  /** Finds the loop policies that `loops` names. Default: the built-in ones. */
  readonly findLoopPolicy?: FindLoopPolicy;
  /** Finds the allocators that `heaps` names. Default: the built-in ones. */
  readonly findAllocator?: FindAllocator;
  /** The cores of a machine, where `cores` names it or is not there. Default: those that `cores` describes. */
  readonly cores?: CoreSpec;
  /** What the profile holds that `threadCosts` names. */
  readonly measuredCosts?: CostFigures;
}

/** Cores of a scenario that names none: as many as there are threads, but no more than this. */
const defaultCoreLimit = 4;
/** Most threads, objects, and registers of all threads together: beyond, memory would not do. */
const mostThreads = 1_000_000;
const mostObjects = 1_000_000;
const mostRegisters = 50_000_000;
const defaultInstructionBudget = 1_000_000;
const defaultRoundBudget = 200_000_000;

/**
 * Compiles the sections of a scenario that speak of threads.
 * @throws {InputError} with everything that is wrong with them, each at its position where `locate` knows it.
 */
export function buildThreadSpec(sections: ThreadSections, options: BuildOptions = {}): { readonly spec: ThreadSpec; readonly warnings: readonly Warning[] } {
  const { tickNs = 1 } = options;
  const issues = new Issues(options.locate);
  const programs = new Map<string, ReadProgram>();
  for (const [name, plain] of Object.entries(sections.programs ?? {})) programs.set(name, { name, block: readBlock(plain, ["programs", name], issues), path: ["programs", name] });
  const objects = new ObjectTable(issues);
  const tables = new Tables();
  const threads = sections.threads ?? {};
  const total = Object.values(threads).reduce((sum, { count = 1 }) => sum + count, 0);
  if (total > mostThreads) issues.add("too-many-threads", `there are ${total} threads in all groups together, and ${mostThreads} are the most`, { path: ["threads"] }, "simulate fewer", "key");
  const cores = options.cores ?? buildCores(describedCores(sections.cores, issues) ?? [{ count: Math.max(1, Math.min(total, defaultCoreLimit)) }], issues);
  const nodes = cores.node.reduce((most, node) => Math.max(most, node + 1), 1);
  const costs = buildCosts(sections.threadCosts, options.measuredCosts, tickNs);
  if (isCoarse(costs)) issues.warn("coarse-tick", "a tick is longer than it takes to hand a lock over or to wake a thread, and these are rounded up to ticks: choose a finer one, or other threadCosts", { path: ["tick"] });
  const readyQueue = buildObjects(sections, objects, { tickNs, costs, nodes, tables, findLoopPolicy: options.findLoopPolicy ?? findBuiltInLoopPolicy(issues), findAllocator: options.findAllocator, threads: total }, issues);
  const surroundings: Surroundings = { objects, programs, groups: new Map(Object.keys(threads).map((name, number) => [name, number])), devices: options.devices ?? [], tickNs, nodes };
  const assembler = new Assembler();
  // Where a name is unknown, what it would have meant is unknown too: one message is enough.
  const groups = compileGroups(threads, assembler, surroundings, tables, issues);
  if (groups.length === 0 && issues.all.length === 0) issues.add("missing-key", "the scenario has programs, and no threads that run them", { path: ["threads"] }, "for example threads: {worker: 4}");
  const objectCount = objects.groups.reduce((sum, { count }) => sum + count, 0);
  if (objectCount > mostObjects) issues.add("too-many-objects", `there are ${objectCount} objects in all sections together, and ${mostObjects} are the most`, { path: [] }, "count, and granularity of a lock, say how many there are of each");
  const registers = total * assembler.registerCount;
  if (registers > mostRegisters && total <= mostThreads) issues.add("too-many-threads", `${total} threads with ${assembler.registerCount} variables each are too many`, { path: ["threads"] }, `${Math.floor(mostRegisters / assembler.registerCount)} such threads are the most; use fewer variables, or fewer threads`, "key");
  setParties(groups, objects, issues);
  // A run that gets nowhere is ended where the scenario says so.
  const mustEnd = options.mustEnd === true && sections.watch?.livelock === undefined && sections.watch?.starvation === undefined;
  checkPrograms(groups, surroundings, mustEnd, issues);
  // Tables that are too large are not made.
  if (total > mostThreads || registers > mostRegisters || objectCount > mostObjects) throw new InputError(issues.all);
  const spec: ThreadSpec = {
    program: assembler.finish(),
    groups: threadGroups(groups, assembler.registerCount, cores.names.length, tickNs, issues),
    objects: objects.groups, distributions: tables.distributions.all, accesses: tables.accesses.all, counters: tables.counters.all, spans: tables.spans.all, cores,
    costs,
    watch: { livelockTicks: (sections.watch?.livelock ?? Infinity) / tickNs, starvationTicks: (sections.watch?.starvation ?? Infinity) / tickNs, instructionBudget: sections.watch?.instructionBudget ?? defaultInstructionBudget, roundBudget: sections.watch?.roundBudget ?? defaultRoundBudget, racesFail: sections.watch?.races === "error", inversionsFail: sections.watch?.inversions === "error" },
    readyQueue: readyQueue?.number ?? -1, readyCondition: readyQueue?.guarded?.notEmpty.number ?? -1,
  };
  if (issues.all.length > 0) throw new InputError(issues.all);
  return { spec, warnings: issues.warnings };
}

/** Cores that the section describes; undefined, with an issue, where it wants those of a machine and nobody gave them. */
function describedCores(cores: ThreadSections["cores"], issues: Issues): readonly CoreSectionSpec[] | undefined {
  if (cores === undefined || !("of" in cores)) return cores;
  issues.add("missing-key", "cores are those of a machine, and there is none", { path: ["cores"] }, "say how many there are: cores: 4");
  return undefined;
}

/** A barrier whose parties are not given waits for all threads whose programs come there. */
function setParties(groups: readonly CompiledGroup[], objects: ObjectTable, issues: Issues): void {
  objects.groups.forEach((group: ObjectGroup, number) => {
    if (group.kind !== "barrier") return;
    const users = groups.filter(({ uses }) => uses.has(number)).reduce((sum, { count }) => sum + count, 0);
    const place = { path: ["barriers", group.name] };
    if (group.parties > 0) return;
    if (group.count > 1) issues.add("missing-key", `there are ${group.count} of ${group.name}: say how many come to each`, place, "add parties", "key");
    objects.replace(number, { ...group, parties: Math.max(1, users) });
  });
}
