import { expect, test } from "vitest";
import { F64Column } from "../../../src/base/columns.ts";
import { IssueList } from "../../../src/graph/import/issue-list.ts";
import { JsonReader, Keys } from "../../../src/graph/import/json-reader.ts";

function readerOf(text: string): JsonReader {
  const bytes = new TextEncoder().encode(text);
  return new JsonReader(bytes, new IssueList("x", bytes));
}

test.each([
  [",1,20,300]", [1, 20, 300], "]"],
  [",1,2.5,3]", [1], ",2.5,3]"],
  [",1,0,3]", [1], ",0,3]"],
  [",10,01]", [10], ",01]"],
  [",1, 2]", [1], ", 2]"],
  [",1,2 ]", [1], ",2 ]"],
  [",1,-2]", [1], ",-2]"],
  [",1,null]", [1], ",null]"],
  [",1,2e3]", [1], ",2e3]"],
  [",123456789012345,1234567890123456,1]", [123456789012345], ",1234567890123456,1]"],
  [",1,2", [1], ",2"],
  [",", [], ","],
  ["", [], ""],
])("reads plain whole numbers and leaves the rest: %s", (text, numbers, rest) => {
  const reader = readerOf(text);
  const column = new F64Column();
  reader.wholeNumbers(column);
  expect([[...column.view()], text.slice(reader.at)]).toEqual([numbers, rest]);
});

test("knows keys however they are written", () => {
  const keys = new Keys("from", "to");
  for (const [text, key] of [['"from":1', 0], ['"to":1', 1], [' "to" : 1', 1], ['"t\\u006f":1', 1], ['"top":1', -1], ['"":1', -1]] as const) {
    const reader = readerOf(text);
    expect([reader.keyOf(keys), reader.numberOrNull()]).toEqual([key, 1]);
  }
  expect(() => readerOf('"to"').keyOf(keys)).toThrow();
  expect(() => readerOf('"to').keyOf(keys)).toThrow();
});
