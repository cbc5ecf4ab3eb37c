import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { checkWritable, writeWhole } from "../../src/cli/files.ts";
import { leftovers, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
const at = (name: string): string => join(folder, name);
afterAll(() => removeFolder(folder));

describe("writeWhole", () => {
  it("writes text and bytes in order, and makes the folders above", () => {
    writeWhole(at("a/b/c.txt"), ["grün ", Uint8Array.from([98, 108, 97, 117]), ""]);
    expect(readFileSync(at("a/b/c.txt"), "utf8")).toBe("grün blau");
  });

  it("leaves the old file and nothing else when the content fails", () => {
    writeFileSync(at("old.txt"), "old");
    const failing = function* (): Iterable<string> {
      yield "half";
      throw new RangeError("no more");
    };
    expect(() => writeWhole(at("old.txt"), failing())).toThrow(RangeError);
    expect(readFileSync(at("old.txt"), "utf8")).toBe("old");
    expect(leftovers(folder)).toEqual([]);
  });

  it("follows a link instead of replacing it", () => {
    writeFileSync(at("target.txt"), "old");
    symlinkSync(at("target.txt"), at("link.txt"));
    writeWhole(at("link.txt"), ["new"]);
    expect(lstatSync(at("link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("target.txt"), "utf8")).toBe("new");
  });

  it.skipIf(process.platform === "win32")("writes into a device without replacing it", () => {
    writeWhole("/dev/null", ["gone"]);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    if (process.platform === "linux") expect(() => writeWhole("/dev/full", ["x"])).toThrow("cannot write /dev/full: the disk is full");
  });

  it("tells why it cannot", () => {
    mkdirSync(at("folder"));
    expect(() => writeWhole(at("folder"), ["x"])).toThrow(InputError);
    expect(() => writeWhole(at("target.txt/x"), ["x"])).toThrow(/a part of the path is not a folder/);
    expect(() => writeWhole(at("x".repeat(300)), ["x"])).toThrow(/the name is too long/);
    expect(leftovers(folder)).toEqual([]);
  });
});

describe("checkWritable", () => {
  it("knows before, and makes nothing", () => {
    expect(() => checkWritable(at("not/yet/there.txt"))).not.toThrow();
    expect(() => checkWritable(at("target.txt/x"))).toThrow(/a part of the path is not a folder/);
    expect(() => checkWritable(folder)).toThrow(/it is a folder/);
    expect(() => checkWritable("-")).toThrow("this is not written to standard output");
    expect(() => lstatSync(at("not"))).toThrow();
  });
});
