import { Opcode } from "../core/threads/opcode.ts";
import type { Operand } from "./assembler.ts";
import type { ProgramCompiler, Target } from "./compile-program.ts";
import type { ReadFields } from "./forms.ts";
import type { Path } from "./place.ts";
import { registerOperand } from "./scope.ts";

/**
 * A loop that all workers of a team come to: worker 0 starts it, all meet, each takes chunks until none is left, and
 * all meet again unless `join: go-on`.
 */
export function parallel(c: ProgramCompiler, { loop, worker, workers, join, ...work }: ReadFields<"parallel">, path: Path): void {
  const { assembler } = c;
  const target = c.object(loop, ["loop"], "parallel");
  const team = workers ? c.constant(workers, "number", "workers") : (c.variable("count").operand as { value: number }).value;
  const me = worker ? c.operand(worker, "number", "worker") : c.variable("i").operand;
  const begin = startLoop(c, target, work, path);
  if (!target || team === undefined) return;
  if (!Number.isInteger(team) || team < 1) return c.issues.add("bad-value", `a loop cannot be run by ${team} workers`, (workers ?? { at: { path } }).at);
  const start = (): void => begin(assembler.constant(team));
  if (team === 1) start();
  else {
    const meet = meeting(c, target, "fork", team, path);
    const first = assembler.label();
    assembler.jumpIf(me, first);
    start();
    assembler.place(first);
    assembler.emit(Opcode.barrier, meet, target.index);
  }
  runLoop(c, target, me);
  if (team > 1 && join !== "go-on") assembler.emit(Opcode.barrier, meeting(c, target, "join", team, path), target.index);
}

/**
 * Reads what a loop's iterations are: so much time each, or the work of an operator.
 * @returns writes the instruction that begins the loop, for so many workers
 */
export function startLoop(c: ProgramCompiler, target: Target | undefined, { iterations, each, operator }: Pick<ReadFields<"startLoop">, "iterations" | "each" | "operator">, path: Path): (workers: number) => void {
  const count = c.value(iterations, "number", "iterations");
  if ((each === undefined) === (operator === undefined)) {
    c.issues.add(each === undefined ? "missing-key" : "conflicting-keys", each === undefined ? "the loop has no work" : "the loop has both each and operator", { path }, "say each: how long one iteration takes, or operator: whose work the iterations are");
    return () => undefined;
  }
  const work = each === undefined ? c.value(operator!, "number", "an operator") : c.value(each, "time", "each");
  return (workers) => {
    if (!target) return;
    if (each === undefined) c.assembler.emit(Opcode.startOpLoop, target.group, target.index, work, count, workers);
    else c.assembler.emit(Opcode.startLoop, target.group, target.index, count, work, workers);
  };
}

/** Takes chunks until none is left. */
export function runLoop(c: ProgramCompiler, { group, index }: Target, worker: Operand): void {
  const { assembler } = c;
  const [first, count] = [assembler.allocate(), assembler.allocate()];
  const [top, next] = [assembler.label(), assembler.label()];
  assembler.jump(next);
  assembler.place(top);
  assembler.emit(Opcode.runChunk, group, index, first, count);
  assembler.place(next);
  assembler.emit(Opcode.nextChunk, group, index, assembler.value(worker), first, count);
  assembler.jumpIf(registerOperand(count), top);
}

/** Number of the barrier at which the workers of a loop meet. */
function meeting(c: ProgramCompiler, { object: { group } }: Target, which: "fork" | "join", parties: number, path: Path): number {
  const { objects } = c.surroundings;
  const barrier = objects.hidden({ kind: "barrier", name: `${group.name} ${which}`, count: group.count, parties, design: "central", fanIn: 2, waiting: "block" }, { path });
  if (barrier.group.kind === "barrier" && barrier.group.parties !== parties) c.issues.add("wrong-count", `${group.name} is run by ${barrier.group.parties} workers elsewhere, and by ${parties} here`, { path }, "give each team a loop of its own");
  return barrier.number;
}
