import { Opcode } from "../core/threads/opcode.ts";
import type { ProgramCompiler, Target } from "./compile-program.ts";
import type { NamedObject } from "./objects.ts";
import { registerOperand } from "./scope.ts";

/**
 * A queue under a lock of one's choice, as most runtimes have it: the lock is taken for each operation, and who finds
 * the queue empty or full waits on a condition.
 */

type Guard = NonNullable<NamedObject["guarded"]>;

export function pushGuarded(c: ProgramCompiler, { group, index }: Target, guard: Guard, value: number): void {
  const { assembler } = c;
  assembler.emit(Opcode.lock, guard.lock.number, index, 0);
  if (guard.notFull) {
    const [test, full, room] = [assembler.label(), assembler.allocate(), assembler.label()];
    assembler.place(test);
    assembler.emit(Opcode.length, group, index, full, -1);
    assembler.emit(Opcode.less, full, full, assembler.constant(guard.capacity));
    assembler.jumpIf(registerOperand(full), room);
    assembler.emit(Opcode.wait, guard.notFull.number, index, guard.lock.number, index);
    assembler.jump(test);
    assembler.place(room);
  }
  assembler.emit(Opcode.push, group, index, value);
  assembler.emit(Opcode.signal, guard.notEmpty.number, index);
  assembler.emit(Opcode.unlock, guard.lock.number, index);
}

/** @param flag register that says whether there was a value; -1 = not wanted */
export function popGuarded(c: ProgramCompiler, { group, index }: Target, guard: Guard, destination: number, flag: number): void {
  const { assembler } = c;
  const [test, done, got] = [assembler.label(), assembler.label(), flag < 0 ? assembler.allocate() : flag];
  const [length, open] = [assembler.allocate(), assembler.allocate()];
  assembler.emit(Opcode.lock, guard.lock.number, index, 0);
  assembler.place(test);
  assembler.emit(Opcode.tryPop, group, index, destination, got);
  assembler.jumpIf(registerOperand(got), done);
  assembler.emit(Opcode.length, group, index, length, open);
  // Operators come from outside the threads, without the lock: also while somebody looks.
  assembler.jumpIf(registerOperand(length), test);
  assembler.jumpUnless(registerOperand(open), done);
  assembler.emit(Opcode.wait, guard.notEmpty.number, index, guard.lock.number, index);
  assembler.jump(test);
  assembler.place(done);
  if (guard.notFull) assembler.emit(Opcode.signal, guard.notFull.number, index);
  assembler.emit(Opcode.unlock, guard.lock.number, index);
}

export function closeGuarded(c: ProgramCompiler, { group, index }: Target, guard: Guard): void {
  const { assembler } = c;
  assembler.emit(Opcode.lock, guard.lock.number, index, 0);
  assembler.emit(Opcode.close, group, index);
  assembler.emit(Opcode.broadcast, guard.notEmpty.number, index);
  assembler.emit(Opcode.unlock, guard.lock.number, index);
}
