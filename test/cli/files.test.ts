import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { checkWritable, writeWhole } from "../../src/cli/files.ts";
import { leftovers, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
const at = (name: string): string => join(folder, name);
afterAll(() => removeFolder(folder));

describe("writeWhole", () => {
  it("writes text and bytes in order, and makes the folders above", async () => {
    await writeWhole(at("a/b/c.txt"), ["grün ", Uint8Array.from([98, 108, 97, 117]), ""]);
    expect(readFileSync(at("a/b/c.txt"), "utf8")).toBe("grün blau");
  });

  it("leaves the old file and nothing else when the content fails", async () => {
    writeFileSync(at("old.txt"), "old");
    const failing = function* (): Iterable<string> {
      yield "half";
      throw new RangeError("no more");
    };
    await expect(writeWhole(at("old.txt"), failing())).rejects.toThrow(RangeError);
    expect(readFileSync(at("old.txt"), "utf8")).toBe("old");
    expect(leftovers(folder)).toEqual([]);
  });

  it("takes the temporary file away when a signal ends the process, which it still does", async () => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const before = process.listenerCount("SIGINT");
    const interrupted = function* (): Iterable<string> {
      yield "x".repeat(1 << 23);
      expect(leftovers(folder)).toHaveLength(1);
      process.emit("SIGINT", "SIGINT");
      expect([leftovers(folder), kill.mock.calls]).toEqual([[], [[process.pid, "SIGINT"]]]);
      throw new RangeError("the process would be gone");
    };
    await expect(writeWhole(at("cut.txt"), interrupted())).rejects.toThrow(RangeError);
    kill.mockRestore();
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("follows a link instead of replacing it", async () => {
    writeFileSync(at("target.txt"), "old");
    symlinkSync(at("target.txt"), at("link.txt"));
    await writeWhole(at("link.txt"), ["new"]);
    expect(lstatSync(at("link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("target.txt"), "utf8")).toBe("new");
  });

  it.skipIf(process.platform === "win32")("writes into a device without replacing it", async () => {
    await writeWhole("/dev/null", ["gone"]);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    if (process.platform === "linux") await expect(writeWhole("/dev/full", ["x"])).rejects.toThrow("cannot write /dev/full: the disk is full");
  });

  it("tells why it cannot", async () => {
    mkdirSync(at("folder"));
    await expect(writeWhole(at("folder"), ["x"])).rejects.toThrow(InputError);
    await expect(writeWhole(at("target.txt/x"), ["x"])).rejects.toThrow(/a part of the path is not a folder/);
    await expect(writeWhole(at("x".repeat(300)), ["x"])).rejects.toThrow(/the name is too long/);
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
