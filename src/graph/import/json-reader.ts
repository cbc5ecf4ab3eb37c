import type { F64Column } from "../../base/columns.ts";
import { hashFactor, hashOf, hashStart } from "./name-table.ts";
import type { IssueList } from "./issue-list.ts";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const bracketEnd = 0x5d;

/** The keys that an object may have, ASCII. */
export class Keys {
  readonly words: readonly string[];
  /** As they mostly stand in a file, with quotes and colon. */
  readonly written: readonly Uint8Array[];

  constructor(...words: readonly string[]) {
    this.words = words;
    this.written = words.map((word) => new TextEncoder().encode(`"${word}":`));
  }
}

/**
 * Reads JSON from bytes one token at a time, for files too large to become objects. The caller walks the structure:
 * `enter`/`more` for objects and arrays, `string`, `number`, `null` for values. Anything that is not JSON ends the
 * reading with an error at its position.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  readonly #issues: IssueList;
  /** Offset of the next byte. */
  at = 0;
  /** Content of the last string: bytes text[textFrom .. textTo). */
  text: Uint8Array;
  textFrom = 0;
  textTo = 0;
  /** {@link hashOf} the last string's bytes. */
  textHash = 0;

  constructor(bytes: Uint8Array, issues: IssueList) {
    this.bytes = bytes;
    this.text = bytes;
    this.#issues = issues;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  /** The next byte that is not white space, or -1 at the end; it stays unread. */
  peek(): number {
    const bytes = this.bytes;
    let at = this.at;
    let byte = bytes[at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
    this.at = at;
    return byte ?? -1;
  }

  /** Reads `open` ("{" or "[") if it is next. Says whether it was. */
  enter(open: number): boolean {
    if (this.peek() !== open) return false;
    this.at++;
    return true;
  }

  /** After `enter` or a member: true when another member follows, false when `close` was read. */
  more(close: number, first: boolean): boolean {
    const next = this.peek();
    if (next === close) {
      this.at++;
      return false;
    }
    if (first) return true;
    if (next !== comma) this.syntax(`"," or "${String.fromCharCode(close)}"`);
    this.at++;
    if (this.peek() === close) this.syntax("another member after the comma");
    return true;
  }

  /** Reads `"key":`; the key is then in `text`. */
  key(): void {
    if (!this.string()) this.syntax("a key in double quotes");
    if (this.peek() !== 0x3a) this.syntax('":"');
    this.at++;
  }

  /** Reads `"key":` and says which of `keys` it is, by its position, or -1; the key is then in `text` if it is none of them. */
  keyOf({ words, written }: Keys): number {
    const { bytes, at } = this;
    for (let key = 0; key < written.length; key++) {
      const expected = written[key]!;
      let i = 0;
      while (i < expected.length && bytes[at + i] === expected[i]) i++;
      if (i < expected.length) continue;
      this.at = at + i;
      return key;
    }
    this.key();
    return words.findIndex((word) => this.is(word));
  }

  /** Reads a string if one is next; its content is then in `text[textFrom .. textTo)`. */
  string(): boolean {
    if (this.peek() !== quote) return false;
    const bytes = this.bytes;
    const from = this.at + 1;
    let to = from;
    let hash = hashStart;
    for (let byte = bytes[to]!; byte !== quote; byte = bytes[++to]!) {
      if (byte === backslash) return this.#escaped(from);
      if (!(byte >= 0x20)) this.#unended(from, to);
      hash = Math.imul(hash ^ byte, hashFactor);
    }
    this.textHash = hash;
    this.text = bytes;
    this.textFrom = from;
    this.textTo = to;
    this.at = to + 1;
    return true;
  }

  /** The last string. */
  get lastText(): string {
    return new TextDecoder().decode(this.text.subarray(this.textFrom, this.textTo));
  }

  /** True when the last string is exactly `word` (ASCII). */
  is(word: string): boolean {
    if (this.textTo - this.textFrom !== word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.text[this.textFrom + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  /** Reads a number or null (as Infinity) if one is next; NaN when neither is. Exact: the nearest double of what is written; one too large for a double is -Infinity. */
  numberOrNull(): number {
    const first = this.peek();
    if (first === 0x6e) return this.#word("null"), Infinity;
    if (first !== 0x2d && !(first >= 0x30 && first <= 0x39)) return NaN;
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    let digits = 0;
    let value = 0;
    let byte = first;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      digits++;
      byte = bytes[++at]!;
    }
    let decimals = 0;
    if (byte === 0x2e && digits > 0) {
      byte = bytes[++at]!;
      while (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + (byte - 0x30);
        decimals++;
        byte = bytes[++at]!;
      }
      if (decimals === 0) digits = 99;
    }
    // Up to 15 digits are an exact integer, and so is the power of ten: one correctly rounded division is exact.
    const plain = digits > 0 && digits + decimals <= 15 && byte !== 0x65 && byte !== 0x45 && !(first === 0x30 && digits > 1);
    if (!plain) return this.#anyNumber(start);
    this.at = at;
    return decimals === 0 ? value : value / powersOfTen[decimals]!;
  }

  /** Reads `,1,20,3`: the whole numbers that follow in an array without white space. Leaves what is anything else. */
  wholeNumbers(into: F64Column): void {
    const bytes = this.bytes;
    let at = this.at;
    while (bytes[at] === comma) {
      let end = at + 1;
      let byte = bytes[end]!;
      if (!(byte > 0x30 && byte <= 0x39)) break;
      let value = 0;
      while (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + (byte - 0x30);
        byte = bytes[++end]!;
      }
      if (end - at > 16 || (byte !== comma && byte !== bracketEnd)) break;
      into.push(value);
      at = end;
    }
    this.at = at;
  }

  /** Reads any value and forgets it. */
  skip(): void {
    const first = this.peek();
    if (first === quote) this.string();
    else if (first === 0x5b || first === 0x7b) this.#skipNested();
    else if (first === 0x74) this.#word("true");
    else if (first === 0x66) this.#word("false");
    else if (Number.isNaN(this.numberOrNull())) this.syntax("a value");
  }

  /** The value at `offset`, shortened, for messages. */
  excerpt(offset: number): string {
    const shown = new TextDecoder().decode(this.bytes.subarray(offset, offset + 40));
    return /^("[^"]*"?|[^\s,\]}]+)/.exec(shown)?.[0] ?? shown.slice(0, 1);
  }

  /** @throws {InputError} what was expected at the present position, and what is there. */
  syntax(expected: string): never {
    if (this.peek() < 0) this.#issues.fail("bad-json", `the file ends where ${expected} is expected`, this.at, "is it truncated?");
    this.#issues.fail("bad-json", `${expected} is expected, but there is ${this.excerpt(this.at)}`, this.at);
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word.charCodeAt(i)) this.syntax("a value");
    this.at += word.length;
  }

  #skipNested(): void {
    const closers: number[] = [];
    for (;;) {
      const first = this.peek();
      let opened = false;
      if (first === 0x5b || first === 0x7b) {
        this.at++;
        closers.push(first + 2);
        opened = true;
      } else this.skip();
      while (closers.length > 0 && !this.more(closers.at(-1)!, opened)) {
        closers.pop();
        opened = false;
      }
      if (closers.length === 0) return;
      if (closers.at(-1) === 0x7d) this.key();
    }
  }

  #anyNumber(start: number): number {
    const text = new TextDecoder().decode(this.bytes.subarray(start, start + 1100));
    const match = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.+-])/.exec(text);
    if (!match || match[0].length > 1000) this.syntax("a number");
    this.at = start + match[0].length;
    const value = Number(match[0]);
    return Number.isFinite(value) ? value : -Infinity;
  }

  #escaped(from: number): true {
    let to = from;
    for (; this.bytes[to] !== quote; to++) {
      if (this.bytes[to] === backslash) to++;
      if (!(this.bytes[to]! >= 0x20)) this.#unended(from, to);
    }
    const source = new TextDecoder().decode(this.bytes.subarray(from - 1, to + 1));
    try {
      this.text = new TextEncoder().encode(JSON.parse(source) as string);
    } catch {
      this.#issues.fail("bad-json", `the string ${source.slice(0, 40)} holds an escape that JSON does not know`, from - 1);
    }
    this.textFrom = 0;
    this.textTo = this.text.length;
    this.textHash = hashOf(this.text);
    this.at = to + 1;
    return true;
  }

  #unended(from: number, to: number): never {
    const what = to >= this.bytes.length ? "the file ends inside a string" : "a string holds a line break or control character";
    this.#issues.fail("bad-json", what, from - 1);
  }
}

const powersOfTen = Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));
