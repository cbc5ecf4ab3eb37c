import { InputError, type Issue } from "../../base/errors.ts";
import { tooLongHint } from "../../base/units.ts";

/** Most problems that one file is reported with; the rest would bury them. */
const issueLimit = 20;

/**
 * Collects what is wrong with one file, so that the user sees it all at once. Positions are byte offsets into `bytes`;
 * lines and columns are worked out only for what is reported.
 */
export class IssueList {
  readonly #file: string;
  readonly #bytes: Uint8Array;
  readonly #issues: Issue[] = [];
  #left = issueLimit;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.#bytes = bytes;
    const [first, second] = bytes;
    // Its byte order mark, in either order.
    if (first! + second! === 0xff + 0xfe) this.fail("not-text", "the file is UTF-16, not UTF-8", undefined, "save it as UTF-8");
  }

  get empty(): boolean {
    return this.#left === issueLimit;
  }

  /** True when enough was found and reading on helps nobody. */
  get full(): boolean {
    return this.#left <= 0;
  }

  /** Notes a problem at a byte offset; beyond the limit it is dropped. */
  add(code: string, message: string, offset?: number, hint?: string): void {
    if (this.#left-- <= 0) return;
    const position = offset === undefined ? {} : lineAndColumn(this.#bytes, offset);
    this.#issues.push({ code, message, file: this.#file, ...position, ...(hint !== undefined && { hint }) });
  }

  /** Notes a time that is longer than times may be. */
  tooLong(shown: string, offset: number): void {
    this.add("too-long", `${shown} is too long`, offset, tooLongHint());
  }

  /** Notes a problem and gives up. @throws {InputError} always. */
  fail(code: string, message: string, offset?: number, hint?: string): never {
    this.add(code, message, offset, hint);
    throw new InputError(this.#issues);
  }

  /** @throws {InputError} with everything that was noted, if anything was. */
  throwIfAny(): void {
    if (!this.empty) throw new InputError(this.#issues);
  }
}

/** Line and column, from 1, of a byte offset; a column is a character, not a byte. */
function lineAndColumn(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  const end = Math.min(offset, bytes.length);
  for (let at = bytes.indexOf(10); at >= 0 && at < end; at = bytes.indexOf(10, at + 1)) {
    line++;
    lineStart = at + 1;
  }
  let column = 1;
  // Bytes 10xxxxxx continue a character.
  for (let at = lineStart; at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80) column++;
  return { line, column };
}

/** Text or bytes, as bytes. */
export function toBytes(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? new TextEncoder().encode(input) : input;
}
