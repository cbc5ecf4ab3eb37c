import type { Operand } from "./assembler.ts";
import type { Measure } from "./expression.ts";
import type { Statement } from "./forms.ts";
import { formOf } from "./forms.ts";

/** A variable or parameter of a program that is being compiled. */
export interface Variable {
  /** Where it is: a register, or a constant where it never changes. */
  readonly operand: Operand;
  /** What it measures; `any` where that is not known or changes. */
  measure: Measure;
  used: boolean;
}

/** What the names of one program, or of one call of it, stand for. */
export type Scope = Map<string, Variable>;

/** A number with what it measures. */
export interface Measured {
  readonly operand: Operand;
  readonly measure: Measure;
}

export const constantOperand = (value: number): Operand => ({ kind: "constant", value });
export const registerOperand = (register: number): Operand => ({ kind: "register", register });

/** Blocks of programs by name. */
type Programs = ReadonlyMap<string, { readonly block: readonly Statement[] }>;

/** Variables that a block sets, by itself or by a called program; the parameters of a call are the call's own. */
export function assignedIn(block: readonly Statement[], programs: Programs, found = new Set<string>(), known = new Map<string, ReadonlySet<string>>()): Set<string> {
  for (const statement of block) {
    if (statement.form === "call") {
      const { program: { name }, with: given = [] } = statement.fields;
      const called = programs.get(name);
      if (called === undefined) continue;
      let assigned = known.get(name);
      if (assigned === undefined) {
        // Also for a program that calls itself, which is told elsewhere.
        known.set(name, new Set());
        known.set(name, (assigned = assignedIn(called.block, programs, new Set(), known)));
      }
      const own = given.map(({ variable }) => variable);
      for (const variable of assigned) if (!own.includes(variable)) found.add(variable);
      continue;
    }
    const fields = statement.fields as Readonly<Record<string, unknown>>;
    for (const [key, { kind }] of Object.entries(formOf(statement.form).fields)) {
      const value = fields[key];
      if (value === undefined) continue;
      if (kind.type === "variable") found.add((value as { variable: string }).variable);
      else if (kind.type === "values" && statement.form === "let") for (const { variable } of value as readonly { variable: string }[]) found.add(variable);
      else if (kind.type === "block") assignedIn(value as readonly Statement[], programs, found, known);
    }
  }
  return found;
}

/** Visits all statements of a block, inner blocks included. */
export function visitStatements(block: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of block) {
    visit(statement);
    for (const inner of innerBlocks(statement)) visitStatements(inner, visit);
  }
}

/** The blocks in a statement. */
export function innerBlocks(statement: Statement): (readonly Statement[])[] {
  const fields = statement.fields as Readonly<Record<string, unknown>>;
  return Object.entries(formOf(statement.form).fields).filter(([key, { kind }]) => kind.type === "block" && fields[key] !== undefined).map(([key]) => fields[key] as readonly Statement[]);
}
