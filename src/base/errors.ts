/** One thing wrong with the input, as data: the command line prints it, `--format json` shows it as it is. */
export interface Issue {
  /** Stable, kebab-case: "unknown-key", "bad-unit", "cycle" … */
  readonly code: string;
  readonly message: string;
  /** As the user named it; absent when the input was built in memory. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** Where in the document: ["machine", "devices", 0, "slots"]. */
  readonly path?: readonly (string | number)[];
  /** What to do about it. */
  readonly hint?: string;
}

/** Something the user should know though the answer stands. */
export interface Warning {
  /** Stable, kebab-case: "extrapolated-cost", "unknown-operator" … */
  readonly code: string;
  readonly message: string;
}

/** A failure Heddle understands. Anything else that is thrown is a bug in Heddle. */
export abstract class HeddleError extends Error {
  /** 1 = the simulation failed, 2 = wrong input or usage. */
  abstract readonly exitCode: 1 | 2;
  abstract readonly issues: readonly Issue[];
}

/**
 * Wrong input or usage: every problem that was found, sorted by position. Exit code 2.
 * @example
 * throw new InputError({ code: "empty-file", message: "the file is empty", file: "a.yaml" });
 */
export class InputError extends HeddleError {
  override readonly name = "InputError";
  readonly exitCode = 2;
  readonly issues: readonly Issue[];
  constructor(issues: Issue | readonly Issue[]) {
    const list = [...("code" in issues ? [issues] : issues)].sort(byPosition);
    super(list.map((issue) => formatIssue(issue)).join("\n"));
    this.issues = list;
  }
}

/** The simulation itself failed: a deadlock, a policy error, out of memory. Exit code 1. */
export class SimulationError extends HeddleError {
  override readonly name = "SimulationError";
  readonly exitCode = 1;
  readonly issues: readonly Issue[];
  /** @param cause what a policy threw, when that is why */
  constructor(issue: Issue, cause?: unknown) {
    super(formatIssue(issue), cause === undefined ? undefined : { cause });
    this.issues = [issue];
  }
}

/** What was thrown, as a text: code that is not ours may throw anything. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "something that has no text";
  }
}

/** `file:line:column: error[code]: message`, with the hint on a second line. */
export function formatIssue(issue: Issue, severity = "error"): string {
  const place = issue.file === undefined ? "" : `${[issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(":")}: `;
  const hint = issue.hint === undefined ? "" : `\n  hint: ${issue.hint}`;
  return `${place}${severity}[${issue.code}]: ${issue.message}${hint}`;
}

function byPosition(a: Issue, b: Issue): number {
  const file = (a.file ?? "") < (b.file ?? "") ? -1 : (a.file ?? "") > (b.file ?? "") ? 1 : 0;
  return file || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
