import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { importWfformat } from "../../../src/graph/import/wfformat.ts";
import { TensorOrigin } from "../../../src/graph/graph.ts";
import { sharedData } from "../../shared-data.ts";

const file = "a.json";
const diamond = {
  name: "diamond", schemaVersion: "1.5",
  workflow: {
    specification: {
      tasks: [
        { id: "a", children: ["b", "c"], inputFiles: ["in"], outputFiles: ["x"] },
        { id: "b", parents: ["a"], inputFiles: ["x", "in"], outputFiles: ["y"] },
        { id: "c", parents: ["a"], inputFiles: [], outputFiles: [] },
      ],
      files: [{ id: "in", sizeInBytes: 10 }, { id: "x", sizeInBytes: 20 }, { id: "y", sizeInBytes: 30 }],
    },
    execution: {
      makespanInSeconds: 9,
      tasks: [{ id: "a", runtimeInSeconds: 1.5 }, { id: "b", runtimeInSeconds: 2, coreCount: 4 }, { id: "c", runtimeInSeconds: 0 }],
      machines: [{ nodeName: "m1", cpu: { coreCount: 8 } }, { nodeName: "m2" }],
    },
  },
};

test("reads tasks, files and machines", () => {
  const { graph, costs, machine, warnings } = importWfformat(JSON.stringify(diamond), { file });
  expect([...graph.ops()].map((op) => op.name)).toEqual(["a", "b", "c"]);
  expect([...costs!.ns]).toEqual([1.5e9, 1.5e9, 2e9, 2e9, 0, 0]);
  const tensors = Array.from(graph.tensorBytes, (bytes, id) => `${graph.tensorName(id)} ${bytes} ${graph.tensorProducer[id]}`);
  // x and y are made by tasks, "in" by none and read twice, and c waits for a without a file.
  expect(tensors).toEqual(["x 20 0", "y 30 1", "in 10 -1", "a:out 0 0"]);
  expect(graph.tensorOrigin[2]).toBe(TensorOrigin.input);
  expect([...graph.inputs.item]).toEqual([2, 0, 2, 3]);
  expect(machine!.devices.map((device) => `${device.name} ${device.slots}`)).toEqual(["m1 8", "m2 1"]);
  expect(warnings.map((warning) => warning.code)).toEqual(["wide-tasks", "assumed-network"]);
});

test("takes a number of equal processors", () => {
  const { costs, machine } = importWfformat(JSON.stringify(diamond), { file, processors: 3 });
  expect(costs!.deviceCount).toBe(3);
  expect(machine!.devices.map((device) => `${device.name} ${device.slots}`)).toEqual(["P1 1", "P2 1", "P3 1"]);
});

test("reads version 1.4", () => {
  const old = {
    name: "old", schemaVersion: "1.4",
    workflow: {
      makespanInSeconds: 3,
      tasks: [
        { name: "a", type: "compute", runtimeInSeconds: 1, parents: [], children: ["b"], cores: 1, files: [{ name: "x", link: "output", sizeInBytes: 20 }] },
        { name: "b", type: "compute", runtimeInSeconds: 2, parents: ["a"], children: [], cores: 1, files: [{ name: "x", link: "input", sizeInBytes: 20 }] },
      ],
      machines: [{ nodeName: "m", cpu: { count: 4 } }],
    },
  };
  const { graph, costs, machine } = importWfformat(JSON.stringify(old), { file });
  expect([...costs!.ns]).toEqual([1e9, 2e9]);
  expect([...graph.tensorBytes]).toEqual([20]);
  expect(machine!.devices[0]!.slots).toBe(4);
});

test.for([
  ["blast-chameleon-small-001", 43, 2],
  ["epigenomics-chameleon-hep-1seq-100k-001", 41, 1],
  ["helloworld-forkjoin-10-chameleon", 10, 1],
  ["montage-chameleon-2mass-005d-001", 58, 1],
  ["seismology-chameleon-100p-001", 101, 3],
  ["bacass-dirt02-001", 11, 1],
] as const)("reads %s", ([name, tasks, machines], { skip }) => {
  const path = sharedData(`taskgraphs/wfinstances/${name}.json`);
  if (!path) return skip("no shared data");
  const { graph, machine } = importWfformat(readFileSync(path), { file: path });
  expect([graph.opCount, machine!.devices.length]).toEqual([tasks, machines]);
});

const changed = (change: (copy: typeof diamond) => void) => {
  const copy = structuredClone(diamond);
  change(copy);
  return JSON.stringify(copy);
};

test.each([
  ["", "empty-file"],
  ['{"a":1,\n}', "a.json:2:1: error[bad-json]"],
  ["[]", "bad-format"],
  [changed((copy) => (copy.schemaVersion = "9")), "WfFormat 9 is not supported"],
  [changed((copy) => copy.workflow.execution.tasks.pop()), 'task "c" has no run time'],
  [changed((copy) => (copy.workflow.execution.tasks[0]!.runtimeInSeconds = -1)), "workflow.execution.tasks.0.runtimeInSeconds"],
  [changed((copy) => (copy.workflow.specification.tasks[1]!.parents = ["A"])), "did you mean a or"],
  [changed((copy) => (copy.workflow.specification.tasks[1]!.id = "a")), "two tasks have the id"],
  [changed((copy) => (copy.workflow.specification.tasks[0]!.inputFiles = ["y"])), "cycle"],
])("fails: %s", (text, message) => {
  expect(() => importWfformat(text, { file })).toThrow(InputError);
  expect(() => importWfformat(text, { file })).toThrow(message);
});

test("says what it misses: children that do not exist, files without a size", () => {
  const { workflow: { specification, execution } } = diamond;
  const lost = { ...diamond, workflow: { specification: { ...specification, tasks: specification.tasks.map((task) => (task.id === "c" ? { ...task, children: ["d"] } : task)) }, execution } };
  expect(() => importWfformat(JSON.stringify(lost), { file })).toThrow('task "c" has a child "d" that does not exist');
  const unsized = { ...diamond, workflow: { specification: { ...specification, files: specification.files.slice(1) }, execution } };
  expect(importWfformat(JSON.stringify(unsized), { file }).warnings).toContainEqual({ code: "missing-size", message: '1 of 3 files have no size (the first is "in"): they move in no time' });
});

test("refuses a run time that cannot be counted", () => {
  const endless = JSON.stringify(diamond).replace('"runtimeInSeconds":2', '"runtimeInSeconds":1e300');
  expect(() => importWfformat(endless, { file })).toThrow("workflow.execution.tasks.1.runtimeInSeconds must be at most 9007199, not 1e+300");
});
