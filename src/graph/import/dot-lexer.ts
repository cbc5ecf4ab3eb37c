import type { IssueList } from "./issue-list.ts";

/** A token of DOT. `id` covers names, numbers, quoted strings and HTML strings; `mark` covers punctuation and arrows. */
export interface DotToken {
  readonly kind: "id" | "mark" | "end";
  readonly text: string;
  /** True for quoted and HTML strings, which are never keywords. */
  readonly quoted: boolean;
  /** Offset in the text. */
  readonly at: number;
}

const blank = /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(?<=^|\n)#[^\n]*/y;
const mark = /->|--|[{}[\];,=:+]/y;
const bare = /-?(?:\.\d+|\d+(?:\.\d*)?)(?![\w.])|[\w.\u0080-\uffff]+/y;
const quotedString = /"([^"\\]*(?:\\[^][^"\\]*)*)"/y;

/** Cuts DOT text into tokens, comments left out, and joins strings that are added with `+`. */
export function lexDot(text: string, issues: IssueList, offsetOf: (index: number) => number): DotToken[] {
  const tokens: DotToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match;
  };
  for (;;) {
    while (take(blank));
    const start = at;
    if (at >= text.length) break;
    let match: RegExpExecArray | null;
    if ((match = take(quotedString))) {
      // A backslash before a line break continues the line; only \" is an escape of its own.
      const content = match[1]!.replace(/\\\r?\n/g, "").replaceAll('\\"', '"');
      const plus = tokens.at(-1);
      const left = tokens.at(-2);
      if (plus?.kind === "mark" && plus.text === "+" && left?.quoted) tokens.splice(-2, 2, { ...left, text: left.text + content });
      else tokens.push({ kind: "id", text: content, quoted: true, at: start });
    } else if (text[at] === "<") {
      tokens.push({ kind: "id", text: takeHtml(), quoted: true, at: start });
    } else if ((match = take(bare))) {
      tokens.push({ kind: "id", text: match[0], quoted: false, at: start });
    } else if ((match = take(mark))) {
      tokens.push({ kind: "mark", text: match[0], quoted: false, at: start });
    } else {
      const shown = text[at] === '"' ? "a string that does not end" : text.startsWith("/*", at) ? "a comment that does not end" : `the character ${JSON.stringify(text[at])}`;
      issues.fail("bad-dot", `DOT has no place for ${shown}`, offsetOf(at));
    }
  }
  tokens.push({ kind: "end", text: "", quoted: false, at: text.length });
  return tokens;

  function takeHtml(): string {
    const start = at;
    let depth = 0;
    for (; at < text.length; at++) {
      if (text[at] === "<") depth++;
      else if (text[at] === ">" && --depth === 0) return text.slice(start + 1, at++);
    }
    issues.fail("bad-dot", "a <…> string does not end", offsetOf(start));
  }
}
