import { F64Column, U32Column } from "../../base/columns.ts";
import { InputError, type Warning } from "../../base/errors.ts";
import { formatWhole } from "../../base/units.ts";
import type { Workload } from "../workload.ts";
import { processorMachine } from "../../machine/processors.ts";
import { GraphBuilder } from "../builder.ts";
import { describeCycle, findCycle } from "../topology.ts";
import type { IssueList } from "./issue-list.ts";
import { inexactTimes } from "./tasks.ts";
import { chooseTick } from "./tick.ts";

/**
 * A task graph whose tasks take the same time on every processor, and whose edges cost a transfer time between
 * different ones, as it is read: the form that STG and DOT files have. An edge remembers where it is in the file.
 */
export class UniformTasks {
  readonly name: string;
  readonly warnings: Warning[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #ns = new F64Column();
  readonly #from = new U32Column();
  readonly #to = new U32Column();
  readonly #edgeNs = new F64Column();
  readonly #edgeAt = new U32Column();

  constructor(name: string) {
    this.name = name;
  }

  get taskCount(): number {
    return this.#ns.length;
  }

  /** Adds a task and returns its id. */
  task(name: string, ns: number): number {
    this.#names.push(name);
    return this.#ns.push(ns);
  }

  edge(from: number, to: number, ns: number, at: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#edgeNs.push(ns);
    this.#edgeAt.push(at);
  }

  /** On `processors` equal processors, P1, P2 …; `offsetOf` gives the byte offset of an edge's position. @throws {InputError} for a cycle, or problems noted in `issues`. */
  build(processors: number, issues: IssueList, offsetOf = (at: number) => at): Workload {
    const names = processorNames(processors);
    const from = this.#from.view();
    const to = this.#to.view();
    issues.throwIfAny();
    const cycle = findCycle(this.taskCount, from, to);
    if (cycle) issues.fail("cycle", describeCycle(cycle, (task) => this.#names[task]!), offsetOf(this.#edgeAt.get(cycle.edge)), "this edge is on it");

    const builder = new GraphBuilder(this.name);
    const task = builder.class({ kind: "task" });
    for (const name of this.#names) builder.opOfClass(task, name);
    for (let edge = 0; edge < from.length; edge++) builder.edge(from[edge]!, to[edge]!, this.#edgeNs.get(edge));
    if (this.taskCount * processors > mostDurations) {
      issues.fail("too-large", `${formatWhole(this.taskCount)} tasks on ${formatWhole(processors)} processors are more than ${formatWhole(mostDurations)} durations`, undefined, "use fewer processors");
    }
    const ns = new Float64Array(this.taskCount * processors);
    for (let id = 0; id < this.taskCount; id++) ns.fill(this.#ns.get(id), id * processors, (id + 1) * processors);
    const { tickNs, exact } = chooseTick(this.#ns.view(), this.#edgeNs.view());
    if (!exact) this.warnings.push(inexactTimes(tickNs));
    return { graph: builder.build(), costs: { deviceCount: processors, ns }, machine: processorMachine(names), tickNs, warnings: this.warnings };
  }
}

/** Durations that fit in 2 GiB. */
export const mostDurations = 2 ** 28;

/** Every pair of processors has a route. */
const mostProcessors = 4096;

/** P1 … PN. @throws {InputError} when the number is not one from 1 to 4096. */
export function processorNames(count: number): string[] {
  if (Number.isInteger(count) && count >= 1 && count <= mostProcessors) return Array.from({ length: count }, (_, id) => `P${id + 1}`);
  throw new InputError({ code: "bad-processors", message: `${count} is not a number of processors`, hint: `a whole number from 1 to ${mostProcessors}` });
}
