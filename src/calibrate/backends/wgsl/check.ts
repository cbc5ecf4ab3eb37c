import type { Program } from "./program.ts";
import type { Prepared, WgslSession } from "./session.ts";
import { KernelError } from "./session.ts";

/** Steps of the plain computation that a check may take; where all elements would take more, some are checked. */
const stepBudget = 4e6;
const most = 4096;
const least = 32;

/** Relative tolerances: of sums in f32 in another order and of the device's elementary functions; of the digits of f16. */
const tolerances = { f32: 2e-4, f16: 2e-3 } as const;

/** Positions of the result that are checked: all where that is cheap, else the ends and others spread evenly, at changing places of a tile. */
export function checkedPositions({ outputs, steps }: Program): Float64Array {
  const count = Math.min(outputs, most, Math.max(least, Math.floor(stepBudget / Math.max(1, steps))));
  return Float64Array.from({ length: count }, (_, at) => (count === 1 ? 0 : Math.round((at * (outputs - 1)) / (count - 1))));
}

/**
 * Compares what a program computed with what it should have.
 * @throws {KernelError} with the first element that is wrong
 */
export async function check(session: WgslSession, prepared: Prepared): Promise<void> {
  const { program } = prepared;
  if (program.outputs === 0) return;
  const positions = checkedPositions(program);
  const results = await session.results(prepared, positions);
  for (const [at, position] of positions.entries()) {
    const [result, expected] = [results[at]!, program.expected(position)];
    // Not `>`: NaN must not pass.
    if (!(Math.abs(result - expected) <= tolerances[program.elementType] * (Math.abs(expected) + program.magnitude))) {
      throw new KernelError(`wrong result: element ${position} of ${program.outputs} is ${result}, and should be ${Number(expected.toPrecision(7))}`);
    }
  }
}
