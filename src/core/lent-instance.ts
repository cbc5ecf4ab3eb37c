import { SimulationError } from "../base/errors.ts";
import type { Instance } from "./instance.ts";
import { changedInstance } from "./vary-instance.ts";

/** What views show of an instance, arrays themselves: nothing can keep a policy from writing there. With the names that views give them. */
const shown = {
  succ: "succ", pred: "pred", topo: "topo", inputs: "tensors.inputs", tensorBytes: "tensors.bytes", tensorProducer: "tensors.producer", tensorHome: "tensors.home", tensorUses: "tensors.uses",
  deviceMemory: "deviceMemory", memoryBytes: "memoryBytes", estimateTicks: "estimates", costTicks: "estimates",
} as const satisfies Readonly<Partial<Record<keyof Instance, string>>>;

type Column = Float64Array | Uint32Array | Int32Array;
type Columns = Column | Readonly<Record<string, Column>>;

/**
 * Runs policies that nobody knows on a copy of what views show of an instance, and compares it with the original when
 * the run is over: one that has written there has a wrong result, or an error that names everything but its cause. Others
 * who use the instance are spared in any case.
 * @param borrowers the policies, as messages name them; none = the instance itself is run, and nothing is paid
 * @throws {SimulationError} that names the policies and what was overwritten, instead of whatever came of it.
 * @example
 * withLentInstance(instance, ['scheduler "mine"'], (lent) => simulate({ instance: lent, scheduler }));
 */
export function withLentInstance<T>(instance: Instance, borrowers: readonly string[], run: (instance: Instance) => T): T {
  if (borrowers.length === 0) return run(instance);
  const lent = changedInstance(instance, Object.fromEntries(shownOf(instance).map((key) => [key, copied(instance[key] as Columns)])));
  let result: T;
  try {
    result = run(lent);
  } catch (error) {
    checkUntouched(lent, instance, borrowers);
    throw error;
  }
  checkUntouched(lent, instance, borrowers);
  return result;
}

/** The columns that its views show: without estimates of its own, its costs are the estimates. */
function shownOf({ estimateTicks }: Instance): (keyof typeof shown)[] {
  const notShown = estimateTicks === undefined ? "estimateTicks" : "costTicks";
  return (Object.keys(shown) as (keyof typeof shown)[]).filter((key) => key !== notShown);
}

function checkUntouched(lent: Instance, instance: Instance, borrowers: readonly string[]): void {
  const overwritten = shownOf(instance).filter((key) => !isSame(lent[key] as Columns, instance[key] as Columns)).map((key) => `view.${shown[key]}`);
  if (overwritten.length === 0) return;
  throw new SimulationError({ code: "policy-error", message: `${borrowers.join(" or ")} overwrote ${overwritten.join(", ")}, which the engine goes by too`, hint: "what a view shows is to be read only: write into a copy, such as view.topo.slice()" });
}

function copied(columns: Columns): Columns {
  return ArrayBuffer.isView(columns) ? columns.slice() : Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()]));
}

function isSame(one: Columns, other: Columns): boolean {
  if (!ArrayBuffer.isView(one)) return Object.entries(one).every(([name, column]) => isSame(column, (other as Readonly<Record<string, Column>>)[name]!));
  const [words, others] = [wordsOf(one), wordsOf(other as Column)];
  for (let i = 0; i < words.length; i++) if (words[i] !== others[i]) return false;
  return true;
}

/** All columns alike, which is several times as fast to go through. */
function wordsOf({ buffer, byteOffset, byteLength }: Column): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
