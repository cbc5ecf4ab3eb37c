import type { LoopPolicy, LoopPolicyDefinition } from "../plugin.ts";
import { createChecked, located, runAll, wellFormed, type ConformanceCheck } from "./kit.ts";

/** Options of the policy under test, validated by the definition's schema first. Default: `{}`. */
export interface LoopPolicyCheckOptions {
  readonly options?: unknown;
}

/** Loops: how many iterations, for how many workers. */
const shapes: readonly (readonly [iterations: number, workers: number])[] = [[0, 1], [0, 4], [1, 1], [1, 4], [3, 8], [7, 2], [64, 4], [100, 3], [1000, 7], [4096, 16]];

/** Which worker asks next, of those that have not been told that nothing is left. */
type Order = readonly [name: string, pick: (busy: readonly number[], step: number) => number];
const orders: readonly Order[] = [
  ["in turn", (busy, step) => busy[step % busy.length]!],
  ["one after the other", (busy) => busy[0]!],
  ["the last one first", (busy) => busy.at(-1)!],
  ["without pattern", (busy, step) => busy[(Math.imul(step + 1, 0x9e3779b1) >>> 8) % busy.length]!],
];

/**
 * Checks that hold for every loop policy, to be run by any test framework: whatever the workers' order, every iteration
 * is given out exactly once, in pieces of whole numbers; a worker that was told that nothing is left is told so again;
 * a loop may begin anew; and the same questions get the same answers.
 * @example
 * for (const check of loopPolicyChecks(myLoopPolicy)) test(check.name, check.run);
 */
export function loopPolicyChecks(definition: LoopPolicyDefinition, { options = {} }: LoopPolicyCheckOptions = {}): ConformanceCheck[] {
  const fresh = (): LoopPolicy => createChecked(definition, options, "{ … }");
  const everywhere = (check: (iterations: number, workers: number, order: Order) => void) => (): void => {
    for (const [iterations, workers] of shapes) for (const order of orders) located(`${iterations} iterations for ${workers} workers that ask ${order[0]}`, () => check(iterations, workers, order));
  };
  return [
    wellFormed("loop policy", definition),
    { name: "gives out every iteration once", run: everywhere((iterations, workers, order) => void drain(fresh(), iterations, workers, order)) },
    {
      name: "begins anew",
      run: everywhere((iterations, workers, order) => {
        const policy = fresh();
        drain(policy, 50, 5, orders[0]!);
        drain(policy, iterations, workers, order);
      }),
    },
    {
      name: "gives the same answers to the same questions",
      run: everywhere((iterations, workers, order) => {
        const first = drain(fresh(), iterations, workers, order);
        drain(fresh(), 33, 3, orders[1]!);
        if (drain(fresh(), iterations, workers, order).join() !== first.join()) throw new Error("a second policy cut the loop in another way: is anything kept outside the policy that `create` makes, or taken from Math.random or a clock?");
      }),
    },
  ];
}

/** Runs all of {@link loopPolicyChecks}. @throws {Error} that lists every check that failed. */
export function checkLoopPolicy(definition: LoopPolicyDefinition, options: LoopPolicyCheckOptions = {}): void {
  runAll(definition, loopPolicyChecks(definition, options));
}

/** Runs a loop to its end; returns who got what. @throws {Error} where an iteration is missing, or given out twice. */
function drain(policy: LoopPolicy, iterations: number, workers: number, [, pick]: Order): string[] {
  policy.start(iterations, workers);
  const chunk = new Float64Array(2);
  const isGiven = new Uint8Array(iterations);
  const pieces: string[] = [];
  const busy = Array.from({ length: workers }, (_, worker) => worker);
  for (let step = 0; busy.length > 0; step++) {
    const worker = pick(busy, step);
    const origin = policy.next(worker, chunk);
    if (origin === "none") {
      busy.splice(busy.indexOf(worker), 1);
      continue;
    }
    if (!["own", "shared", "stolen"].includes(origin)) throw new Error(`next answered ${JSON.stringify(origin)}, not "none", "own", "shared" or "stolen"`);
    const [first, count] = [chunk[0]!, chunk[1]!];
    if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 1 && first + count <= iterations)) throw new Error(`worker ${worker} was given ${count} iterations from ${first} on`);
    for (let i = first; i < first + count; i++) {
      if (isGiven[i] === 1) throw new Error(`iteration ${i} was given out twice`);
      isGiven[i] = 1;
    }
    pieces.push(`${worker}: ${first}+${count} ${origin}`);
  }
  const missing = isGiven.indexOf(0);
  if (missing >= 0) throw new Error(`iteration ${missing} was given to nobody, and all workers were told that nothing is left`);
  for (let worker = 0; worker < workers; worker++) if (policy.next(worker, chunk) !== "none") throw new Error(`worker ${worker} was given something after the end`);
  return pieces;
}
