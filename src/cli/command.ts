import { parseArgs, type ParseArgsConfig } from "node:util";
import { InputError } from "../base/errors.ts";
import { nearest } from "../base/registry.ts";
import { counted } from "../base/units.ts";

/** One flag of a command. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Placeholder of the value in the help: FILE, NAME, N. */
  readonly value?: string;
  readonly help: string;
  /** Values that shell completion offers: a fixed list, or the names of a registry. */
  readonly choices?: readonly string[] | "schedulers" | "threads" | "sync" | "machines" | "models" | "files";
}

/** Where a command reads and writes; tests bring their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** True when stderr is a terminal: progress may be shown there. */
  readonly interactive: boolean;
  /** True when stdout is a terminal: colour may be used. */
  readonly colour: boolean;
}

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A command line, read. */
export interface Invocation {
  /** As it was typed, the command's name first. */
  readonly args: readonly string[];
  readonly positionals: readonly string[];
  readonly values: Values;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands after the name: "FILE", "FILE…". */
  readonly usage: string;
  /** A paragraph or two that teach. */
  readonly description: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Smallest and largest number of positional arguments. */
  readonly positionals: readonly [number, number];
  /** Returns the exit code; throws HeddleError for what went wrong. */
  run(invocation: Invocation, io: Io): Promise<number>;
}

export const commonFlags = {
  format: { type: "string", value: "text|json", help: "How results and errors are printed (default text)", choices: ["text", "json"] },
  help: { type: "boolean", short: "h", help: "Show this help" },
} as const satisfies Record<string, Flag>;

/** A command's own flags, then those of all commands; `format` may be its own, for more formats. */
export function allFlags({ flags }: Command): Readonly<Record<string, Flag>> {
  const { format, ...own } = flags;
  return { ...own, ...commonFlags, ...(format && { format }) };
}

/**
 * Reads the arguments after a command's name.
 * @throws {InputError} for an unknown flag (with the nearest, or those that do what it says), a missing value, or too few or many arguments.
 */
export function parseCommandLine(command: Command, args: readonly string[]): { positionals: string[]; values: Values } {
  const flags = allFlags(command);
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, flag] of Object.entries(flags)) options[name] = { type: flag.type, ...(flag.short && { short: flag.short }), ...(flag.multiple && { multiple: true }) };
  const usage = `usage: heddle ${command.name} ${command.usage}`.trimEnd();
  // Not strict: the messages of `parseArgs` do not say what was meant.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const positionals: string[] = [];
  const values: Record<string, string | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) {
      const alike = nearest(token.name, Object.keys(flags));
      const near = (alike.length > 0 ? alike : speakingOf(token.name, flags)).map((name) => `--${name}`);
      throw new InputError({ code: "unknown-flag", message: `heddle ${command.name} has no flag ${token.rawName}`, hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : `see heddle ${command.name} --help` });
    }
    const forgotten = token.inlineValue === false && /^--?[A-Za-z]/.test(token.value);
    if (flag.type === "string" && (token.value === undefined || token.value === "" || forgotten)) throw new InputError({ code: "missing-value", message: `${token.rawName} needs a value (${flag.value ?? "VALUE"})`, hint: usage });
    if (flag.type === "boolean" && token.value !== undefined) throw new InputError({ code: "unexpected-value", message: `${token.rawName} takes no value`, hint: usage });
    if (flag.multiple === true) values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), token.value as string];
    else values[token.name] = token.value ?? true;
  }
  const [least, most] = command.positionals;
  if (values["help"] !== true && positionals.length < least) throw new InputError({ code: "missing-argument", message: `heddle ${command.name} needs ${command.usage}`, hint: usage });
  if (positionals.length > most) throw new InputError({ code: "too-many-arguments", message: `heddle ${command.name} takes ${most === 0 ? "no arguments" : `no more than ${counted(most, "argument")}`}, but got "${positionals[most]}"`, hint: most === 0 ? `what it works on is said with flags: see heddle ${command.name} --help` : usage });
  const format = values["format"];
  const formats = flags["format"]!.choices as readonly string[];
  if (format !== undefined && !formats.includes(String(format))) throw new InputError({ code: "bad-flag", message: `--format is ${formats.slice(0, -1).join(", ")} or ${formats.at(-1)!}, not "${String(format)}"` });
  return { positionals, values };
}

/** Flags whose help has the word, not as the end of a file's name: `--svg` is meant to be the one that draws an SVG. None where too many do. */
function speakingOf(word: string, flags: Readonly<Record<string, Flag>>): string[] {
  const wanted = word.toLowerCase();
  const found = Object.entries(flags).filter(([, { help, value = "" }]) => wanted.length >= 3 && `${help} ${value}`.toLowerCase().split(/[^a-z0-9.]+/).includes(wanted));
  return found.length <= 3 ? found.map(([name]) => name) : [];
}

/** A flag's value as a whole number. @throws {InputError} when it is not one, is below `least` or above `most`. */
export function wholeNumber(values: Values, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = typeof text === "string" && /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new InputError({ code: "bad-flag", message: `--${name} needs a whole number ${most === Number.MAX_SAFE_INTEGER && !(value > most) ? `of at least ${least}` : `from ${least} to ${most}`}, not "${String(text)}"` });
  return value;
}
