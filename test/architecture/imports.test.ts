import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../src");

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => file.replaceAll("\\", "/")).sort();
const imports: Import[] = files.flatMap((file) => importsOf(file));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found: Import[] = [];
  for (const [, type, names, specifier] of text.matchAll(/^(?:import|export)\s+(type\s+)?([^"';]*?from\s+)?"([^"]+)"/gm)) {
    const inlineTypes = names !== undefined && /^\s*\{[^}]*\}\s*from\s*$/.test(names) && names.replace(/[{}]|from\s*$/g, "").split(",").filter((name) => name.trim() !== "").every((name) => name.trim().startsWith("type "));
    found.push({ from: file, to: target(file, specifier!), typeOnly: type !== undefined || inlineTypes });
  }
  for (const [, specifier] of text.matchAll(/import\("([^"]+)"\)/g)) found.push({ from: file, to: target(file, specifier!), typeOnly: false });
  return found;
}

function target(file: string, specifier: string): string {
  return specifier.startsWith(".") ? relative(root, resolve(root, dirname(file), specifier)).replaceAll("\\", "/") : specifier;
}

/** The rule for a file: of its folder, or of a folder in it that has its own. */
function ruleOf(file: string) {
  const nested = Object.keys(allowed).find((folder) => folder.includes("/") && file.startsWith(`${folder}/`));
  return allowed[nested ?? (file === "testing.ts" ? "testing" : part(file))];
}

/** Folder of a file, or the file itself at the top of src; packages keep their name. */
function part(path: string): string {
  return path.includes("/") && !path.startsWith("node:") && !path.startsWith("@") ? path.split("/")[0]! : path;
}

const everything = ["base", "graph", "machine", "cost", "pipeline", "plugin.ts", "solver", "core", "schedulers", "sync", "threads", "loops", "memory", "programs", "bounds", "trace", "scenario", "render", "adversary", "stats", "sweep", "tune"];

/** What each folder may import of the others, and why not more. */
const allowed: Readonly<Record<string, { readonly may: readonly string[]; readonly types?: readonly string[]; readonly reason: string }>> = {
  base: { may: [], reason: "base is what everything else stands on" },
  graph: { may: ["base"], reason: "a graph knows nothing of machines", types: ["cost", "machine"] },
  "graph/import": { may: ["base", "graph", "machine"], types: ["cost"], reason: "task-graph files bring their own processors, and no more" },
  machine: { may: ["base"], types: ["graph"], reason: "a machine knows nothing of what runs on it" },
  cost: { may: ["base", "graph", "machine"], reason: "cost models see operators and devices, not the engine" },
  pipeline: { may: ["base", "graph", "machine", "cost"], reason: "a pipeline is a graph, a machine and a cost model" },
  "plugin.ts": { may: ["plugin"], reason: "a stranger's policy imports this file and nothing else" },
  plugin: { may: [], reason: "what a policy sees are types that need nothing else" },
  solver: { may: ["base"], reason: "the solver takes plain tables: policies use it, and see no more than a stranger's" },
  core: { may: ["base"], types: ["plugin.ts", "graph", "machine", "cost"], reason: "the engine must not know any policy, or policies stop being optional" },
  schedulers: { may: ["base", "plugin.ts", "solver"], reason: "built-in policies see no more than a stranger's" },
  sync: { may: ["base", "plugin.ts"], reason: "built-in policies see no more than a stranger's" },
  "memory/system": { may: ["base", "memory"], types: ["core", "machine"], reason: "the memory system is formulas on plain values" },
  memory: { may: ["base", "plugin.ts"], reason: "built-in policies see no more than a stranger's" },
  threads: { may: ["base", "plugin.ts"], reason: "built-in policies see no more than a stranger's" },
  loops: { may: ["base", "plugin.ts"], reason: "built-in policies see no more than a stranger's" },
  programs: { may: ["base", "plugin.ts", "core", "memory", "loops"], reason: "programs are compiled without knowing who schedules them" },
  testing: { may: ["base", "plugin.ts", "core", "graph", "machine", "cost", "schedulers", "sync", "trace", "programs"], reason: "the conformance kit is for policies that Heddle does not know" },
  bounds: { may: ["base", "graph", "machine", "cost", "solver"], types: ["core"], reason: "a bound must not depend on the engine that it judges" },
  trace: { may: ["base", "core"], types: ["plugin.ts"], reason: "what comes after a run knows the trace only" },
  render: { may: ["base", "trace", "core"], reason: "pictures are drawn from traces" },
  adversary: { may: ["base", "graph", "machine", "cost", "core", "trace"], types: ["plugin.ts"], reason: "it is handed the policies that it tries, and touches no file" },
  scenario: { may: everything.filter((folder) => !["render", "adversary", "sweep", "tune"].includes(folder)), reason: "scenarios are resolved without drawing, and run one at a time" },
  stats: { may: ["base"], reason: "statistics are of numbers, wherever they come from" },
  tune: { may: everything.filter((folder) => !["render", "adversary", "sweep"].includes(folder)), reason: "tuning runs scenarios, and draws nothing" },
  sweep: { may: everything.filter((folder) => !["render", "adversary", "tune"].includes(folder)), reason: "sweeps run scenarios, and draw nothing" },
  calibrate: { may: ["base", "graph", "machine", "cost", "stats", "pipeline", "scenario"], types: ["core"], reason: "what was measured becomes a profile, and knows nothing of the runs that it is used in" },
  predict: { may: ["base", "graph", "machine", "cost", "core", "schedulers", "calibrate", "scenario"], reason: "a prediction is a graph, a profile, a runtime and the engine" },
  onnxruntime: { may: ["base", "graph"], types: ["predict"], reason: "it runs models, whoever wants to know" },
  validate: { may: ["base", "stats", "predict", "onnxruntime", "calibrate"], reason: "validation runs models and judges predictions" },
  cli: { may: [...everything, "calibrate", "predict", "validate", "onnxruntime", "index.ts"], reason: "" },
};

describe("architecture", () => {
  it("keeps to the table of imports", () => {
    const wrong = imports.flatMap(({ from, to, typeOnly }) => {
      const folder = part(from);
      const other = part(to);
      const rule = ruleOf(from);
      if (rule === undefined || folder === other || !(files.includes(to) || to.endsWith(".ts")) || (folder === "testing.ts" && other === "testing")) return [];
      return rule.may.includes(other) || (typeOnly && rule.types?.includes(other)) ? [] : [`${from} imports ${to}: ${rule.reason}`];
    });
    expect(wrong).toEqual([]);
  });

  it("has no cycle of imports", () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) if (!typeOnly && files.includes(to)) next.set(from, [...(next.get(from) ?? []), to]);
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
        return;
      }
      state.set(file, "open");
      for (const other of next.get(file) ?? []) visit(other, [...path, file]);
      state.set(file, "done");
    };
    // Commands are loaded when they run; completion reads the table that loads it.
    for (const file of files.filter((name) => !name.startsWith("cli/"))) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("imports jsdom in one place, and heavy packages lazily", () => {
    expect(imports.filter(({ to }) => to === "jsdom").map(({ from }) => from)).toEqual(["render/dom.ts"]);
    expect(imports.filter(({ from, to }) => /^(d3|jsdom|onnx-proto|protobufjs)/.test(to) && !/^(render|graph\/onnx|validate)\//.test(from))).toEqual([]);
  });

  it("touches files only at the edges, and Node in the engine never", () => {
    const node = imports.filter(({ to, typeOnly }) => to.startsWith("node:") && !typeOnly);
    expect(node.filter(({ from }) => !/^(cli|scenario|sweep|onnxruntime|validate|calibrate\/backends|calibrate\/measure)\/|^calibrate\/kernel-family/.test(from)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("prints and exits only in cli, and in the process that measures", () => {
    const guilty = files.filter((file) => !file.startsWith("cli/") && file !== "calibrate/measure/measure-child.ts" && /\bconsole\.|process\.(exit|stdout|stderr)/.test(readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")));
    expect(guilty).toEqual([]);
  });

  it("reads neither the clock nor Math.random", () => {
    const guilty = files.filter((file) => !/^(cli|testing)\//.test(file) && /Math\.random|Date\.now|new Date|performance\.now/.test(readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")));
    expect(guilty).toEqual([]);
  });
});
