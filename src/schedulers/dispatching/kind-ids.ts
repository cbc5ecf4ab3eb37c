import type { PolicyView } from "../../plugin.ts";

/** Operator kinds as numbers, in the order in which ops first have them. */
export interface KindIds {
  /** By op. */
  readonly of: Uint32Array;
  readonly count: number;
}

/** Numbers the kinds of all ops. */
export function kindIds(view: PolicyView): KindIds {
  const ids = new Map<string, number>();
  const of = new Uint32Array(view.opCount);
  for (let op = 0; op < view.opCount; op++) {
    const kind = view.opKind(op);
    let id = ids.get(kind);
    if (id === undefined) ids.set(kind, (id = ids.size));
    of[op] = id;
  }
  return { of, count: ids.size };
}
