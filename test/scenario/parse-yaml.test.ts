import { describe, expect, it } from "vitest";
import { parseYaml, yamlByteLimit, yamlDepthLimit } from "../../src/scenario/parse-yaml.ts";
import { positionOf, toPlain } from "../../src/scenario/source-tree.ts";
import { messageOf } from "./memory-files.ts";

const errorOf = (input: string | Uint8Array) => messageOf(() => parseYaml(input, "a.yaml"));

describe("parseYaml", () => {
  it("keeps the position of keys and values", () => {
    const root = parseYaml("machine:\n  devices:\n    gpu0: {slots: 4}\ncompare:\n  - heft\n  - fifo\n", "a.yaml");
    expect(positionOf(root, ["machine", "devices", "gpu0", "slots"])).toEqual({ file: "a.yaml", line: 3, column: 19 });
    expect(positionOf(root, ["machine", "devices", "gpu0", "slots"], "key")).toEqual({ file: "a.yaml", line: 3, column: 12 });
    expect(positionOf(root, ["compare", 1])).toEqual({ file: "a.yaml", line: 6, column: 5 });
    expect(positionOf(root, ["machine", "links", 0])).toEqual({ file: "a.yaml", line: 1, column: 1 });
    expect(positionOf(root, ["compare", 0, "use"])).toEqual({ file: "a.yaml", line: 5, column: 5 });
  });

  it("reads YAML 1.2, without the surprises of 1.1", () => {
    expect(toPlain(parseYaml("{a: no, b: on, c: 010, d: 0o10, e: 1:30, f: 2e9, g: ~, h: yes, 1: x, true: y}", "a.yaml"))).toEqual({ a: "no", b: "on", c: 10, d: 8, e: "1:30", f: 2e9, g: null, h: "yes", 1: "x", true: "y" });
  });

  it("takes the line ends of every system", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const root = parseYaml(["a: 1", "b:", "  c: 2", ""].join(end), "a.yaml");
      expect(toPlain(root)).toEqual({ a: 1, b: { c: 2 } });
      expect(positionOf(root, ["b", "c"])).toEqual({ file: "a.yaml", line: 3, column: 6 });
    }
  });

  it("shares what aliases stand for", () => {
    expect(toPlain(parseYaml("a: &x {k: [1]}\nb: *x", "a.yaml"))).toEqual({ a: { k: [1] }, b: { k: [1] } });
  });

  it("takes keys that every object has, but not __proto__", async () => {
    expect(Object.keys(toPlain(parseYaml("{constructor: 1, toString: 2}", "a.yaml")) as object)).toEqual(["constructor", "toString"]);
    expect(await errorOf("seed: 1\n__proto__: {a: 1}")).toBe('a.yaml:2:1: error[bad-key]: "__proto__" cannot be a key');
  });

  it.each([
    ["tabs", "a:\n\tb: 1", "a.yaml:2:1: error[yaml-syntax]: a line is indented with a tab\n  hint: indent with spaces"],
    ["duplicate keys", "a: 1\nb: 2\na: 3", 'a.yaml:3:1: error[duplicate-key]: "a" is given twice\n  hint: first in line 1'],
    ["an open list", "a: [1, 2\nb: 3\n", "a.yaml:2:1: error[yaml-syntax]: a list in [ ] is not closed before this place\n  hint: write the missing ], or indent what belongs to it"],
    ["an open map", "a: {b: 1\nc: 2\n", "a.yaml:2:1: error[yaml-syntax]: a map in { } is not closed before this place\n  hint: write the missing }, or indent what belongs to it"],
    ["an open text", "a: 'x\n", "a.yaml:2:1: error[yaml-syntax]: a text that begins with ' is not closed\n  hint: write the missing quote"],
    ["an indented key below a value", "a: 1\n  b: 2\n", 'a.yaml:1:4: error[yaml-syntax]: a map cannot begin here, inside a value\n  hint: a value that holds ": " needs quotes; the keys of a map stand below each other, indented alike'],
    ["keys not indented alike", "a:\n  b: 1\n c: 2\n", "a.yaml:3:1: error[yaml-syntax]: this line is indented differently from those that it belongs to\n  hint: indent what belongs together alike, with spaces"],
    ["a brace too many", "{a: 1}}", 'a.yaml:1:7: error[yaml-syntax]: "}" has no place here\n  hint: indent what belongs together alike, with spaces'],
    ["a colon in a value", "a: b: c\n", 'a.yaml:1:4: error[yaml-syntax]: a map cannot begin here, inside a value\n  hint: a value that holds ": " needs quotes; the keys of a map stand below each other, indented alike'],
    ["two documents", "a: 1\n---\nb: 2\n", "a.yaml:2:1: error[yaml-syntax]: there is a second document\n  hint: a scenario is one document: remove the line ---"],
    ["an unknown alias", "a: *x", "a.yaml:1:4: error[unknown-alias]: there is no anchor &x before this alias"],
    ["an alias to itself", "a: &x [*x]", "a.yaml:1:8: error[unknown-alias]: there is no anchor &x before this alias"],
    ["a tag", "a: !js/function 'x'", "a.yaml:1:4: error[yaml-syntax]: scenarios have no tags, such as !js/function\n  hint: remove it, or put the value in quotes"],
    ["YAML 1.1", "%YAML 1.1\n---\na: no", "a.yaml:1:1: error[yaml-version]: scenarios are YAML 1.2, not 1.1\n  hint: remove the line %YAML"],
    ["a list as key", "? [a]\n: 1", "a.yaml:1:3: error[bad-key]: a key must be a name"],
    ["an empty file", "", "a.yaml: error[empty-file]: the file is empty"],
    ["blanks", " \n \n", "a.yaml: error[empty-file]: the file is empty"],
    ["comments", "# nothing\n", "a.yaml: error[empty-file]: the file holds nothing but comments"],
    ["a zero byte", "a: \0", "a.yaml: error[not-text]: the file is not text (byte 3 is 0)\n  hint: a scenario is a YAML file in UTF-8"],
  ])("refuses %s", async (_, text, message) => {
    expect(await errorOf(text)).toBe(message);
  });

  it("refuses binary files", async () => {
    expect(await errorOf(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]))).toBe("a.yaml: error[not-text]: the file is not text (not valid UTF-8)\n  hint: a scenario is a YAML file in UTF-8");
  });

  it("tells every syntax error, up to 20", async () => {
    expect((await errorOf("a: !x 1\nb: !y 2\n")).match(/error\[/g)).toHaveLength(2);
    expect((await errorOf("]\n".repeat(1000))).match(/error\[/g)).toHaveLength(20);
  });

  it("refuses a billion laughs", async () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`);
    expect(await errorOf(["l0: &l0 lol", ...levels].join("\n"))).toMatch(/^a\.yaml:7:\d+: error\[too-many-aliases\]: the aliases of this file stand for more than 100000 values$/);
  });

  it("refuses a file over the limit without reading it", async () => {
    const huge = new Uint8Array(100e6).fill(38);
    expect(await errorOf(huge)).toBe(`a.yaml: error[file-too-large]: the file has 100000000 bytes; a scenario has at most ${yamlByteLimit}\n  hint: keep large graphs in a tasks file: workload: {tasks: FILE}`);
  });

  it.each([["[", "]"], ["{a: ", "}"], ["- ", ""], ["? ", ""]])("refuses deep nesting of %s", async (open, close) => {
    const nested = (depth: number) => open.repeat(depth) + "1" + close.repeat(depth);
    if (open !== "? ") expect(toPlain(parseYaml(nested(yamlDepthLimit), "a.yaml"))).toBeDefined();
    expect(await errorOf(nested(yamlDepthLimit + 1))).toMatch(/error\[too-deep\]: the nesting is deeper than 64 levels/);
    expect(await errorOf(nested(10_000))).toMatch(/error\[too-deep\]: the nesting is deeper than 64 levels/);
  });
});
