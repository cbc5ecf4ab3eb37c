import { NO_INDEX, Opcode } from "../core/threads/opcode.ts";
import type { ObjectKind } from "../core/threads/thread-spec.ts";
import { checkRoom } from "./build-heap.ts";
import type { ProgramCompiler, Target } from "./compile-program.ts";
import { forms, type FormName, type ReadFields, type ReadValue, type Statement } from "./forms.ts";
import { closeGuarded, popGuarded, pushGuarded } from "./guarded-queue.ts";
import { compileAccess } from "./memory-access.ts";
import { parallel, runLoop, startLoop } from "./parallel.ts";
import type { Path } from "./place.ts";
import { constantOperand, registerOperand } from "./scope.ts";

/** Writes the instructions of one statement. */
export type Lowering<N extends FormName = FormName> = (compiler: ProgramCompiler, fields: ReadFields<N>, path: Path) => void;

/** What each instruction of the language becomes. */
export const lowerings: { readonly [N in FormName]: Lowering<N> } = {
  let: (c, { values }) => {
    for (const { variable, value } of values) c.assign(variable, value);
  },
  repeat: repeat,
  while: (c, { condition, do: body }) => {
    const [test, top, end] = [c.assembler.label(), c.assembler.label(), c.assembler.label()];
    c.assembler.jump(test);
    c.assembler.place(top);
    c.loop(body, { break: end, continue: test });
    c.assembler.place(test);
    c.assembler.jumpIf(c.operand(condition, "any", "a condition"), top);
    c.assembler.place(end);
  },
  if: (c, { condition, then, else: otherwise }) => {
    const test = c.operand(condition, "any", "a condition");
    choose(c, () => test, then, otherwise);
  },
  break: (c, _, path) => {
    if (!c.leave("break")) c.issues.add("no-loop", "break is in no loop", { path });
  },
  continue: (c, _, path) => {
    if (!c.leave("continue")) c.issues.add("no-loop", "continue is in no loop", { path });
  },
  return: (c) => {
    if (!c.leave("return")) c.assembler.emit(Opcode.end);
  },
  end: (c) => c.assembler.emit(Opcode.end),
  call: (c, fields, path) => c.call(fields, path),

  compute: (c, fields) => {
    const { access, data } = compileAccess(c, fields);
    c.assembler.emit(Opcode.compute, c.value(fields.work, "time", "compute"), access, data?.group ?? -1, data?.index ?? NO_INDEX);
  },
  sleep: (c, { time }) => c.assembler.emit(Opcode.sleep, c.value(time, "time", "sleep")),
  yield: (c) => c.assembler.emit(Opcode.yield),
  nextPeriod: (c) => c.assembler.emit(Opcode.nextPeriod),

  lock: (c, { of, mode }) => {
    const target = c.object(of, forms.lock.fields.of.kind.kinds, "lock");
    if (target?.object.group.kind === "mutex" && mode === "shared") c.issues.add("wrong-kind", `${of.name} is a lock that one holds at a time`, of.at, `give it the kind reader-writer, or leave mode out`);
    if (target) c.assembler.emit(Opcode.lock, target.group, target.index, mode === "shared" ? 1 : 0);
  },
  unlock: (c, { of }) => onObject(c, Opcode.unlock, of, ["mutex", "rw-lock"], "unlock"),
  tryLock: (c, { of, then, else: otherwise }) => {
    const target = c.object(of, ["mutex"], "tryLock");
    if (target) choose(c, (flag) => c.assembler.emit(Opcode.tryLock, target.group, target.index, flag), then, otherwise);
  },
  wait: (c, { on, with: held }) => {
    const condition = c.object(on, ["condition"], "wait");
    const lock = c.object(held, ["mutex"], "wait");
    if (condition && lock) c.assembler.emit(Opcode.wait, condition.group, condition.index, lock.group, lock.index);
  },
  signal: (c, { of }) => onObject(c, Opcode.signal, of, ["condition"], "signal"),
  broadcast: (c, { of }) => onObject(c, Opcode.broadcast, of, ["condition"], "broadcast"),

  acquire: (c, { of, amount }) => onObject(c, Opcode.acquire, of, ["semaphore"], "acquire", () => number(c, amount, 1, "an amount")),
  release: (c, { of, amount }) => onObject(c, Opcode.release, of, ["semaphore"], "release", () => number(c, amount, 1, "an amount")),
  barrier: (c, { at }) => onObject(c, Opcode.barrier, at, ["barrier"], "barrier"),
  set: (c, { flag }) => onObject(c, Opcode.setFlag, flag, ["flag"], "set"),
  clear: (c, { flag }) => onObject(c, Opcode.clearFlag, flag, ["flag"], "clear"),
  await: (c, { flag }) => onObject(c, Opcode.waitFlag, flag, ["flag"], "await"),

  push: (c, { to, value }) => {
    const target = c.object(to, ["queue"], "push");
    if (!target) return;
    const pushed = any(c, value);
    if (target.object.guarded) pushGuarded(c, target, target.object.guarded, pushed);
    else c.assembler.emit(Opcode.push, target.group, target.index, pushed);
  },
  pop: (c, { from, into, then, else: otherwise }) => {
    const target = c.object(from, ["queue"], "pop");
    if (!target) return;
    const destination = c.destination(into);
    const { guarded } = target.object;
    choose(c, (flag) => (guarded ? popGuarded(c, target, guarded, destination, flag) : c.assembler.emit(Opcode.pop, target.group, target.index, destination, flag)), then, otherwise);
  },
  tryPop: (c, { from, into, then, else: otherwise }) => {
    const target = c.object(from, ["queue"], "tryPop");
    if (!target) return;
    const destination = c.destination(into);
    const { guarded } = target.object;
    choose(c, (flag) => {
      if (guarded) c.assembler.emit(Opcode.lock, guarded.lock.number, target.index, 0);
      c.assembler.emit(Opcode.tryPop, target.group, target.index, destination, flag);
      if (guarded?.notFull) c.assembler.emit(Opcode.signal, guarded.notFull.number, target.index);
      if (guarded) c.assembler.emit(Opcode.unlock, guarded.lock.number, target.index);
    }, then, otherwise);
  },
  length: (c, { of, into, then, else: otherwise }) => {
    const target = c.object(of, ["queue"], "length");
    const destination = c.destination(into, "number");
    if (target) choose(c, (flag) => c.assembler.emit(Opcode.length, target.group, target.index, destination, flag), then, otherwise);
  },
  close: (c, { queue }) => {
    const target = c.object(queue, ["queue"], "close");
    if (target?.object.guarded) closeGuarded(c, target, target.object.guarded);
    else if (target) c.assembler.emit(Opcode.close, target.group, target.index);
  },
  pushBottom: (c, { to, value }) => onObject(c, Opcode.pushBottom, to, ["deque"], "pushBottom", () => any(c, value)),
  popBottom: (c, fields) => take(c, Opcode.popBottom, fields, "popBottom"),
  steal: (c, fields) => take(c, Opcode.steal, fields, "steal"),
  send: (c, { to, value, bytes }) => {
    const target = c.object(to, ["channel"], "send");
    if (target) c.assembler.emit(Opcode.send, target.group, target.index, any(c, value), bytes ? c.value(bytes, "bytes", "bytes") : c.assembler.constant(0));
  },
  receive: (c, { from, into }) => {
    const target = c.object(from, ["channel"], "receive");
    if (target) c.assembler.emit(Opcode.receive, target.group, target.index, c.destination(into), -1);
  },

  read: (c, { data }) => onObject(c, Opcode.read, data, ["data"], "read"),
  write: (c, { data }) => onObject(c, Opcode.write, data, ["data"], "write"),

  spawn: (c, { group, with: argument, into }) => {
    const number = c.surroundings.groups.get(group.name);
    if (number === undefined) return c.unknown("group of threads", group, [...c.surroundings.groups.keys()]);
    const given = any(c, argument);
    c.assembler.emit(Opcode.spawn, c.destination(into, "number"), number, given);
  },
  join: (c, { thread }) => c.assembler.emit(Opcode.join, c.value(thread, "number", "a thread")),
  setPriority: (c, { to }) => c.assembler.emit(Opcode.setPriority, c.value(to, "number", "a priority")),

  mark: (c, { counter }) => c.assembler.emit(Opcode.mark, c.tables.counters.number(counter.name)),
  begin: (c, { span }) => c.assembler.emit(Opcode.begin, c.tables.spans.number(span.name)),
  finish: (c, { span }) => c.assembler.emit(Opcode.finish, c.tables.spans.number(span.name)),
  measure: (c, { name, do: body }) => {
    const span = c.tables.spans.number(name.name);
    c.assembler.emit(Opcode.begin, span);
    c.block(body);
    c.assembler.emit(Opcode.finish, span);
  },

  allocate: (c, { from, bytes, into }) => {
    const target = c.object(from, ["heap"], "allocate");
    const wanted = c.operand(bytes, "bytes", "bytes");
    if (!target) return;
    if (wanted.kind === "constant") checkRoom(target.object, wanted.value, bytes.at, c.issues);
    c.assembler.emit(Opcode.allocate, target.group, target.index, c.destination(into, "number"), c.assembler.value(wanted));
  },
  free: (c, { address, to }) => onObject(c, Opcode.free, to, ["heap"], "free", () => c.value(address, "number", "an address")),

  parallel,
  startLoop: (c, { loop, workers, ...work }, path) => {
    const target = c.object(loop, ["loop"], "startLoop");
    const begin = startLoop(c, target, work, path);
    begin(c.value(workers, "number", "workers"));
  },
  runLoop: (c, { loop, worker }) => {
    const target = c.object(loop, ["loop"], "runLoop");
    if (target) runLoop(c, target, worker ? c.operand(worker, "number", "worker") : c.variable("i").operand);
  },

  nextReady: (c, { into, then, else: otherwise }) => {
    const destination = c.destination(into, "number");
    choose(c, (flag) => c.assembler.emit(Opcode.nextReady, destination, flag), then, otherwise);
  },
  runOp: (c, { op, share }) => c.assembler.emit(Opcode.runOp, c.value(op, "number", "an operator"), number(c, share, 1, "a share")),
  complete: (c, { op }) => c.assembler.emit(Opcode.complete, c.value(op, "number", "an operator")),
  launch: (c, { op, on }) => {
    // -1: the engine chooses.
    const device = on === undefined ? -1 : c.surroundings.devices.indexOf(on.name);
    if (on !== undefined && device < 0) return c.unknown("device", on, c.surroundings.devices);
    c.assembler.emit(Opcode.launch, c.value(op, "number", "an operator"), c.assembler.constant(device));
  },
  awaitOp: (c, { op }) => c.assembler.emit(Opcode.awaitOp, c.value(op, "number", "an operator")),

  transfer: (c, { file, bytes }) => onObject(c, Opcode.transfer, file, ["file"], "transfer", () => c.value(bytes, "bytes", "bytes")),
};

/**
 * A loop that counts. One that is repeated a known number of times and does not name its count goes down to 0, which
 * costs an instruction less.
 */
function repeat(c: ProgramCompiler, { times, as, do: body }: ReadFields<"repeat">): void {
  const { assembler } = c;
  const [top, next, end] = [assembler.label(), assembler.label(), assembler.label()];
  if (times === "forever") {
    const counter = as && c.destination(as, "number");
    if (counter !== undefined) c.set(counter, constantOperand(0));
    assembler.place(top);
    c.loop(body, { break: end, continue: next });
    assembler.place(next);
    if (counter !== undefined) assembler.emit(Opcode.add, counter, counter, assembler.constant(1));
    assembler.jump(top);
    assembler.place(end);
    return;
  }
  const counted = c.operand(times, "number", "repeat");
  const one = assembler.constant(1);
  if (counted.kind === "constant") {
    if (!Number.isInteger(counted.value)) c.issues.add("bad-value", `a block cannot be repeated ${counted.value} times`, times.at);
    if (counted.value <= 0) return;
  }
  if (counted.kind === "constant" && as === undefined) {
    const left = assembler.allocate();
    c.set(left, counted);
    assembler.place(top);
    c.loop(body, { break: end, continue: next });
    assembler.place(next);
    assembler.emit(Opcode.subtract, left, left, one);
    assembler.jumpIf(registerOperand(left), top);
    assembler.place(end);
    return;
  }
  // The body may change the variables from which the number was computed.
  const limit = counted.kind === "constant" ? counted : registerOperand(assembler.allocate());
  if (limit.kind === "register") c.set(limit.register, counted);
  const counter = as ? c.destination(as, "number") : assembler.allocate();
  const test = assembler.label();
  const more = assembler.allocate();
  c.set(counter, constantOperand(0));
  assembler.jump(test);
  assembler.place(top);
  c.loop(body, { break: end, continue: next });
  assembler.place(next);
  assembler.emit(Opcode.add, counter, counter, one);
  assembler.place(test);
  assembler.emit(Opcode.less, more, counter, assembler.value(limit));
  assembler.jumpIf(registerOperand(more), top);
  assembler.place(end);
}

/**
 * Two blocks, of which a flag chooses.
 * @param condition a number that is known already, or what sets the flag that it is given (-1 = not wanted)
 */
function choose(c: ProgramCompiler, condition: (flag: number) => ReturnType<ProgramCompiler["operand"]> | void, then: readonly Statement[] = [], otherwise: readonly Statement[] = []): void {
  const { assembler } = c;
  if (then.length === 0 && otherwise.length === 0) return void condition(-1);
  const flag = assembler.allocate();
  const test = condition(flag) ?? registerOperand(flag);
  const [not, end] = [assembler.label(), assembler.label()];
  if (then.length === 0) assembler.jumpIf(test, end);
  else assembler.jumpUnless(test, not);
  c.block(then);
  if (then.length > 0 && otherwise.length > 0) assembler.jump(end);
  assembler.place(not);
  c.block(otherwise);
  assembler.place(end);
}

/** An instruction on one object, with further operands. */
function onObject(c: ProgramCompiler, opcode: Opcode, reference: Parameters<ProgramCompiler["object"]>[0], kinds: readonly ObjectKind[], why: FormName, ...operands: readonly (() => number)[]): void {
  const target = c.object(reference, kinds, why);
  const values = operands.map((operand) => operand());
  if (target) c.assembler.emit(opcode, target.group, target.index, ...values);
}

function take(c: ProgramCompiler, opcode: Opcode, { from, into, then, else: otherwise }: ReadFields<"steal">, why: FormName): void {
  const target: Target | undefined = c.object(from, ["deque"], why);
  if (!target) return;
  const destination = c.destination(into);
  choose(c, (flag) => c.assembler.emit(opcode, target.group, target.index, destination, flag), then, otherwise);
}

function number(c: ProgramCompiler, value: ReadValue | undefined, otherwise: number, what: string): number {
  return value ? c.value(value, "number", what) : c.assembler.constant(otherwise);
}

function any(c: ProgramCompiler, value: ReadValue | undefined): number {
  return value ? c.assembler.value(c.measured(value).operand) : c.assembler.constant(0);
}
