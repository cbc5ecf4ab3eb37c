import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError, type Issue } from "../../../src/base/errors.ts";
import { GraphBuilder } from "../../../src/graph/builder.ts";
import { importTasks, tickForTasks } from "../../../src/graph/import/tasks.ts";
import { writeTasks } from "../../../src/graph/import/write-tasks.ts";
import { processorMachine } from "../../../src/machine/processors.ts";
import { sharedData } from "../../shared-data.ts";

const file = "a.tasks.json";
const small = '{"format":"heddle-tasks/1","processors":["P1","P2"],"tasks":[{"name":"a","ns":[3,null]},{"name":"b","ns":[2.5,4]}],"edges":[{"from":"a","to":"b","ns":7}]}';

function issuesOf(text: string | Uint8Array): readonly Issue[] {
  try {
    importTasks(text, { file });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).issues;
  }
  return [];
}

describe("importTasks", () => {
  test("reads tasks, durations and edges", () => {
    const { graph, costs, machine, tickNs, warnings } = importTasks(small, { file });
    expect([...graph.ops()].map((op) => op.name)).toEqual(["a", "b"]);
    expect([...costs!.ns]).toEqual([3, Infinity, 2.5, 4]);
    expect([...graph.tensorBytes]).toEqual([7]);
    expect(machine!.devices.map((device) => device.name)).toEqual(["P1", "P2"]);
    expect(tickNs).toBe(0.5);
    expect(warnings).toEqual([]);
  });

  test("takes bytes, any order of keys, white space, escapes and a byte order mark", () => {
    const text = '\ufeff \r\n{\t"edges" : [ { "ns" : 7 , "to":"b", "from" : "\\u0061" } ] ,"tasks":[{"ns":[3,null],"name":"a"},{"ns":[2.5e0,4.0],"name":"b"}],\n"processors":["P1","P2"],"format":"heddle-tasks/1"}\n';
    const expected = importTasks(small, { file });
    const { graph, costs } = importTasks(new TextEncoder().encode(text), { file });
    expect(costs).toEqual(expected.costs);
    expect(graph).toEqual(expected.graph);
  });

  test("reads numbers as JSON.parse does", () => {
    const number = fc.oneof(fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }), fc.nat(), fc.nat().map((n) => n / 1000));
    fc.assert(fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (row) => {
      const text = JSON.stringify({ format: "heddle-tasks/1", processors: row.map((_, i) => `P${i}`), tasks: [{ name: "a", ns: row }], edges: [] });
      expect([...importTasks(text, { file }).costs!.ns]).toEqual(row.map((value) => (Object.is(value, -0) ? 0 : value)));
    }));
    for (const written of ["0.1", "1E3", "1234567890123456", "0.30000000000000004", "123456789.123456789", "5e-324", "9.007199254740991e15"]) {
      const text = small.replace("[3,", `[${written},`);
      expect(importTasks(text, { file }).costs!.ns[0], written).toBe(Number(written));
    }
  });

  test("what it writes it reads", () => {
    const name = fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" });
    const workload = fc.record({ names: fc.uniqueArray(name, { minLength: 2, maxLength: 12 }), picks: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 30 }) });
    fc.assert(fc.property(workload, ({ names, picks }) => {
      const edges = new Map<string, object>();
      for (const [a, b, ns] of picks) {
        const [from, to] = [a % names.length, b % names.length].sort((x, y) => x - y) as [number, number];
        if (from !== to) edges.set(`${from} ${to}`, { from: names[from], to: names[to], ns });
      }
      const text = JSON.stringify({ format: "heddle-tasks/1", processors: ["P1"], tasks: names.map((task, i) => ({ name: task, ns: [i] })), edges: [...edges.values()] });
      const first = importTasks(text, { file });
      const second = importTasks(writeTasks(first), { file });
      expect(writeTasks(second)).toBe(writeTasks(first));
      expect(second.graph.inputs.item.length).toBe(edges.size);
      expect([...second.graph.ops()].map((op) => op.name)).toEqual(names);
    }));
  });

  test("reads the published graphs", (context) => {
    const path = sharedData("taskgraphs/published/topcuoglu-2002.tasks.json");
    if (!path) return context.skip("no shared data");
    const { graph, costs } = importTasks(readFileSync(path), { file: path });
    expect(graph.opCount).toBe(10);
    expect(graph.tensorCount).toBe(15);
    expect([...costs!.ns.subarray(0, 3)]).toEqual([14, 16, 9]);
    const text = writeTasks(importTasks(readFileSync(path), { file: path }));
    const read = (json: string) => {
      const { edges, ...rest } = JSON.parse(json) as { edges: object[] };
      return { ...rest, edges: edges.map((edge) => JSON.stringify(edge)).sort() };
    };
    expect(read(text)).toEqual(read(readFileSync(path, "utf8")));
  });
});

describe("writeTasks", () => {
  test("writes an edge to each reader of a tensor, and the slowest of several between two tasks", () => {
    const builder = new GraphBuilder("shared");
    for (const name of ["a", "b", "c"]) builder.op({ kind: "task" }, name);
    const tensor = builder.output(0, 5);
    for (const reader of [1, 2]) builder.feed(tensor, reader);
    builder.edge(0, 2, 9);
    builder.feed(builder.source("input", 100), 1);
    const costs = { deviceCount: 2, ns: Float64Array.of(1, Infinity, 2, 2.5, 3, 3) };
    const text = writeTasks({ graph: builder.build(), costs, machine: processorMachine(["P1", "P2"]), warnings: [] });
    expect(JSON.parse(text)).toEqual({
      format: "heddle-tasks/1", processors: ["P1", "P2"],
      tasks: [{ name: "a", ns: [1, null] }, { name: "b", ns: [2, 2.5] }, { name: "c", ns: [3, 3] }],
      edges: [{ from: "a", to: "b", ns: 5 }, { from: "a", to: "c", ns: 9 }],
    });
  });

  test("needs durations, and links that are all alike", () => {
    const { graph, costs } = importTasks(small, { file });
    expect(() => writeTasks({ graph, warnings: [] })).toThrow("has no durations of its own");
    const machine = processorMachine(["P1", "P2"]);
    const uneven = { ...machine, route: (from: number, to: number) => ({ ...machine.route(from, to)!, latencyNs: from }) };
    expect(() => writeTasks({ graph, costs: costs!, machine: uneven, warnings: [] })).toThrow("differ, so an edge has no single time");
  });
});

describe("importTasks on wrong input", () => {
  const [taskA, edge] = ['{"name":"a"', '{"from":"a","to":"b","ns":7}'];
  /** Text, then each problem with the text at whose first character it is reported. */
  test.each<[string, ...[string, string?][]]>([
    ["", ["empty-file"]],
    [" \n", ["empty-file"]],
    ["[]", ["bad-json", "[]"]],
    ["hello", ["bad-json", "hello"]],
    ['{"format":"heddle-tasks/1"', ["bad-json", ""]],
    ['{"format":"heddle-tasks/1",}', ["bad-json", "}"]],
    [`${small} x`, ["bad-json", "x"]],
    ['{"format":"heddle-tasks/1","processors":["P1","P2"],"tasks":[{"name":"a","ns":[3,nul', ["bad-json", "nul"]],
    ["{}", ["missing-key", "{"], ["missing-key", "{"], ["missing-key", "{"]],
    [small.replace("tasks/1", "tasks/9"), ["bad-format", '"heddle-tasks/9']],
    [small.replace('"tasks"', '"taks"'), ["missing-key", "{"], ["unknown-key", '"taks"']],
    [small.replace('"tasks"', '"x":1,"x":2,"tasks"'), ["unknown-key", '"x":1'], ["duplicate-key", '"x":2'], ["unknown-key", '"x":2']],
    [small.replace("[3,null]", "[3]"), ["bad-row", taskA]],
    [small.replace("[3,null]", "[3,-4]"), ["bad-time", "-4"]],
    [small.replace("[3,null]", "[3,1e999]"), ["bad-time", "1e999"]],
    [small.replace("[3,null]", "[3,1e308]"), ["too-long", "1e308"]],
    [small.replace('"ns":7', '"ns":1e17'), ["too-long", "1e17"]],
    [small.replace("[3,null]", "[3,01]"), ["bad-json", "01"]],
    [small.replace("[3,null]", "[3,1.]"), ["bad-json", "1."]],
    [small.replace("[3,null]", "[3,NaN]"), ["bad-json", "NaN"]],
    [small.replace("[3,null]", "[3,true]"), ["bad-json", "true"]],
    [small.replace("[3,null]", "[null,null]"), ["cannot-run", taskA]],
    [small.replace('"ns":7', '"ns":null'), ["bad-time", "null}]"]],
    [small.replace(',"ns":7', ""), ["missing-key", '{"from"']],
    [small.replace('"ns":7', '"ns":7,"ns":8'), ["duplicate-key", '"ns":8']],
    [small.replace('"to":"b"', '"to":"é","nss":[{"a":[1,{}]},2]'), ["unknown-key", '"nss"'], ["unknown-task", '"é"']],
    [small.replace('"name":"b"', '"name":"a"'), ["duplicate-name", '{"name":"a","ns":[2.5'], ["unknown-task", '"b"']],
    [small.replace('"to":"b"', '"to":"a"'), ["cycle", '{"from"']],
    [small.replace('["P1","P2"]', '["P1","P1"]'), ["duplicate-name", '"P1"],']],
    [small.replace('"a"', '"\\q"'), ["bad-json", '"\\q"']],
    [small.replace('"a"', '"a\n"'), ["bad-json", '"a\n"']],
    [small.replace(edge, `${edge},${edge.replace("7", "8")}`), ["duplicate-edge", edge.replace("7", "8")]],
  ])("%s", (text, ...expected) => {
    const positions = expected.map(([code, at]) => (at === undefined ? `${code} undefined` : `${code} ${at === "" ? text.length + 1 : text.indexOf(at) + 1}`));
    const found = issuesOf(text).map(({ code, line, column }) => (expect(line ?? 1).toBe(1), `${code} ${column}`));
    expect(found.sort()).toEqual(positions.sort());
  });

  test("counts lines, and characters in columns", () => {
    expect(issuesOf(small.replace('"tasks"', '\n"ä": 1,\r\n "é", "tasks"')).map(({ line, column }) => [line, column])).toEqual([[2, 1], [3, 5]]);
  });

  test("names the cycle", () => {
    expect(issuesOf(small.replace(edge, `${edge},\n{"from":"b","to":"a","ns":7}`))[0]!.message).toMatch(/a → b → a|b → a → b/);
  });

  test("suggests names, and stops at 20 problems", () => {
    expect(issuesOf(small.replaceAll('"a"', '"alpha"').replace('"from":"alpha"', '"from":"alpah"'))[0]!.hint).toBe("did you mean alpha?");
    expect(issuesOf(small.replace("[3,null]", `[${Array.from({ length: 50 }, () => -1).join(",")}]`))).toHaveLength(20);
  });

  test("fails cleanly on every truncation and mutation", () => {
    for (let length = 0; length < small.length; length++) expect(issuesOf(small.slice(0, length)).length).toBeGreaterThan(0);
    const bytes = new TextEncoder().encode(small);
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const changed = bytes.slice();
      changed[at] = value;
      let valid = true;
      try {
        JSON.parse(new TextDecoder().decode(changed));
      } catch {
        valid = false;
      }
      const issues = issuesOf(changed);
      if (!valid) expect(issues.length).toBeGreaterThan(0);
      else expect(issues.every((issue) => issue.code !== "bad-json" || /expected/.test(issue.message))).toBe(true);
    }), { numRuns: 2000 });
  });
});

describe("tickForTasks", () => {
  test.each([
    [[14, 16, Infinity], 1],
    [[0.5, 0.25], 0.25],
    [[0.1, 3], 0.1],
    [[0.125, 0.5], 0.125],
    [[1.05, 2], 0.01],
    [[0.1 + 0.2], 2 ** -50],
    [[1e12 + 0.001953125, 0.3], 0.001],
  ])("%j → %d", (values, tick) => {
    const chosen = tickForTasks(values);
    if (values.length === 1 && values[0] === 0.1 + 0.2) expect(chosen).toBeLessThan(1e-12);
    else expect(chosen).toBe(tick);
  });
});
