import { simulate } from "../../src/core/simulate.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { differences } from "./differences.ts";
import { randomCase } from "./random-case.ts";
import { referenceSimulate } from "./reference-simulator.ts";

/** What the engine, the reference and the validator do not agree on, over the cases of the seeds in [from, to). Stops after a few. */
export function disagreements(from: number, to: number, maxOps: number): string[] {
  const found: string[] = [];
  for (let seed = from; seed < to && found.length < 5; seed++) {
    const { instance, scheduler, sync, dispatch } = randomCase(seed, maxOps);
    const about = `randomCase(${seed}, ${maxOps}), ${scheduler.name}, ${sync.name}`;
    try {
      const reference = referenceSimulate(instance, scheduler.make(), sync.make(), dispatch);
      const trace = simulate({ instance, scheduler: scheduler.make(), sync: sync.make(), dispatch });
      const problems = [...differences(trace, reference), ...verifyTrace(trace).map(({ code, message }) => `${code}: ${message}`)];
      if (problems.length > 0) found.push([about, ...problems.slice(0, 10)].join("\n  "));
    } catch (error) {
      found.push(`${about}\n  ${(error as Error).message}`);
    }
  }
  return found;
}
