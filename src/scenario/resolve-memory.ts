import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { formatBytes } from "../base/units.ts";
import type { Instance } from "../core/instance.ts";
import { categoryOf, isElementwise } from "../graph/op-kinds.ts";
import type { Machine } from "../machine/machine.ts";
import { allocators } from "../memory/allocators/index.ts";
import type { AllocatorUse } from "../memory/allocator-schema.ts";
import type { Allocator } from "../plugin.ts";
import type { SharingRules } from "../trace/tensor-buffers.ts";
import { fullHome } from "./home-room.ts";
import { defaultAllocator, type MemorySpec } from "./memory-schema.ts";
import type { Scenario } from "./scenario.ts";
import { describeIssue } from "./schema-issues.ts";
import { quote, type Path, type Position } from "./source-tree.ts";
import { weightsBeyondMemories } from "./weights-room.ts";
import { zodOptions } from "./zod-options.ts";

/** The section `memory`, with names looked up. Plain data, so that another thread can have it. */
export interface MemoryPlan {
  /** One a memory of the machine, by id. */
  readonly allocators: readonly ChosenAllocator[];
  /** Views share their input's bytes, and element-wise operators write over inputs that nobody reads afterwards. */
  readonly inPlace: boolean;
  readonly onFull: "error" | "spill" | "recompute";
  /** Id of the memory that spilled tensors go to. */
  readonly spillTo: number;
}

/** A built-in allocator with checked options, and where the scenario names it. */
export interface ChosenAllocator {
  readonly name: string;
  readonly options: unknown;
  readonly at: Position;
}

/** The built-in allocator that a section names, or what is wrong with it or its options. @param path of the section */
export function chooseAllocator(scenario: Scenario, { use, ...options }: AllocatorUse, path: Path): ChosenAllocator | readonly Issue[] {
  const definition = allocators.tryGet(use);
  if (definition === undefined) return [{ code: "unknown-allocator", message: `there is no allocator ${quote(use)}`, hint: allocators.hint(use), ...scenario.position([...path, "use"]), path: [...path, "use"] }];
  const parsed = zodOptions(definition)!.safeParse(options, { error: describeIssue });
  return parsed.success ? { name: use, options: parsed.data, at: scenario.position(path) } : scenario.schemaIssues(parsed.error.issues, path);
}

/** The allocator of a memory, new. */
export function newAllocator({ name, options }: ChosenAllocator, capacityBytes: number): Allocator {
  return allocators.get(name).create(options)(capacityBytes);
}

/** Kinds as the graph's catalogue has them: views share their input's bytes, element-wise operators may write over it. */
export const inPlaceRules: SharingRules = { isView: (kind) => categoryOf(kind) === "view", isInPlace: isElementwise };

/**
 * Looks up what the section `memory` names.
 * @returns the plan, and the machine with the capacities that the section gives.
 * @throws {InputError} for unknown memories and allocators, and options that do not fit.
 */
export function resolveMemory(scenario: Scenario, spec: MemorySpec, machine: Machine): { readonly plan: MemoryPlan; readonly machine: Machine } {
  const issues: Issue[] = [];
  const at = (path: Path, part: "key" | "value" = "value") => ({ ...scenario.position(["memory", ...path], part), path: ["memory", ...path] });
  const find = (name: string, path: Path, part: "key" | "value"): number => {
    const memory = machine.memories.find((one) => one.name === name)?.id ?? machine.devices.find((device) => device.name === name)?.memory;
    if (memory === undefined) issues.push({ code: "unknown-memory", message: `${machine.name} has no memory ${quote(name)}`, hint: suggestion(name, [...machine.memories, ...machine.devices].map((one) => one.name)), ...at(path, part) });
    return memory ?? -1;
  };
  const choose = (use: AllocatorUse, path: Path): ChosenAllocator | undefined => {
    const chosen = chooseAllocator(scenario, use, ["memory", ...path]);
    if ("name" in chosen) return chosen;
    issues.push(...chosen);
    return undefined;
  };

  const general = choose(spec.allocator ?? { use: defaultAllocator }, ["allocator"]);
  const chosen = machine.memories.map(() => general);
  const capacities = machine.memories.map((memory) => memory.capacityBytes);
  const named = new Map<number, string>();
  for (const [name, { allocator, capacity }] of Object.entries(spec.memories ?? {})) {
    const path = ["memories", name];
    const memory = find(name, path, "key");
    if (memory < 0) continue;
    if (named.has(memory)) issues.push({ code: "duplicate-name", message: `${name} and ${named.get(memory)} are the same memory`, ...at(path, "key") });
    named.set(memory, name);
    if (allocator !== undefined) chosen[memory] = choose(allocator, [...path, "allocator"]);
    if (capacity === undefined) continue;
    capacities[memory] = capacity;
    // Where a tensor does not fit, this is why.
    if (chosen[memory] !== undefined) chosen[memory] = { ...chosen[memory], at: scenario.position(["memory", ...path, "capacity"]) };
  }
  const spillTo = spec.spillTo === undefined ? (machine.devices.find((device) => device.kind === "cpu")?.memory ?? 0) : find(spec.spillTo, ["spillTo"], "value");
  if (issues.length > 0) throw new InputError(issues);
  return {
    plan: { allocators: chosen.map((one) => one!), inPlace: spec.inPlace ?? true, onFull: spec.onFull ?? "error", spillTo },
    machine: { ...machine, memories: machine.memories.map((memory) => ({ ...memory, capacityBytes: capacities[memory.id]! })) },
  };
}

/**
 * Every tensor must find room somewhere, in a memory that is empty but for it: where it is made or lies from the start,
 * and with each operator that reads it, weights too. All weights together must find room in all memories together, and
 * what lies in one memory from the start in that one.
 * @throws {InputError} at the allocator, naming the first tensor of each memory that does not.
 */
export function checkRoom(instance: Instance, plan: MemoryPlan): void {
  const { opCount, inputs, tensorCount, tensorBytes, tensorProducer, tensorHome, memoryBytes, deviceMemory, deviceCount, classOf, costTicks, memoryNames } = instance;
  const largest = plan.allocators.map((chosen, memory) => newAllocator(chosen, memoryBytes[memory]!).largestFreeBytes);
  const smallest = Math.min(...largest);
  const told = new Set<number>();
  const issues: Issue[] = [];
  const check = (tensor: number, places: readonly number[]): void => {
    const bytes = tensorBytes[tensor]!;
    if (places.length === 0 || places.some((memory) => bytes <= largest[memory]!)) return;
    const roomiest = places.reduce((best, memory) => (largest[memory]! > largest[best]! ? memory : best));
    if (told.has(roomiest)) return;
    told.add(roomiest);
    const { name, at } = plan.allocators[roomiest]!;
    issues.push({
      code: "tensor-too-large", message: `tensor ${quote(instance.tensorNames.at(tensor))} of ${formatBytes(bytes)} does not fit into memory "${memoryNames[roomiest]}": the largest block of ${name} there is ${formatBytes(largest[roomiest]!)}`,
      hint: `the memory has ${formatBytes(memoryBytes[roomiest]!)}; give it a larger capacity, or an allocator that divides it less`, ...at,
    });
  };
  const placesOf = (op: number): number[] => [...deviceMemory].filter((_, device) => costTicks[classOf[op]! * deviceCount + device]! < Infinity);
  let isOneTooLarge = false;
  for (let tensor = 0; tensor < tensorCount; tensor++) {
    if (tensorBytes[tensor]! <= smallest) continue;
    isOneTooLarge = true;
    if (tensorProducer[tensor]! >= 0) check(tensor, placesOf(tensorProducer[tensor]!));
    else if (tensorHome[tensor]! >= 0) check(tensor, [tensorHome[tensor]!]);
  }
  for (let op = 0; isOneTooLarge && op < opCount; op++) {
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (tensorBytes[inputs.item[i]!]! > smallest) check(inputs.item[i]!, placesOf(op));
  }
  if (issues.length === 0) {
    const hint = "give a memory a larger capacity, or the model a narrower type";
    const beyond = weightsBeyondMemories(instance);
    const full = fullHome(instance);
    if (beyond !== undefined) issues.push({ code: "weights-too-large", message: beyond, hint, ...plan.allocators[0]!.at });
    if (full !== undefined) issues.push({ code: "inputs-too-large", message: full.message, hint, ...plan.allocators[full.memory]!.at });
  }
  if (issues.length > 0) throw new InputError(issues);
}
