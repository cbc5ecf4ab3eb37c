import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { InputError, type Issue } from "../../../src/base/errors.ts";
import { importEstee } from "../../../src/graph/import/estee.ts";
import { sharedData } from "../../shared-data.ts";

const file = "a.json";
const small = [
  { d: 1.5, e_d: 2, cpus: 1, outputs: [{ s: 10, e_s: 9 }, { s: 0.5, e_s: 1 }], inputs: [] },
  // Reads a task that comes after it in the file.
  { d: 0, e_d: 0, cpus: 4, outputs: [], inputs: [[2, 0], [0, 1], [0, 1]] },
  { d: 1e-9, cpus: 1, outputs: [{ s: 0 }], inputs: [[0, 1]] },
];
const dataSet = (...graphs: [name: string, tasks: unknown][]) => JSON.stringify({
  graph_name: Object.fromEntries(graphs.map(([name], key) => [key, name])), graph_id: { 0: "x" },
  graph: Object.fromEntries(graphs.map(([, tasks], key) => [key, typeof tasks === "string" ? tasks : JSON.stringify(tasks)])),
});

/** What an import complains about. */
function problems(text: string | Uint8Array, graph?: string): readonly Issue[] {
  try {
    importEstee(text, { file, processors: 1, ...(graph !== undefined && { graph }) });
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  return [];
}

test("reads tasks with several outputs", () => {
  const { graph, costs, machine, warnings } = importEstee(dataSet(["small", small]), { file, processors: 2 });
  expect(graph.name).toBe("small");
  expect([...graph.ops()].map((op) => op.name)).toEqual(["T0", "T1", "T2"]);
  expect([...costs!.ns]).toEqual([1.5e9, 1.5e9, 0, 0, 1, 1]);
  expect(Array.from(graph.tensorBytes, (bytes, id) => [graph.tensorProducer[id], bytes])).toEqual([[0, 10 * 2 ** 20], [0, 2 ** 19], [2, 0]]);
  expect([...graph.inputs.start]).toEqual([0, 0, 2, 3]);
  expect([...graph.inputs.item]).toEqual([2, 1, 1]);
  expect([...graph.topo]).toEqual([0, 2, 1]);
  expect(machine!.devices.map((device) => `${device.name} ${device.slots}`)).toEqual(["P1 1", "P2 1"]);
  expect(warnings.map((warning) => warning.code)).toEqual(["wide-tasks", "assumed-network"]);
});

test("finds a graph by name or key", () => {
  const text = dataSet(["a", small], ["b", [{ d: 1 }]], ["b", [{ d: 1 }, { d: 2 }]]);
  const count = (graph: string | number) => importEstee(text, { file, graph, processors: 1 }).graph.opCount;
  expect([count("a"), count(1), count("2")]).toEqual([3, 1, 2]);
  expect(problems(text, "b")[0]).toMatchObject({ code: "ambiguous-graph", hint: "choose by key: 1 (b), 2 (b)" });
  expect(problems(text)[0]).toMatchObject({ code: "no-graph", hint: "choose one: 0 (a), 1 (b), 2 (b)" });
  expect(problems(dataSet(["plain", small], ["fern", small]), "ferm")[0]).toMatchObject({ code: "unknown-graph", hint: "did you mean fern?" });
});

test.for([
  ["elementary", "triplets", 330, 220, 2], ["elementary", "size_stairs", 191, 190, 2], ["elementary", "fern", 401, 400, 201],
  ["irw", "mapreduce", 321, 25760, 3], ["irw", "crossv", 94, 180, undefined], ["pegasus", "montage", 77, 195, undefined], ["rg", "0", 251, 1875, undefined],
] as const)("reads %s: %s", ([name, graph, tasks, inputs], { skip }) => {
  const path = sharedData(`taskgraphs/estee/${name}.json.gz`);
  if (!path) return skip("no shared data");
  const workload = importEstee(gunzipSync(readFileSync(path)), { file: path, graph, processors: 4 });
  expect([workload.graph.opCount, workload.graph.inputs.item.length]).toEqual([tasks, inputs]);
  expect(workload.costs!.ns.every((ns) => ns >= 0 && ns < Infinity)).toBe(true);
});

test.for([
  ["a fraction of a core", [{ d: 1, cpus: 1.5 }], "bad-value", "1.5 is not a number of cores", "1.5"],
  ["a negative duration", [{ d: -2 }], "bad-value", "-2 is not a duration in seconds", "-2"],
  ["no duration", [{ d: 1 }, { cpus: 1 }], "no-duration", "a task has no duration", '{\\"cpus'],
  ["an unknown task", [{ d: 1, inputs: [[7, 0]] }], "unknown-task", "task 0 reads an output of task 7, which does not exist", "[7"],
  ["an unknown output", [{ d: 1, outputs: [{ s: 1 }] }, { d: 1, inputs: [[0, 1]] }], "unknown-output", "task 1 reads output 1 of task 0, which has 1 outputs", "[0,1"],
  ["three parts", [{ d: 1, inputs: [[0, 0, 0]] }], "bad-input", "an input is a task and one of its outputs, and no more", "[0,0,0"],
  ["a cycle", [{ d: 1, outputs: [{ s: 1 }], inputs: [[0, 0]] }], "cycle", "the graph has a cycle: T0 → T0", "[0,0"],
  ["no task", [], "no-tasks", "the graph has no tasks", "[]"],
  ["what is not JSON", '[{"d": x}]', "bad-json", 'a duration in seconds is expected, but there is x', "x}]"],
] as const)("points at %s", ([, tasks, code, message, at]) => {
  const text = dataSet(["é", tasks]).replaceAll('},"', '},\n"');
  const before = text.slice(0, text.lastIndexOf(at));
  expect(problems(text)[0]).toMatchObject({ code, message, file, line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") });
});

test.for([
  ["", "empty-file"], ["[]", "bad-json"], ["{}", "bad-format"], ['{"graph": {}}', "bad-format"], ['{"graph": {"0": [1]}}', "bad-json"], ['{"graph_name": {"0": "a"}} x', "bad-json"], ['{"graph": {"0": "[', "bad-json"],
] as const)("refuses %j", ([text, code]) => {
  expect(problems(text)[0]).toMatchObject({ code, file });
});

test("asks for an unpacked file", () => {
  expect(problems(Uint8Array.of(0x1f, 0x8b, 8))[0]).toMatchObject({ code: "packed-file", hint: "unpack it first" });
});
