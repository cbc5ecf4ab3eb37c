import { InputError, type Issue } from "../base/errors.ts";
import { isShorthand } from "./merge.ts";
import { Scenario } from "./scenario.ts";
import { defaultScheduler, defaultSync } from "./schema.ts";
import { fromPlain, nodeAt, type Path, type SourceMap, type SourceNode } from "./source-tree.ts";

/** Stand for what was taken away where something must be. */
const standIns: Readonly<Record<string, unknown>> = { workload: { model: "mlp" }, scheduler: defaultScheduler, sync: defaultSync };

/** What taking away uncovers, such as a map that lacks what was in it, is taken away too; so often at most. */
const rounds = 8;

/** What of a scenario fits its schema, when the rest is taken away. */
export interface SoundParts {
  readonly scenario: Scenario;
  readonly source: SourceMap;
  /** Where something was taken away. */
  readonly damage: readonly Path[];
}

/**
 * A scenario without the parts that have issues; undefined where little more than them is there. The items of a list
 * keep their places: a list that would lose one is taken away as a whole.
 */
export function soundParts(source: SourceMap, file: string, issues: readonly Issue[]): SoundParts | undefined {
  const damage: Path[] = [];
  for (let round = 0; round < rounds; round++) {
    const paths = issues.map(({ path }) => path ?? []);
    if (paths.some((path) => path.length === 0)) return undefined;
    for (const path of paths) {
      const [gone, stub] = removable(source, path);
      if (gone.length === 0) return undefined;
      damage.push(path, gone);
      source = replaceAt(source, gone, stub) as SourceMap;
    }
    if (!source.entries.has("workload") && !source.entries.has("threads")) source = replaceAt(source, ["workload"], stubAt(["workload"])) as SourceMap;
    try {
      return { scenario: new Scenario(source, file), source, damage };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues = error.issues;
    }
  }
  return undefined;
}

/** The part that goes for an issue at `path`, and what takes its place: where something is missing, what lacks it goes. */
function removable(root: SourceNode, path: Path): [Path, SourceNode | undefined] {
  let part = path;
  while (part.length > 0 && nodeAt(root, part) === undefined && !(part.length === 1 && part[0] === "workload")) part = part.slice(0, -1);
  if (part.length > 2 && part[0] === "compare") part = part.slice(0, 2);
  const stub = stubAt(part);
  return stub === undefined && typeof part.at(-1) === "number" ? removable(root, part.slice(0, -1)) : [part, stub];
}

/** What may stand at `path` instead of what is wrong or may not be loaded; undefined = nothing need be there. */
export function stubAt(path: Path): SourceNode | undefined {
  const value = path.length === 1 ? standIns[path[0]!] : isShorthand(path) ? defaultScheduler : undefined;
  return value === undefined ? undefined : fromPlain(value, { file: "stand-in" });
}

/** The tree with another node at `path`, or with none. */
export function replaceAt(root: SourceNode, path: Path, node: SourceNode | undefined): SourceNode {
  const [step, ...rest] = path;
  if (root.kind === "list") return { ...root, items: root.items.flatMap((item, i) => (i !== step ? [item] : rest.length > 0 ? [replaceAt(item, rest, node)] : node ? [node] : [])) };
  if (root.kind !== "map") return root;
  const entries = new Map(root.entries);
  const entry = entries.get(String(step));
  if (rest.length > 0) {
    if (entry) entries.set(String(step), { ...entry, node: replaceAt(entry.node, rest, node) });
  } else if (node) entries.set(String(step), { keyAt: entry?.keyAt ?? root.at, node });
  else entries.delete(String(step));
  return { ...root, entries };
}
