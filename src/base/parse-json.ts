import { InputError } from "./errors.ts";

/** What a message says of a JSON text. */
export interface JsonSource {
  /** "the profile". */
  readonly what: string;
  /** As the user named it; absent when the text was built in memory. */
  readonly file?: string | undefined;
  readonly hint?: string;
}

/**
 * Parses JSON.
 * @throws {InputError} `bad-json` where it is none, with line and column where V8 says the position.
 * @example
 * parseJson('{"a": 1}', { what: "the profile", file: "my-cpu.json" });
 */
export function parseJson(text: string, { what, file, hint }: JsonSource): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The rest of V8's message may quote anything of the text.
    const { message } = error as Error;
    const [, digits] = /at position (\d+)/.exec(message) ?? [];
    const endsEarly = /end of JSON/.test(message);
    const position = digits === undefined ? (endsEarly ? text.trimEnd().length : undefined) : Number(digits);
    throw new InputError({
      code: "bad-json", message: `${what} is not valid JSON${endsEarly ? ": it ends too early" : ""}`,
      ...(position !== undefined && lineAndColumn(text, position)), ...(file !== undefined && { file }), ...(hint !== undefined && { hint }),
    });
  }
}

function lineAndColumn(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position);
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}
