import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block: ```ts no-run */
export interface Block {
  readonly page: string;
  /** Line of its first line of content, from 1. */
  readonly line: number;
  readonly language: string;
  /** Words after the language. */
  readonly marks: readonly string[];
  readonly text: string;
}

const topPages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "notebooks/README.md", "calibration/README.md", "kernels/README.md"];

/** Every page that people read, but the generated API reference. */
export function pages(): Page[] {
  const inDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md") && !file.startsWith("docs/api/"));
  return [...topPages.filter((file) => existsSync(join(root, file))), ...inDocs].sort().map((path) => ({ path, text: readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n") }));
}

/** The fenced blocks of a page in order. */
export function blocksOf({ path, text }: Page): Block[] {
  const blocks: Block[] = [];
  let open: { indent: string; language: string; marks: string[]; line: number; lines: string[] } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const fence = /^(\s*)```\s*(.*)$/.exec(line);
    if (open === undefined && fence !== null) {
      const [language = "", ...marks] = fence[2]!.trim().split(/\s+/);
      open = { indent: fence[1]!, language, marks, line: i + 2, lines: [] };
    } else if (open !== undefined && fence !== null && fence[2] === "") {
      blocks.push({ page: path, line: open.line, language: open.language, marks: open.marks, text: open.lines.join("\n") });
      open = undefined;
    } else open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  if (open !== undefined) throw new Error(`${path}:${open.line - 1}: the block is never closed`);
  return blocks;
}

/** All blocks of one of the languages, on all pages. */
export function allBlocks(...languages: readonly string[]): Block[] {
  return pages().flatMap(blocksOf).filter(({ language }) => languages.includes(language));
}

/** The text without fenced blocks and code spans, line numbers kept. */
export function prose(text: string): string {
  let inside = false;
  return text.split("\n").map((line) => {
    if (/^\s*```/.test(line)) {
      inside = !inside;
      return "";
    }
    return inside ? "" : line.replace(/`[^`]*`/g, (span) => " ".repeat(span.length));
  }).join("\n");
}

/** Anchors that headings make, as GitHub does: repeated ones get -1, -2 … */
export function anchorsOf(text: string): Set<string> {
  const counts = new Map<string, number>();
  const anchors = new Set<string>();
  let inside = false;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line)) inside = !inside;
    const title = inside ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) continue;
    const slug = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const seen = counts.get(slug) ?? 0;
    counts.set(slug, seen + 1);
    anchors.add(seen === 0 ? slug : `${slug}-${seen}`);
  }
  return anchors;
}
