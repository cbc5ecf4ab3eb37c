import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, pages, prose, root } from "./markdown.ts";

describe("links of the documentation", () => {
  it.each(pages().map((page) => [page.path, page] as const))("%s: every file and anchor exists", (path, { text }) => {
    const broken: string[] = [];
    for (const [, target] of prose(text).matchAll(/!?\[[^\]]*\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file = "", anchor] = target!.split("#");
      const to = file === "" ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(join(root, to))) broken.push(`${target}: there is no ${to}`);
      else if (anchor !== undefined && to.endsWith(".md") && !anchorsOf(readFileSync(join(root, to), "utf8")).has(anchor)) broken.push(`${target}: ${to} has no heading #${anchor}`);
    }
    expect(broken).toEqual([]);
  });

  it("lead from the README and the map to every page", () => {
    const all = pages();
    const linked = new Set(all.filter(({ path }) => path === "README.md" || path === "docs/index.md" || path.startsWith("docs/decisions/")).flatMap(({ path, text }) =>
      [...prose(text).matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => posix.join(dirname(path), target!))));
    expect(all.map(({ path }) => path).filter((path) => path !== "README.md" && !linked.has(path))).toEqual([]);
  });
});
