import { InputError, type Issue, type Warning } from "../base/errors.ts";
import { loopPolicies } from "../loops/index.ts";
import type { LoopPolicyMaker, ThreadSpec } from "../core/threads/thread-spec.ts";
import type { Machine } from "../machine/machine.ts";
import type { MemorySystemSpec } from "../memory/system/index.ts";
import type { ThreadPolicyDefinition } from "../plugin.ts";
import { buildThreadSpec } from "../programs/build-thread-spec.ts";
import { readCostProfile } from "../programs/cost-profile.ts";
import type { CostFigures } from "../programs/costs-schema.ts";
import { threadPolicies } from "../threads/index.ts";
import { freshLoopPolicy } from "./fresh-policy.ts";
import { loadPolicy, type ChosenPolicy } from "./load-policy.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
import { chooseAllocator, newAllocator } from "./resolve-memory.ts";
import { Scenario } from "./scenario.ts";
import { defaultThreadPolicy } from "./schema.ts";
import { machineCores } from "./machine-cores.ts";
import type { Path, SourceMap } from "./source-tree.ts";
import type { RuntimeSetting } from "./with-runtime.ts";

/** Threads of a scenario, with who decides which of them holds which core. */
export interface ResolvedThreads {
  readonly spec: ThreadSpec;
  readonly policy: ChosenPolicy<ThreadPolicyDefinition>;
  /** What their computations touch, where they say so and the cores are those of a machine. */
  readonly memory?: MemorySystemSpec;
  /** The device whose cores they are, where they run the operator graph; absent where a scheduler does. */
  readonly device?: number;
  /** The CPUs whose cores they run on, by id; none where the scenario describes cores of its own, on which no operator runs. */
  readonly cpus: readonly number[];
  /** Of what the programs come from; absent where the scenario wrote them itself. */
  readonly runtime?: RuntimeSetting;
  /** What they were made from. */
  readonly origin: ThreadsOrigin;
}

/** Threads before they are compiled, for another thread of Heddle to do it again: plain data, where policies' makers are none. */
export interface ThreadsOrigin {
  readonly source: SourceMap;
  readonly file: string;
  readonly tickNs: number;
  /** What of the machine they have to do with: the names of its devices, and its cores with the memory under them. */
  readonly machine: KnownMachine;
}
interface KnownMachine {
  readonly devices: readonly string[];
  readonly system?: ReturnType<typeof machineCores>;
}

/** The threads again, in another thread of Heddle. */
export async function reopenThreads({ origin, device, runtime }: Pick<ResolvedThreads, "origin" | "device" | "runtime">): Promise<ResolvedThreads> {
  const { resolved } = await resolveThreads(new Scenario(origin.source, origin.file), origin.tickNs, undefined, { known: origin.machine });
  return { ...resolved, ...(device !== undefined && { device }), ...(runtime && { runtime }) };
}

/**
 * Compiles the programs of a scenario, and loads the policies and the profile that its threads name.
 * @param options `known`: what there is to know of the machine, where that was found out before
 * @throws {InputError} with everything that is wrong with them.
 */
export async function resolveThreads(scenario: Scenario, tickNs: number, machine: Machine | undefined, { readFile = readOrdinaryFile, onLoadPolicy, known }: { readonly readFile?: ReadFile; readonly onLoadPolicy?: (use: string) => void; readonly known?: KnownMachine }): Promise<{ readonly resolved: ResolvedThreads; readonly warnings: readonly Warning[] }> {
  const { spec } = scenario;
  const issues: Issue[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push(...error.issues);
      return undefined;
    }
  };
  const use = spec.threadPolicy ?? { use: defaultThreadPolicy };
  const policy = await attempt(() => {
    if (threadPolicies.tryGet(use.use) === undefined) onLoadPolicy?.(use.use);
    return loadPolicy(scenario, ["threadPolicy"], use, threadPolicies, readFile);
  });
  const makers = new Map<string, LoopPolicyMaker>();
  for (const [name, { policy: named = { use: "static" } }] of Object.entries(spec.loops ?? {})) {
    if (loopPolicies.tryGet(named.use) === undefined) onLoadPolicy?.(named.use);
    const chosen = await attempt(() => loadPolicy(scenario, ["loops", name, "policy"], named, loopPolicies, readFile));
    // A loop whose policy is wrong is still a loop, for the programs that name it.
    makers.set(name, chosen ? () => freshLoopPolicy(chosen) : () => ({ start: () => undefined, next: () => "none" }));
  }
  const system = known ? known.system : await attempt(() => machineCores(scenario, machine));
  const devices = known?.devices ?? machine?.devices.map(({ name }) => name) ?? [];
  const measuredCosts = await attempt(() => measured(scenario, readFile));
  // What is wrong with cores of a machine has been told.
  const sections = spec.cores !== undefined && "of" in spec.cores && issues.length > 0 ? { ...spec, cores: undefined } : spec;
  const built = await attempt(() => buildThreadSpec(sections, {
    locate: ({ path, offset }, part) => (offset === undefined ? scenario.position(path, part) : scenario.positionIn(path, offset)),
    tickNs, mustEnd: true, devices,
    findLoopPolicy: (_, [, name]: Path) => makers.get(String(name)),
    findAllocator: (named, path) => {
      const chosen = chooseAllocator(scenario, named, path);
      if ("name" in chosen) return (capacityBytes) => newAllocator(chosen, capacityBytes);
      issues.push(...chosen);
      return undefined;
    },
    ...(measuredCosts && { measuredCosts }), ...(system && { cores: system.cores }),
  }));
  if (issues.length > 0 || built === undefined || policy === undefined) throw new InputError(issues);
  const touches = built.spec.accesses.length > 0;
  const warnings = [...built.warnings, ...(touches ? aboutMemory(built.spec, system?.memory) : [])];
  return { resolved: { spec: built.spec, policy, cpus: system?.devices ?? [], ...(touches && system && { memory: system.memory }), origin: { source: scenario.source, file: scenario.file, tickNs, machine: { devices, ...(system && { system }) } } }, warnings };
}

/** What programs say of memory that the cores have nothing for. */
function aboutMemory({ objects }: ThreadSpec, memory: MemorySystemSpec | undefined): Warning[] {
  if (memory === undefined) return [{ code: "no-memory-model", message: "the programs say how they touch memory, but their cores have no caches and no memory: that costs nothing; leave cores out, or write cores: {of: machine}, to have those of a machine" }];
  const file = memory.disk ? undefined : objects.find((object) => object.kind === "data" && object.file);
  return file ? [{ code: "no-disk", message: `${file.name} is a file, and the memory of the cores has no disk: its pages come from nowhere, at once; add disk: {bandwidth: 3GB/s, latency: 80us, queue: 32} to the memory of the CPU` }] : [];
}

/** What the profile holds that `threadCosts` names. */
async function measured(scenario: Scenario, readFile: ReadFile): Promise<CostFigures | undefined> {
  const costs = scenario.spec.threadCosts;
  if (costs === undefined || "none" in costs || costs.profile === undefined) return undefined;
  const path = ["threadCosts", "profile"];
  try {
    const file = scenario.path(costs.profile, path);
    return readCostProfile(new TextDecoder().decode(await readFile(file)), file);
  } catch (error) {
    throw scenario.blame(error, path);
  }
}
