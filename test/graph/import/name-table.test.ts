import { expect, test } from "vitest";
import { hashOf, NameTable } from "../../../src/graph/import/name-table.ts";

test("numbers many names in the order met, and finds them again", () => {
  const table = new NameTable();
  const intern = (name: string) => {
    const bytes = new TextEncoder().encode(name);
    return table.intern(bytes, 0, bytes.length, hashOf(bytes));
  };
  const names = Array.from({ length: 20_000 }, (_, id) => `task ${id}`);
  expect(names.map(intern)).toEqual(names.map((_, id) => id));
  expect(names.map(intern)).toEqual(names.map((_, id) => id));
  expect(table.text(12_345)).toBe("task 12345");
  expect(intern("é")).toBe(20_000);
  expect(intern("")).toBe(20_001);
  expect([table.text(20_000), table.text(20_001), table.text(19_999), table.size]).toEqual(["é", "", "task 19999", 20_002]);
});

test("tells names apart whose hashes are equal", () => {
  const table = new NameTable();
  const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];
  expect([table.intern(a, 0, 2, 7), table.intern(b, 0, 2, 7), table.intern(a, 0, 1, 7), table.intern(b, 0, 2, 7)]).toEqual([0, 1, 2, 1]);
});
