import type { Io } from "./command.ts";
import { version } from "./version.ts";

/**
 * Reports what should never happen: an error that Heddle did not foresee, with all that is needed to find it. Never
 * used for wrong input.
 * @returns the exit code, 1.
 */
export function reportInternalError(error: unknown, args: readonly string[], io: Pick<Io, "out" | "err">): number {
  const stack = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `thrown: ${String(error)}`;
  io.err([
    "error[internal]: this is a bug in Heddle, not in your input. Please report it with what follows.",
    `  heddle ${version()}, Node ${process.version}, ${process.platform} ${process.arch}`,
    `  heddle ${args.map((arg) => (/^[\w@%+=:,./#-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(" ")}`,
    stack, "",
  ].join("\n"));
  return 1;
}
