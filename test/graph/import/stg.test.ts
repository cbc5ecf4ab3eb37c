import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { importStg } from "../../../src/graph/import/stg.ts";
import { longestPath } from "../../../src/graph/analysis.ts";
import { sharedData } from "../../shared-data.ts";

const file = "a.stg";
const plain = "2\n0 0 0\n1 5 1 0\n2 7 1 1\n3 0 1 2\n# comment 1 2 3\n";

test("reads tasks with the dummy source and sink", () => {
  const { graph, costs, machine, tickNs } = importStg(plain, { file, processors: 2 });
  expect([...graph.ops()].map((op) => op.name)).toEqual(["T0", "T1", "T2", "T3"]);
  expect([...costs!.ns]).toEqual([0, 0, 5, 5, 7, 7, 0, 0]);
  expect([...graph.tensorBytes]).toEqual([0, 0, 0]);
  expect([...graph.tensorProducer]).toEqual([0, 1, 2]);
  expect(machine!.devices).toHaveLength(2);
  expect(tickNs).toBe(1);
});

test("reads the variant with communication, pairs on the same line or the next ones", () => {
  const { graph } = importStg("2\n0 0 0\n1 5 1 0 0\n2 7 2\n 0 1\n 1 9\n3 0 1 2 0\n", { file, processors: 1 });
  expect([...graph.tensorBytes]).toEqual([0, 1, 9, 0]);
});

test("reads rand0000 of the published set", (context) => {
  const path = sharedData("taskgraphs/stg/rand0000_50.stg");
  if (!path) return context.skip("no shared data");
  const { graph, costs } = importStg(readFileSync(path), { file: path, processors: 1 });
  expect(graph.opCount).toBe(52);
  // The proven optima are 131 on 2 processors, which is half the work, and 55 on 8, which is the longest path.
  expect(costs!.ns.reduce((sum, ns) => sum + ns, 0)).toBe(2 * 131);
  expect(longestPath(graph, costs!.ns).length).toBe(55);
});

test.each([
  ["", "empty-file", undefined],
  ["# only a comment\n", "empty-file", undefined],
  ["2\n0 0 0\n1 x 1 0\n", "bad-number", 3],
  ["2\n0 0 0\n1 99999999999999999 1 0\n", "too-long", 3],
  ["2\n0 0 0\n1 5 1 0\n", "bad-count", 4],
  ["2\n0 0 0\n2 5 1 0\n3 0 0\n", "bad-task", 3],
  ["1\n0 0 0\n1 5 9 0\n2 0 1 1\n", "bad-task", 3],
  ["1\n0 0 0\n1 5 1 7\n2 0 1 1\n", "unknown-task", 3],
  ["1\n0 0 0\n1 5 1 2\n2 0 1 1\n", "cycle", 3],
  [`${plain}9 9 0`, "bad-count", 7],
  ["99999999999\n0 0 0", "bad-count", 2],
])("%j: %s", (text, code, line) => {
  const read = () => importStg(text, { file, processors: 2 });
  expect(read).toThrow(InputError);
  expect(read).toThrow(code);
  if (line !== undefined) expect(read).toThrow(`${file}:${line}:`);
});

test("says that a number is negative", () => {
  expect(() => importStg("1\n0 0 0\n1 -5 1 0\n2 0 1 1\n", { file, processors: 1 })).toThrow(`${file}:3:3: error[bad-number]: -5 is negative`);
});

test("wants a number of processors", () => {
  expect(() => importStg(plain, { file, processors: 0 })).toThrow("0 is not a number of processors");
});
