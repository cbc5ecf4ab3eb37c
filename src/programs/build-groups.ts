import { nearest, suggestion } from "../base/registry.ts";
import { FIRST_FREE_REGISTER } from "../core/threads/opcode.ts";
import type { ThreadGroup } from "../core/threads/thread-spec.ts";
import { Assembler } from "./assembler.ts";
import { ExpressionCompiler } from "./compile-expression.ts";
import { ProgramCompiler, type ReadProgram, type Surroundings } from "./compile-program.ts";
import { ExpressionError, type Measure } from "./expression.ts";
import { niceWeight } from "./nice-weights.ts";
import type { Issues, Path } from "./place.ts";
import { readBlock, readValue } from "./read-block.ts";
import type { GroupSpec, ThreadSections } from "./schema.ts";
import { assignedIn, constantOperand, registerOperand, type Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";

/** A group of threads with its program compiled. */
export interface CompiledGroup {
  readonly name: string;
  readonly spec: GroupSpec;
  readonly count: number;
  readonly program: ReadProgram;
  /** Number of the compiled program. */
  readonly code: number;
  /** Objects that it names, by number. */
  readonly uses: ReadonlySet<number>;
  /** What each thread begins with, by register, for those parameters that are not the same for all. */
  readonly parameters: ReadonlyMap<number, readonly number[]>;
}

/** Register in which a spawned thread finds what it was given. */
const argumentRegister = FIRST_FREE_REGISTER;

/** Compiles the program of each group, with the group's parameters put in. */
export function compileGroups(threads: NonNullable<ThreadSections["threads"]>, assembler: Assembler, surroundings: Surroundings, tables: Tables, issues: Issues): CompiledGroup[] {
  let before = 0;
  return Object.entries(threads).flatMap(([name, spec]) => {
    const path: Path = ["threads", name];
    const count = spec.count ?? 1;
    const first = before;
    before += count;
    const program = programOf(name, spec, surroundings, issues);
    if (program === undefined) return [];
    const scope: Scope = new Map([
      ["i", { operand: registerOperand(0), measure: "number", used: true }],
      ["thread", { operand: registerOperand(1), measure: "number", used: true }],
      ["count", { operand: constantOperand(count), measure: "number", used: true }],
      ["argument", { operand: registerOperand(argumentRegister), measure: "any", used: true }],
    ]);
    const parameters = new Map<number, readonly number[]>();
    const assigned = assignedIn(program.block, surroundings.programs);
    for (const [parameter, plain] of Object.entries(spec.with ?? {})) {
      const at = [...path, "with", parameter];
      if (scope.has(parameter)) {
        issues.add("bad-name", `$${parameter} is given by the engine`, { path: at }, "choose another name", "key");
        continue;
      }
      const values = valuesOf(plain, at, count, first, surroundings.tickNs, issues);
      if (values === undefined) {
        // It has been told; that the program reads it is no further problem.
        scope.set(parameter, { operand: constantOperand(1), measure: "any", used: true });
        continue;
      }
      const isSame = values.numbers.every((value) => value === values.numbers[0]);
      if (isSame && !assigned.has(parameter)) scope.set(parameter, { operand: constantOperand(values.numbers[0]!), measure: values.measure, used: false });
      else {
        const register = argumentRegister + 1 + parameters.size;
        parameters.set(register, values.numbers);
        scope.set(parameter, { operand: registerOperand(register), measure: values.measure, used: assigned.has(parameter) });
      }
    }
    const compiler = new ProgramCompiler(program, scope, assembler, { ...surroundings, cacheClass: spec.cacheClass }, tables, issues);
    const code = compiler.compile();
    const known = [...scope.keys()].filter((each) => each !== "argument");
    const wanted = known.filter((each) => !Object.hasOwn(spec.with ?? {}, each));
    for (const parameter of Object.keys(spec.with ?? {})) {
      if (scope.get(parameter)?.used !== false) continue;
      // What a scenario gives already is meant where its value was to be changed.
      const meant = [wanted, known.filter((each) => scope.get(each)!.used)].find((names) => nearest(parameter, names).length > 0);
      issues.add("unused-parameter", `${program.name} never uses $${parameter}`, { path: [...path, "with", parameter] }, meant && suggestion(parameter, meant), "key");
    }
    return [{ name, spec, count, program, code, uses: compiler.used, parameters }];
  });
}

function programOf(name: string, { program }: GroupSpec, { programs }: Surroundings, issues: Issues): ReadProgram | undefined {
  const path: Path = ["threads", name, "program"];
  if (Array.isArray(program)) return { name, block: readBlock(program, path, issues), path };
  const named = (program as string | undefined) ?? name;
  const found = programs.get(named);
  if (found === undefined) issues.add("unknown-program", `there is no program ${JSON.stringify(named)}`, { path: program === undefined ? ["threads", name] : path }, programs.size > 0 ? suggestion(named, [...programs.keys()]) : "declare it under programs", program === undefined ? "key" : "value");
  return found;
}

/** A parameter's value for each thread of the group; one where there is no thread. */
function valuesOf(plain: unknown, path: Path, count: number, first: number, tickNs: number, issues: Issues): { readonly numbers: readonly number[]; readonly measure: Measure } | undefined {
  const rows = Math.max(1, count);
  const listed = Array.isArray(plain) ? (plain as readonly unknown[]) : undefined;
  if (listed && listed.length !== rows) {
    issues.add("wrong-count", `there are ${rows} threads, and ${listed.length} values`, { path }, "one value for each thread, or one for all");
    return undefined;
  }
  const read = (listed ?? [plain]).map((item, i) => readValue(item, listed ? [...path, i] : path, issues));
  if (read.some((value) => value === undefined)) return undefined;
  const expressions = new ExpressionCompiler(new Assembler(), tickNs);
  const numbers: number[] = [];
  let measure: Measure = "any";
  for (let i = 0; i < rows; i++) {
    const value = read[listed ? i : 0]!;
    if ("distribution" in value) {
      issues.add("not-constant", "a parameter is known before the run", value.at, "draw it in the program: let: {x: {exponential: 10us}}");
      return undefined;
    }
    const scope: Scope = new Map(Object.entries({ i, thread: first + i, count }).map(([name, number]) => [name, { operand: constantOperand(number), measure: "number" as const, used: true }]));
    try {
      const result = expressions.compile(value.expression, scope);
      if (result.operand.kind !== "constant") throw new ExpressionError("not-constant", "a parameter is known before the run", value.expression.offset);
      if (measure !== "any" && result.measure !== "any" && result.measure !== measure) throw new ExpressionError("bad-measure", "all values must be of a kind", value.expression.offset);
      if (result.measure !== "any") measure = result.measure;
      numbers.push(result.operand.value);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      issues.add(error.code, error.message, { ...value.at, offset: error.offset }, error.hint);
      return undefined;
    }
  }
  return { numbers, measure };
}

/** The groups as the engine takes them. */
export function threadGroups(groups: readonly CompiledGroup[], registerCount: number, coreCount: number, tickNs: number, issues: Issues): ThreadGroup[] {
  let before = 0;
  return groups.map(({ name, spec, count, code, parameters }) => {
    const path: Path = ["threads", name];
    const rows = Math.max(1, count);
    const registers = new Float64Array(rows * registerCount);
    for (let i = 0; i < rows; i++) {
      registers[i * registerCount] = i;
      registers[i * registerCount + 1] = before + i;
      for (const [register, values] of parameters) registers[i * registerCount + register] = values[i]!;
    }
    before += count;
    if (spec.nice !== undefined && spec.weight !== undefined) issues.add("conflicting-keys", `${name} has both nice and weight`, { path: [...path, "weight"] }, "keep one of them", "key");
    if (spec.deadline !== undefined && spec.period === undefined) issues.add("missing-key", `${name} has a deadline, and no period`, { path: [...path, "deadline"] }, "a job is released each period", "key");
    const affinity = spec.affinity === undefined ? undefined : coresOf(spec.affinity);
    const backwards = typeof spec.affinity === "string" ? spec.affinity.split(",").find((range) => Number(range.split("-")[0]) > Number(range.split("-")[1] ?? Infinity)) : undefined;
    if (backwards !== undefined) issues.add("bad-value", `affinity ${backwards.trim()} goes backwards, and names no core`, { path: [...path, "affinity"] }, "from the lower to the higher: 2-5");
    const missing = affinity?.find((core) => core >= coreCount);
    if (missing !== undefined) issues.add("no-such-core", `there is no core ${missing}`, { path: [...path, "affinity"] }, coreCount === 1 ? "there is core 0" : `cores go from 0 to ${coreCount - 1}`);
    const periodTicks = (spec.period ?? Infinity) / tickNs;
    return {
      name, program: code, count, registers, priority: spec.priority ?? 0, weight: spec.weight ?? niceWeight(spec.nice ?? 0), ...(affinity && { affinity }),
      startTicks: (spec.start ?? 0) / tickNs, periodTicks, deadlineTicks: spec.deadline === undefined ? periodTicks : spec.deadline / tickNs, workingSetBytes: spec.workingSet ?? 0, position: issues.position({ path }),
    };
  });
}

/** Core numbers of "0-3" and "0,2", of a list or a single one: each once, ascending. */
function coresOf(affinity: NonNullable<GroupSpec["affinity"]>): number[] {
  if (typeof affinity === "number") return [affinity];
  const cores = typeof affinity !== "string" ? affinity : affinity.split(",").flatMap((range) => {
    const [low, high = low] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: Math.max(0, Math.min(high - low + 1, 4096)) }, (_, i) => low + i);
  });
  return [...new Set(cores)].sort((a, b) => a - b);
}
