import type { CoreSpec } from "../core/threads/thread-spec.ts";
import type { Issues } from "./place.ts";
import type { CoreSectionSpec } from "./schema.ts";

/** What a core gets done when both its hardware threads run, beside one alone. @source D. Marr et al., "Hyper-Threading Technology architecture and microarchitecture", Intel Technology Journal 6(1), 2002: up to 30 % */
export const defaultSmtGain = 1.3;

/**
 * The cores of a `cores:` section: hardware threads of a core have neighbouring numbers, and kinds of cores follow each
 * other in the order written.
 */
export function buildCores(sections: readonly CoreSectionSpec[], issues: Issues): CoreSpec {
  const names: string[] = [];
  const speed: number[] = [];
  const physical: number[] = [];
  const node: number[] = [];
  const gains = new Set<number>();
  let core = 0;
  sections.forEach(({ name = "core", count, speed: all = 1, speeds, smt = 1, smtGain, nodes = 1 }, part) => {
    const path = ["cores", ...(sections.length > 1 ? [part] : [])];
    if (speeds && speeds.length !== count) issues.add("wrong-count", `there are ${count} cores, and ${speeds.length} speeds`, { path: [...path, "speeds"] });
    if (nodes > count) issues.add("wrong-count", `${count} cores cannot be on ${nodes} nodes`, { path: [...path, "nodes"] });
    if (smt > 1) gains.add(smtGain ?? defaultSmtGain);
    const taken = names.filter((known) => known === name || known.startsWith(`${name}`)).length;
    for (let i = 0; i < count; i++, core++) {
      for (let thread = 0; thread < smt; thread++) {
        names.push(`${name}${taken + i}${smt > 1 ? `.${thread}` : ""}`);
        speed.push(speeds?.[i] ?? all);
        physical.push(core);
        node.push(Math.floor((i * nodes) / count));
      }
    }
  });
  if (gains.size > 1) issues.add("conflicting-keys", "cores with different smtGain cannot be simulated together", { path: ["cores"] });
  return { names, speed: Float64Array.from(speed), physical: Uint32Array.from(physical), smtGain: [...gains][0] ?? 1, node: Uint32Array.from(node) };
}
