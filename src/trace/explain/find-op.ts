import { InputError } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import type { Instance } from "../../core/instance.ts";

/** Names that are compared letter by letter with one that is unknown. */
const mostCompared = 20_000;

/**
 * The operator that a name stands for, or `#7` for the one at position 7 of the workload. Of several with one name it
 * is the first.
 * @returns its id, and how many have its name
 * @throws {InputError} with the nearest names when there is none.
 * @example
 * const { op } = findOp(trace.instance, "conv1");
 */
export function findOp({ opNames }: Pick<Instance, "opNames">, name: string): { readonly op: number; readonly namesakes: number } {
  let op = -1;
  let namesakes = 0;
  for (let id = 0; id < opNames.length; id++) {
    if (opNames.at(id) !== name) continue;
    namesakes++;
    if (op < 0) op = id;
  }
  if (op >= 0) return { op, namesakes };
  const id = /^#\d+$/.test(name) ? Number(name.slice(1)) : -1;
  if (id >= 0 && id < opNames.length) return { op: id, namesakes: 1 };
  const message = id < 0 ? `there is no operator "${name}"` : `there is no operator ${name}: the last one is #${opNames.length - 1}`;
  const near = id < 0 ? similar(opNames, name) : [];
  throw new InputError({ code: "unknown-operator", message, hint: near.length > 0 ? `did you mean ${near.map((item) => `"${item}"`).join(" or ")}?` : `operators go by their names in the workload, such as "${opNames.at(0)}", or by position: --op '#0'` });
}

/** Names that hold the one given, then those that are nearest to it. */
function similar(opNames: Instance["opNames"], name: string): string[] {
  const wanted = name.toLowerCase();
  const holding: string[] = [];
  const compared: string[] = [];
  for (let id = 0; id < opNames.length && holding.length < 3; id++) {
    const candidate = opNames.at(id);
    if (wanted !== "" && candidate.toLowerCase().includes(wanted)) holding.push(candidate);
    else if (compared.length < mostCompared && Math.abs(candidate.length - name.length) <= Math.max(1, name.length / 3)) compared.push(candidate);
  }
  return [...new Set([...holding, ...nearest(name, compared)])].slice(0, 3);
}
