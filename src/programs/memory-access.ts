import type { ProgramCompiler } from "./compile-program.ts";
import { patterns, type ReadFields } from "./forms.ts";

const homes: Readonly<Record<string, number>> = { "first-touch": -1, interleave: -2 };

/** Number of the memory access that a `compute` speaks of; -1 = none. */
export function compileAccess(c: ProgramCompiler, { bytes, workingSet, pattern, write, home }: ReadFields<"compute">): number {
  const further = workingSet ?? write;
  if (bytes === undefined) {
    if (further !== undefined || home !== undefined) c.issues.add("missing-key", "compute says how memory is touched, and not how much of it", (further ?? home)!.at, "add bytes: 1MiB");
    return -1;
  }
  const size = c.constant(bytes, "bytes", "bytes") ?? 0;
  const share = write ? (c.constant(write, "number", "write") ?? 0) : 0;
  if (write && share > 1) c.issues.add("bad-value", "write is a share of the bytes: at most 1", write.at);
  const node = home === undefined ? -1 : (homes[home.name] ?? Number(home.name));
  if (home && !(homes[home.name] !== undefined || (Number.isInteger(node) && node >= 0))) c.issues.add("bad-value", `home is first-touch, interleave or the number of a NUMA node, not ${JSON.stringify(home.name)}`, home.at);
  return c.tables.accesses.number({
    name: `${c.name} ${size}B`, bytes: size, workingSetBytes: workingSet ? (c.constant(workingSet, "bytes", "workingSet") ?? size) : size,
    pattern: patterns.find((known) => known === pattern) ?? "stream", writeShare: share, home: node,
  });
}
