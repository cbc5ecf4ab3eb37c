import { nearest, suggestion } from "../base/registry.ts";
import type { MemoryAccess } from "../base/memory-access.ts";
import type { ProgramCompiler, Target } from "./compile-program.ts";
import { patterns, type ReadFields } from "./forms.ts";
import type { Issues, Place } from "./place.ts";

/** How memory is touched, as it is written; what is absent has its default. Bytes are numbers of bytes. */
export interface AccessFigures {
  readonly bytes?: number | undefined;
  readonly workingSet?: number | undefined;
  readonly pattern?: MemoryAccess["pattern"] | undefined;
  readonly write?: number | undefined;
  readonly load?: number | undefined;
  readonly stride?: number | undefined;
  readonly skew?: number | undefined;
  readonly matrix?: number | undefined;
  readonly block?: number | undefined;
  readonly element?: number | undefined;
  readonly home?: string | number | undefined;
  readonly huge?: boolean | undefined;
}

/** What an access is put together with. */
interface AccessSetting {
  readonly name: string;
  /** Bytes of the shared data that is touched; undefined = memory of its own. */
  readonly dataBytes?: number | undefined;
  readonly shared?: boolean;
  readonly cacheClass?: number | undefined;
  /** NUMA nodes; undefined = not known. */
  readonly nodes?: number | undefined;
}

/** Elements that the registers take for one multiplication of a matrix product, with tiles of 6 × 16 sums in registers. @source F. Van Zee, R. van de Geijn, "BLIS: a framework for rapidly instantiating BLAS functionality", ACM TOMS 41(3), 2015 (micro-kernels; this size is that of Haswell) */
const loadsPerMultiply = (6 + 16) / (6 * 16);

const homes: Readonly<Record<string, number>> = { "first-touch": -1, interleave: -2 };
/** Keys that only one of the patterns has. */
const onlyOf = { stride: ["stream"], skew: ["random", "chase"], matrix: ["blocked"], block: ["blocked"], element: ["blocked"] } as const;

/** Checks how memory is touched, and puts it as the memory system takes it. @param at where a key was written */
export function memoryAccess(figures: AccessFigures, { name, dataBytes, shared = false, cacheClass = 0, nodes }: AccessSetting, at: (key: string) => Place, issues: Issues): MemoryAccess {
  const { pattern = figures.matrix === undefined ? "stream" : "blocked", write = 0, load = 8, stride = load, skew = 0, matrix, element = 4, huge = false } = figures;
  const block = figures.block ?? matrix ?? 1;
  const wrong = (key: keyof AccessFigures | "in", message: string, hint?: string): void => issues.add("bad-value", message, at(key), hint);
  for (const [key, kinds] of Object.entries(onlyOf) as [keyof typeof onlyOf, readonly string[]][]) {
    if (figures[key] !== undefined && !kinds.includes(pattern)) issues.add("conflicting-keys", `${key} is for pattern ${kinds.join(" and ")}, and this one is ${pattern}`, at(key), undefined, "key");
  }
  for (const key of ["home", "huge"] as const) if (dataBytes !== undefined && figures[key] !== undefined) issues.add("conflicting-keys", `${key} is said of the data, which it does not choose`, at(key), "move it to the data section", "key");
  if (write > 1) wrong("write", "write is a share of the bytes: at most 1");
  if (skew >= 1) wrong("skew", "skew must be below 1", "0 is even; at 0.8, a tenth of the data gets 63 % of the loads");
  if (load <= 0) wrong("load", "a load has at least a byte");
  if (stride < load) wrong("stride", `a stride of ${stride} bytes is less than the ${load} of a load`);
  if (pattern === "blocked" && matrix === undefined) issues.add("missing-key", "pattern blocked needs the size of the matrices", at("pattern"), "add matrix: 1024");
  for (const [key, rows] of [["matrix", matrix], ["block", figures.block]] as const) if (rows !== undefined && !(Number.isInteger(rows) && rows >= 1)) wrong(key, `${key} is a whole number of rows, not ${rows}`);
  if (figures.bytes === undefined && pattern !== "blocked") issues.add("missing-key", "this says how memory is touched, and not how much of it", at("bytes"), "add bytes: 1MiB");
  const bytes = figures.bytes ?? loadsPerMultiply * (matrix ?? 0) ** 3 * element;
  const workingSet = figures.workingSet ?? (pattern === "blocked" ? 3 * (matrix ?? 0) ** 2 * element : Math.min(bytes, dataBytes ?? Infinity));
  if (dataBytes !== undefined && workingSet > dataBytes) wrong(figures.workingSet === undefined ? "in" : "workingSet", `the working set has ${workingSet} bytes, and the data ${dataBytes}`);
  return {
    name, bytes, workingSetBytes: workingSet, pattern, writeShare: write, home: homeNumber(figures.home, nodes, () => at("home"), issues), ...(figures.load !== undefined && { accessBytes: load }), ...(figures.stride !== undefined && { strideBytes: stride }), ...(skew > 0 && { skew }),
    ...(pattern === "blocked" && { matmul: { size: matrix ?? 1, block, elementBytes: element } }), ...(shared && { shared }), ...(huge && { huge }), ...(cacheClass > 0 && { cacheClass }),
  };
}

/** Where memory is: -1 = first touch, -2 = interleaved, else a node. */
export function homeNumber(home: string | number | undefined, nodes: number | undefined, at: () => Place, issues: Issues): number {
  if (home === undefined) return -1;
  const node = homes[home] ?? Number(home);
  if (node < 0 && homes[home] !== undefined) return node;
  if (!(Number.isInteger(node) && node >= 0)) issues.add("bad-value", `home is first-touch, interleave or the number of a NUMA node, not ${JSON.stringify(home)}`, at(), typeof home === "string" && nearest(home, Object.keys(homes)).length > 0 ? suggestion(home, Object.keys(homes)) : undefined);
  else if (nodes !== undefined && node >= nodes) issues.add("bad-value", `there is no NUMA node ${node}`, at(), nodes === 1 ? "there is node 0" : `nodes are 0 to ${nodes - 1}`);
  return node;
}

/** Number of the memory access that a `compute` speaks of, -1 = none, and the shared data that it touches. */
export function compileAccess(c: ProgramCompiler, fields: ReadFields<"compute">): { readonly access: number; readonly data: Target | undefined } {
  const { work, in: within, pattern, home, huge, ...sizes } = fields;
  const data = within && c.object(within, ["data"], "compute");
  if (within === undefined && pattern === undefined && home === undefined && huge === undefined && Object.keys(sizes).length === 0) return { access: -1, data };
  const constant = (key: keyof typeof sizes, measure: "bytes" | "number"): number | undefined => sizes[key] && c.constant(sizes[key], measure, key);
  const figures: AccessFigures = {
    // What is there and wrong has been told.
    bytes: sizes.bytes && (constant("bytes", "bytes") ?? 0), workingSet: constant("workingSet", "bytes"), load: constant("load", "bytes"), stride: constant("stride", "bytes"), element: constant("element", "bytes"),
    write: constant("write", "number"), skew: constant("skew", "number"), matrix: constant("matrix", "number"), block: constant("block", "number"),
    pattern: patterns.find((known) => known === pattern), home: home?.name, huge,
  };
  const at = (key: string): Place => (key === "in" ? within!.at : key === "home" ? home!.at : (sizes[key as keyof typeof sizes]?.at ?? work.at));
  const { cacheClass, nodes } = c.surroundings;
  const dataBytes = data?.object.group.kind === "data" ? data.object.group.bytes : undefined;
  return { access: c.tables.accesses.number(memoryAccess(figures, { name: data ? `${c.name} in ${data.object.group.name}` : c.name, dataBytes, cacheClass, nodes }, at, c.issues)), data };
}
