import type { Instance } from "../../src/core/instance.ts";
import type { DispatchCost } from "../../src/core/scheduler-host.ts";
import { makeInstance, type InstanceSpec } from "./make-instance.ts";
import { makeRandom, type Random } from "./random.ts";
import { randomScheduler, randomSync, type PolicyMaker } from "./random-policies.ts";
import type { Scheduler, SyncPolicy } from "../../src/plugin.ts";
import { range } from "./world.ts";

/** A run to be made by both simulators. `scheduler` and `sync` make a fresh policy at each call, all with the same choices. */
export interface RandomCase {
  readonly seed: number;
  readonly spec: InstanceSpec;
  readonly instance: Instance;
  readonly scheduler: PolicyMaker<Scheduler>;
  readonly sync: PolicyMaker<SyncPolicy>;
  /** What deciding takes. */
  readonly dispatch: DispatchCost;
}

/** The case of a seed: a random graph on a random machine under random policies. At most `maxOps` operators. */
export function randomCase(seed: number, maxOps = 30): RandomCase {
  const random = makeRandom(seed);
  const graphOnMachine = randomSpec(random, maxOps);
  // From a source of its own: the same graphs on the same machines, half of which change.
  const spec = { ...graphOnMachine, ...randomChanges(makeRandom(seed + 2 ** 20), graphOnMachine.devices.length) };
  const plain = makeInstance(spec);
  const scheduler = randomScheduler(random, plain);
  const sync = randomSync(random, plain);
  const estimateTicks = random.chance(0.3) ? plain.costTicks.map((ticks) => (ticks < Infinity ? random.int(0, 60) : ticks)) : undefined;
  return { seed, spec, instance: { ...plain, ...(estimateTicks && { estimateTicks }) }, scheduler, sync, dispatch: randomDispatch(random) };
}

/** Times below a tick make several placements take effect at once. */
function randomDispatch(random: Random): DispatchCost {
  const some = (): number => (random.chance(0.4) ? 0 : random.chance(0.3) ? random.next() : random.int(1, 9));
  return random.chance(0.5) ? {} : { perOpTicks: some(), perCallTicks: some(), minIntervalTicks: random.chance(0.5) ? 0 : random.int(1, 40) };
}

type Numbers = (low: number, high: number) => number;

function randomSpec(random: Random, maxOps: number): InstanceSpec {
  // Small whole numbers make ties, which is where order matters; fractions make roundings.
  const whole = random.chance(0.5);
  const between: Numbers = (low, high) => (whole ? random.int(Math.ceil(low), Math.floor(high)) : low + random.next() * (high - low));
  const machine = randomMachine(random, between);
  return { ...machine, ...randomGraph(random, between, maxOps, machine.memories!.length), ...randomCosts(random, between, machine) };
}

const classCount = 6;

function randomMachine(random: Random, between: Numbers): Pick<InstanceSpec, "memories" | "devices" | "links" | "routes"> {
  const contended = random.chance(0.75);
  const memories = range(random.int(1, 4)).map(() => (contended && random.chance(0.5) ? between(1, 8) : Infinity));
  const devices = range(random.int(1, 5)).map(() => {
    const slots = random.int(1, 4);
    const width = between(1, 3);
    return {
      slots, width, memory: random.int(0, memories.length - 1), setup: random.chance(0.3) ? random.int(0, 9) : 0,
      units: contended && random.chance(0.4) ? width * (0.5 + random.next() * slots) : Infinity,
    };
  });
  const links = range(random.int(1, 4)).map(() => (contended && random.chance(0.8) ? between(1, 6) : Infinity));
  // Sometimes all routes are equally quick, so that ties between sources matter.
  const uniform = random.chance(0.25) ? { latency: between(0, 5), ticksPerByte: between(1, 2) } : {};
  const routes = range(memories.length * memories.length).map((i) => {
    const from = Math.floor(i / memories.length);
    const to = i % memories.length;
    const hops = random.shuffle(range(links.length)).slice(0, random.int(0, 3));
    const ends = random.chance(0.3) ? [from, to].filter(() => random.chance(0.7)) : [];
    const slowest = Math.min(...hops.map((link) => links[link]!), ...ends.map((memory) => memories[memory]!), between(1, 9));
    return {
      from, to,
      latency: random.chance(0.4) ? 0 : between(1, 10),
      ticksPerByte: random.chance(0.1) ? between(1, 3) : 1 / slowest,
      resources: [...ends, ...hops.map((link) => ({ link }))],
      ...uniform,
    };
  });
  return { memories, devices, links, routes: routes.filter((route) => route.from !== route.to) };
}

function randomGraph(random: Random, between: Numbers, maxOps: number, memoryCount: number): Pick<InstanceSpec, "ops" | "tensors" | "jobs"> {
  const opCount = random.int(1, maxOps);
  const jobCount = random.chance(0.7) ? 1 : random.int(1, Math.min(4, opCount));
  const jobs = range(jobCount).map((job) => (random.chance(job === 0 ? 0.9 : 0.3) ? 0 : job === 0 || random.chance(0.5) ? random.int(1, 60) : Infinity));
  const jobOf = range(opCount).map((op) => (op < jobCount ? op : random.int(0, jobCount - 1)));
  const order = random.shuffle(range(opCount));
  const perEdge = random.chance(0.3);
  const density = random.next();
  const bytes = (): number => (random.chance(0.15) ? 0 : between(1, 60));
  const tensors: { bytes: number; producer?: number; home?: number; kept?: boolean }[] = [];
  const source = (): number => tensors.push({ bytes: bytes(), home: random.int(-1, memoryCount - 1) }) - 1;
  const outputs: number[][] = range(opCount).map(() => []);
  const inputs: number[][] = range(opCount).map(() => []);
  for (const [position, op] of order.entries()) {
    const earlier = order.slice(0, position).filter((other) => jobOf[other] === jobOf[op]);
    for (const from of earlier.slice(-8)) {
      if (!random.chance(density * 0.5)) continue;
      if (perEdge) inputs[op]!.push(tensors.push({ bytes: bytes(), producer: from }) - 1);
      else if (outputs[from]!.length > 0) inputs[op]!.push(random.pick(outputs[from]!));
    }
    while (random.chance(0.2)) inputs[op]!.push(tensors.length > 0 && random.chance(0.3) ? sharedSource(random, tensors) ?? source() : source());
    if (!perEdge) for (let i = random.int(0, 3); i > 0; i--) outputs[op]!.push(tensors.push({ bytes: bytes(), producer: op, ...(random.chance(0.1) && { kept: true }) }) - 1);
  }
  return { tensors, jobs, ops: range(opCount).map((op) => ({ inputs: [...new Set(inputs[op])], class: random.int(0, classCount - 1), job: jobOf[op]! })) };
}

function sharedSource(random: Random, tensors: readonly { producer?: number }[]): number | undefined {
  const sources = range(tensors.length).filter((id) => tensors[id]!.producer === undefined);
  return sources.length > 0 ? random.pick(sources) : undefined;
}

/** Devices that are slowed, lost and join; in the end all are there, so that every operator can run. */
function randomChanges(random: Random, deviceCount: number): Pick<InstanceSpec, "changes"> {
  if (random.chance(0.5)) return {};
  const speeds = [0, 0, 0, 0.5, 0.25, 2, 1, 0.1 + random.next() * 3];
  const changes = range(random.int(1, 8)).map(() => ({ at: random.chance(0.15) ? 0 : random.int(1, 90), device: random.int(0, deviceCount - 1), speed: random.pick(speeds) })).sort((a, b) => a.at - b.at);
  const last = range(deviceCount).map((device) => changes.findLast((change) => change.device === device));
  return { changes: [...changes, ...last.filter((change) => change?.speed === 0).map((change) => ({ ...change!, at: 120, speed: 1 }))] };
}

function randomCosts(random: Random, between: Numbers, machine: Pick<InstanceSpec, "memories" | "devices">): Pick<InstanceSpec, "costs"> {
  const configured = random.chance(0.3);
  const fixes = random.chance(0.7);
  const draws = random.chance(0.8);
  return {
    costs: range(classCount).map(() => {
      const sure = random.int(0, machine.devices.length - 1);
      const free = random.chance(0.05);
      return machine.devices.map((_, device) => {
        if (device !== sure && random.chance(0.2)) return Infinity;
        const ticks = free ? 0 : between(1, 40);
        return {
          ticks,
          fixed: !fixes || random.chance(0.4) ? 0 : random.chance(0.1) ? ticks : Math.min(ticks, between(0, 5)),
          memoryDemand: draws && random.chance(0.6) ? between(1, 6) : 0,
          configuration: configured && random.chance(0.7) ? random.int(0, 2) : -1,
        };
      });
    }),
  };
}
