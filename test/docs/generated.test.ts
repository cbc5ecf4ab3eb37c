import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { root } from "./markdown.ts";

type Load = (module: string) => Promise<unknown>;
const script = pathToFileURL(join(root, "scripts/generate-docs.mjs")).href;
const { generateDocs } = (await import(script)) as { generateDocs: (load: Load) => Promise<Record<string, string>> };
const generated = await generateDocs((module) => import(pathToFileURL(join(root, `src/${module}.ts`)).href));

describe("generated parts of the documentation (npm run docs:generate)", () => {
  it.each(Object.keys(generated))("%s is what the program says", (path) => {
    // Compared as a whole first: a diff of pictures and long tables helps nobody.
    const fresh = readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n") === generated[path];
    expect(fresh, `${path} is out of date: npm run docs:generate`).toBe(true);
  });

  it("the timeline is under 100 kB", () => expect(generated["docs/timeline.svg"]!.length).toBeLessThan(100_000));
});
