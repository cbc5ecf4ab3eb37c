import { dirname, isAbsolute, join, normalize } from "node:path";
import { InputError, type Issue } from "../base/errors.ts";
import { mergeSources, without } from "./merge.ts";
import { parseYaml, yamlByteLimit } from "./parse-yaml.ts";
import { blameReader, readOrdinaryFile, type ReadFile } from "./read-file.ts";
import { quote, type Position, type SourceMap, type SourceNode } from "./source-tree.ts";

/** Most files that one scenario may include, counting repeats. */
const includeLimit = 256;

/** A file named in another: relative to the folder of the one that names it. */
export function resolvePath(named: string, from: Position): string {
  return isAbsolute(named) || from.line === undefined ? normalize(named) : normalize(join(dirname(from.file), named));
}

/**
 * Reads a scenario file and all it includes, and merges them: includes in their order, then the file itself.
 * @param alsoWrong asked for more problems where some files could not be read: of what the others hold
 * @throws {InputError} with the problems of all files together.
 */
export async function readSources(file: string, readFile: ReadFile = (path) => readOrdinaryFile(path, yamlByteLimit), alsoWrong?: (merged: SourceMap) => readonly Issue[]): Promise<SourceMap> {
  const reader = new SourceReader(readFile);
  const merged = await reader.read(file, undefined, []);
  if (merged === undefined || reader.issues.length > 0) throw new InputError([...reader.issues, ...((merged && alsoWrong?.(merged)) ?? [])]);
  return merged;
}

class SourceReader {
  readonly issues: Issue[] = [];
  readonly #readFile: ReadFile;
  readonly #parsed = new Map<string, SourceMap>();
  #count = 0;

  constructor(readFile: ReadFile) {
    this.#readFile = readFile;
  }

  /** The merged file, or undefined after noting why there is none. */
  async read(file: string, namedAt: Position | undefined, parents: readonly string[]): Promise<SourceMap | undefined> {
    if (parents.includes(file)) {
      const cycle = [...parents.slice(parents.indexOf(file)), file];
      return this.#note({ code: "include-cycle", message: `the files include each other: ${cycle.join(" → ")}`, ...namedAt });
    }
    if (++this.#count > includeLimit) throw new InputError({ code: "too-many-includes", message: `a scenario includes at most ${includeLimit} files`, ...namedAt });
    const own = await this.#parse(file, namedAt);
    const include = own?.entries.get("include");
    if (!own || !include) return own;
    let merged: SourceNode | undefined;
    for (const item of include.node.kind === "list" ? include.node.items : [include.node]) {
      if (item.kind !== "scalar" || typeof item.value !== "string" || item.value === "") {
        this.#note({ code: "wrong-type", message: `include must be a file or a list of files, not ${item.kind === "scalar" ? quote(item.value) : `a ${item.kind}`}`, ...item.at });
        continue;
      }
      const below = await this.read(resolvePath(item.value, item.at), item.at, [...parents, file]);
      if (below) merged = merged ? mergeSources(merged, below) : below;
    }
    const rest = without(own, "include");
    return merged ? (mergeSources(merged, rest) as SourceMap) : rest;
  }

  async #parse(file: string, namedAt: Position | undefined): Promise<SourceMap | undefined> {
    const known = this.#parsed.get(file);
    if (known) return known;
    try {
      const root = parseYaml(await this.#readFile(file), file);
      if (root.kind !== "map") return this.#note({ code: "wrong-type", message: `a scenario is a map of keys, not ${root.kind === "list" ? "a list" : quote(root.value)}`, ...root.at });
      this.#parsed.set(file, root);
      return root;
    } catch (error) {
      const blamed = blameReader(error, namedAt);
      if (!(blamed instanceof InputError)) throw blamed;
      this.issues.push(...blamed.issues);
      return undefined;
    }
  }

  #note(issue: Issue): undefined {
    this.issues.push(issue);
  }
}
