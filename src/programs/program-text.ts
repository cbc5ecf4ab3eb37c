import { NO_INDEX, Opcode, STRIDE } from "../core/threads/opcode.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";

/** What an operand is: `o` an object (two integers), `v` a value, `d` a register that is set, `f` a flag, `t` a target, and numbers of things. */
type OperandKind = "o" | "v" | "d" | "f" | "t" | "mode" | "access" | "distribution" | "counter" | "span" | "group";

const operandsOf: Readonly<Record<keyof typeof Opcode, readonly OperandKind[]>> = {
  end: [], set: ["d", "v"], add: ["d", "v", "v"], subtract: ["d", "v", "v"], multiply: ["d", "v", "v"], divide: ["d", "v", "v"], floorDivide: ["d", "v", "v"], modulo: ["d", "v", "v"],
  min: ["d", "v", "v"], max: ["d", "v", "v"], less: ["d", "v", "v"], lessOrEqual: ["d", "v", "v"], equal: ["d", "v", "v"], jump: ["t"], jumpIf: ["v", "t"], jumpUnless: ["v", "t"],
  draw: ["d", "distribution"], now: ["d"], compute: ["v", "access"], sleep: ["v"], nextPeriod: [], yield: [],
  lock: ["o", "mode"], unlock: ["o"], tryLock: ["o", "f"], wait: ["o", "o"], signal: ["o"], broadcast: ["o"], acquire: ["o", "v"], release: ["o", "v"], barrier: ["o"], setFlag: ["o"], clearFlag: ["o"], waitFlag: ["o"],
  push: ["o", "v"], pop: ["o", "d", "f"], tryPop: ["o", "d", "f"], close: ["o"], pushBottom: ["o", "v"], popBottom: ["o", "d", "f"], steal: ["o", "d", "f"], send: ["o", "v", "v"], receive: ["o", "d", "f"],
  read: ["o"], write: ["o"], spawn: ["d", "group", "v"], join: ["v"], setPriority: ["v"], mark: ["counter"], begin: ["span"], finish: ["span"], allocate: ["o", "d", "v"], free: ["o", "v"],
  startLoop: ["o", "v", "v", "v"], nextChunk: ["o", "v", "d", "d"], runChunk: ["o", "v", "v"],
  nextReady: ["d", "f"], runOp: ["v", "v"], complete: ["v"], launch: ["v", "v"], awaitOp: ["v"], opTicks: ["d", "v"], transfer: ["o", "v"], length: ["o", "d", "f"], startOpLoop: ["o", "v", "v", "v"],
};
const nameOf = new Map(Object.entries(Opcode).map(([name, opcode]) => [opcode as number, name as keyof typeof Opcode]));

/**
 * The byte code of all programs as text, one instruction a line: its position among all, what it does, and the line and
 * column it comes from. Registers are r2, r3 …; $i and $thread are r0 and r1.
 * @example
 * programText(threadSpec({ programs: { a: [{ compute: "10us" }] }, threads: { a: 1 } }));
 * // "a:\n  0 compute 10000\n  1 end\n"
 */
export function programText(spec: ThreadSpec): string {
  const { code, entry, names, line, column } = spec.program;
  let text = "";
  for (let at = 0; at * STRIDE < code.length; at++) {
    entry.forEach((first, program) => {
      if (first === at) text += `${names[program]}:\n`;
    });
    const where = line[at]! > 0 ? `  # ${line[at]}:${column[at]}` : "";
    text += `  ${at} ${instructionText(spec, at)}${where}\n`;
  }
  return text;
}

/** One instruction as text, without its position. */
export function instructionText(spec: ThreadSpec, at: number): string {
  const { code } = spec.program;
  const name = nameOf.get(code[at * STRIDE]!);
  if (name === undefined) return `? ${code[at * STRIDE]}`;
  let operand = at * STRIDE + 1;
  const words = operandsOf[name].map((kind) => {
    const first = code[operand++]!;
    return kind === "o" ? objectText(spec, first, code[operand++]!) : operandText(spec, kind, first);
  });
  return [name, ...words.filter((word) => word !== "")].join(" ");
}

function objectText(spec: ThreadSpec, group: number, index: number): string {
  const name = spec.objects[group]?.name ?? `?${group}`;
  return `${name.includes(" ") ? JSON.stringify(name) : name}${index === NO_INDEX ? "" : `[${valueText(spec, index)}]`}`;
}

function valueText({ program: { constants } }: ThreadSpec, value: number): string {
  return value >= 0 ? registerText(value) : String(constants[~value]);
}

function registerText(register: number): string {
  return register === 0 ? "$i" : register === 1 ? "$thread" : `r${register}`;
}

function operandText(spec: ThreadSpec, kind: OperandKind, value: number): string {
  switch (kind) {
    case "v": return valueText(spec, value);
    case "d": return `→ ${registerText(value)}`;
    case "f": return value < 0 ? "" : `? ${registerText(value)}`;
    case "t": return `@${value}`;
    case "mode": return value === 1 ? "shared" : "";
    case "access": return value < 0 ? "" : JSON.stringify(spec.accesses[value]?.name);
    case "distribution": {
      const { source, kind: distribution } = spec.distributions[value]!;
      return `${distribution} of ${source}`;
    }
    case "counter": return String(spec.counters[value]);
    case "span": return String(spec.spans[value]);
    case "group": return String(spec.groups[value]?.name);
    case "o": return "";
  }
}
