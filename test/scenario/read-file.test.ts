import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-read-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string, bytes = 0): string => {
  writeFileSync(join(folder, name), "");
  truncateSync(join(folder, name), bytes);
  return join(folder, name);
};

describe("readOrdinaryFile", () => {
  it("reads what is not too large", async () => expect(await readOrdinaryFile(at("a", 7))).toHaveLength(7));

  it.each<readonly [string, () => string, number | undefined, RegExp]>([
    ["nothing", () => join(folder, "none"), undefined, /there is no file .*none/],
    ["a folder", () => folder, undefined, /is a folder/],
    ["a device", () => "/dev/null", undefined, /is not a file/],
    ["more than the limit", () => at("b", 11), 10, /has 11 bytes; at most 10 are read/],
    ["more than can be read at once", () => at("c", 3e9), undefined, /has 3000000000 bytes; at most 2147483647 are read/],
  ])("refuses %s", (_, file, limit, message) => expect(readOrdinaryFile(file(), limit)).rejects.toThrow(message));
});
