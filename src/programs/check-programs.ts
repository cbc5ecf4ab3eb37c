import type { CompiledGroup } from "./build-groups.ts";
import type { ReadProgram, Surroundings } from "./compile-program.ts";
import type { FormName, Statement } from "./forms.ts";
import { HeldLocks } from "./held-locks.ts";
import type { Issues } from "./place.ts";
import { innerBlocks, visitStatements } from "./scope.ts";

/** Finds what can be proven wrong with programs before they run. @param mustEnd loops that nothing can end are wrong too */
export function checkPrograms(groups: readonly CompiledGroup[], surroundings: Surroundings, mustEnd: boolean, issues: Issues): void {
  const programs = new Set<ReadProgram>([...surroundings.programs.values(), ...groups.map(({ program }) => program)]);
  const spawned = new Set<string>();
  const closed = new Set<string>();
  const called = new Set<string>();
  for (const { block } of programs) {
    visitStatements(block, (statement) => {
      if (statement.form === "spawn") spawned.add(statement.fields.group.name);
      else if (statement.form === "close") closed.add(statement.fields.queue.name);
      else if (statement.form === "call") called.add(statement.fields.program.name);
    });
  }
  for (const program of programs) {
    visitStatements(program.block, (statement) => {
      if (statement.form === "pop" && statement.fields.else === undefined && closed.has(statement.fields.from.name)) {
        issues.add("closed-queue", `${statement.fields.from.name} is closed somewhere, and this pop does not say what happens then`, { path: statement.path }, "add else: [break] or else: [end]");
      }
      if (!isEndless(statement)) return;
      const body = innerBlocks(statement)[0]!;
      if (hasOnly(timeless, body, surroundings, new Set())) {
        issues.add("endless-loop", "this is repeated for ever, and takes no time: the simulation would never go on", { path: statement.path }, "add an instruction that takes time, or a break");
      } else if (mustEnd && hasOnly(unstoppable, body, surroundings, new Set())) {
        issues.add("endless-loop", "this is repeated for ever, and nothing in it can end it: the simulation would never be over", { path: statement.path }, "say how often (repeat: 1000) or how long (while: now() < 1s), or leave it by break or end");
      }
    });
    if (!called.has(program.name) && !groups.some((group) => group.program === program)) issues.warn("unused-program", `no thread runs ${program.name}, and no program calls it`, { path: program.path });
  }
  for (const program of new Set(groups.map((group) => group.program))) new HeldLocks(surroundings, issues).check(program);
  checkPeriods(groups, surroundings, issues);
  checkParties(groups, spawned, surroundings, issues);
  checkCeilings(groups, surroundings, issues);
}

/** Instructions that let no time pass, whatever they cost elsewhere. */
const timeless: ReadonlySet<FormName> = new Set<FormName>(["let", "repeat", "while", "if", "continue", "call", "setPriority", "mark", "begin", "finish", "measure", "nextReady", "length"]);

/** Instructions after which a thread goes on, sooner or later, whatever the others do. */
const unstoppable: ReadonlySet<FormName> = new Set<FormName>([
  ...timeless, "compute", "sleep", "yield", "nextPeriod", "tryLock", "unlock", "signal", "broadcast", "release", "set", "clear", "tryPop", "close", "pushBottom", "popBottom", "steal", "read", "write", "free", "startLoop", "launch", "complete",
]);

function isEndless(statement: Statement): boolean {
  if (statement.form === "repeat") return statement.fields.times === "forever";
  if (statement.form !== "while") return false;
  const { condition } = statement.fields;
  return "expression" in condition && condition.expression.kind === "literal" && condition.expression.value !== 0;
}

/** @param seen programs that have been looked into: found to have only those, or about to be */
function hasOnly(forms: ReadonlySet<FormName>, block: readonly Statement[], surroundings: Surroundings, seen: Set<string>): boolean {
  let found = false;
  visitStatements(block, (statement) => {
    if (!forms.has(statement.form)) found = true;
    if (found || statement.form !== "call") return;
    const { name } = statement.fields.program;
    if (seen.has(name)) return;
    seen.add(name);
    const program = surroundings.programs.get(name);
    // An unknown program has been told already.
    if (program === undefined || !hasOnly(forms, program.block, surroundings, seen)) found = true;
  });
  return !found;
}

/** Without a period there is no next one to wait for. */
function checkPeriods(groups: readonly CompiledGroup[], surroundings: Surroundings, issues: Issues): void {
  for (const { name, spec, program } of groups) {
    if (spec.period !== undefined || !has("nextPeriod", program.block, surroundings, new Set())) continue;
    issues.add("missing-key", `${name} waits for its next period, and has none`, { path: ["threads", name, "period"] }, `nextPeriod is for periodic threads: threads: {${name}: {period: 10ms}}`);
  }
}

/** True where the form is somewhere in the block, or in a program that it calls. @param seen programs that have been looked into */
function has(form: FormName, block: readonly Statement[], surroundings: Surroundings, seen: Set<string>): boolean {
  let found = false;
  visitStatements(block, (statement) => {
    if (statement.form === form) found = true;
    if (found || statement.form !== "call" || seen.has(statement.fields.program.name)) return;
    const { name } = statement.fields.program;
    seen.add(name);
    found = has(form, surroundings.programs.get(name)?.block ?? [], surroundings, seen);
  });
  return found;
}

/** A barrier for more than can come never opens; one for fewer is left by some while others still come. */
function checkParties(groups: readonly CompiledGroup[], spawned: ReadonlySet<string>, { objects }: Surroundings, issues: Issues): void {
  objects.groups.forEach((barrier, number) => {
    if (barrier.kind !== "barrier" || barrier.count > 1 || barrier.name.includes(" ")) return;
    const users = groups.filter(({ uses }) => uses.has(number));
    if (users.length === 0 || users.some(({ name }) => spawned.has(name))) return;
    const coming = users.reduce((sum, { count }) => sum + count, 0);
    // Of groups without a thread, nobody waits for the others.
    if (coming === 0) return;
    const place = { path: ["barriers", barrier.name, "parties"] };
    if (barrier.parties > coming) issues.add("wrong-count", `${barrier.name} waits for ${barrier.parties}, and ${coming} ${coming === 1 ? "thread comes" : "threads come"}: it never opens`, place, `make it ${coming}, or leave parties out`);
    else if (barrier.parties < coming) issues.warn("barrier-count", `${barrier.name} waits for ${barrier.parties}, and ${coming} threads come`, place);
  });
}

/** Below the priority of a thread that takes the lock, a ceiling bounds nothing: POSIX has that thread's lock fail. */
function checkCeilings(groups: readonly CompiledGroup[], { objects }: Surroundings, issues: Issues): void {
  for (const { name, uses, spec } of groups) {
    for (const number of uses) {
      const lock = objects.groups[number]!;
      if (lock.kind !== "mutex" || lock.protocol !== "ceiling" || lock.ceiling >= (spec.priority ?? 0)) continue;
      issues.warn("low-ceiling", `${lock.name} has the ceiling ${lock.ceiling}, and ${name} takes it with priority ${spec.priority}: the ceiling should be the highest of all that take it`, { path: ["locks", lock.name, "ceiling"] });
    }
  }
}
