import type { Issue } from "../base/errors.ts";
import { threadSections } from "../programs/schema.ts";
import { scenarioSchema } from "./schema.ts";
import type { SoundParts } from "./sound-parts.ts";
import { nodeAt, type Path, type SourceMap, type SourceNode } from "./source-tree.ts";

/** Sections that are read together: what is wrong with one shows in the others. */
const joint: readonly unknown[] = ["workload", "machine", "cost"];
/** The same of threads. */
const ofThreads: readonly unknown[] = Object.keys(threadSections);
/** What is wrong with an instruction by itself, whatever it names. */
const ofInstructions: readonly string[] = ["unknown-instruction", "two-instructions", "unknown-variable", "unknown-name", "bad-expression", "bad-reference", "bad-unit", "bad-measure", "bad-distribution", "no-loop", "recursion", "endless-loop", "no-such-core"];

/**
 * True where an issue with the sound parts of a scenario may be there only because the others were taken away. Of what
 * is damaged only unknown names are believed, and those only where no damaged part can have brought them.
 * @param original the scenario as it was written
 */
export function explainedBy({ code, path }: Issue, { source, damage }: SoundParts, original: SourceMap): boolean {
  const section = path?.[0] ?? "workload";
  const group = [joint, ofThreads].find((sections) => sections.includes(section)) ?? [section];
  const among = damage.filter(([first]) => group.includes(first));
  const misspelt = damage.some(isUnknownSection);
  if (path !== undefined && among.some((at) => isRelated(at, path))) return true;
  if (among.length === 0 && !misspelt) return false;
  if (ofThreads.includes(section) && ofInstructions.includes(code)) return false;
  if (!code.startsWith("unknown-") && code !== "missing-file" && code !== "duplicate-name") return true;
  if (path === undefined || !(joint.includes(section) || ofThreads.includes(section))) return false;
  if (namesDevice(code, path) && machineUnknown(damage, original)) return true;
  const named = namedAt(source, path);
  return among.some((at) => namesIn(original, at).some((name) => named.some((text) => isOf(text, name))));
}

/** One lies within the other. */
function isRelated(a: Path, b: Path): boolean {
  return a.slice(0, b.length).every((step, i) => step === b[i]);
}

function namesDevice(code: string, [section]: Path): boolean {
  return section === "machine" || code === "unknown-device";
}

/** The machine itself, or the library machine it starts from, is among what is damaged. */
function machineUnknown(damage: readonly Path[], original: SourceMap): boolean {
  const whole = damage.some((at) => at[0] === "machine" && (at.length === 1 || (at.length === 2 && (at[1] === "use" || nodeAt(original, at)?.kind === "scalar"))));
  return whole || (!original.entries.has("machine") && damage.some(isUnknownSection));
}

/** A key that scenarios do not have: perhaps a section was meant. */
function isUnknownSection(path: Path): boolean {
  return path.length === 1 && !Object.hasOwn(scenarioSchema.shape, path[0]!);
}

/** The names that the value at `path` mentions; the key, where the value is no text. */
function namedAt(source: SourceNode, path: Path): string[] {
  const node = nodeAt(source, path);
  return (node?.kind === "scalar" && typeof node.value === "string" ? node.value : String(path.at(-1))).split("->").map((name) => name.replace(/\[.*/, "").trim());
}

/** Names that a damaged part may have brought: the keys on the way to it, and all in it. */
function namesIn(original: SourceNode, path: Path): string[] {
  const names = path.map(String);
  const collect = (node: SourceNode | undefined): void => {
    if (node?.kind === "scalar") names.push(String(node.value));
    else if (node?.kind === "list") node.items.forEach(collect);
    else if (node) for (const [key, entry] of node.entries) { names.push(key); collect(entry.node); }
  };
  collect(nodeAt(original, path));
  return names;
}

/** The name itself, a numbered copy of it, or the memory of one. */
function isOf(text: string, name: string): boolean {
  return text.startsWith(name) && /^(-?\d+)?(\.memory)?$/.test(text.slice(name.length));
}
