import type { Warning } from "../base/errors.ts";
import { nearest } from "../base/registry.ts";
import type { CostSpec } from "../cost/schema.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import { quote } from "./source-tree.ts";

/**
 * The warning `unused-cost-row` for each operator kind in the tables of `cost:` that no operator of the graph has: a
 * misspelt kind would go unnoticed. A kind that was fused into others is said to be that.
 */
export function unusedCostRows(spec: CostSpec | undefined, graph: OperatorGraph): Warning[] {
  const kinds = new Set(graph.classes.map(({ kind }) => kind));
  const fused = new Set(graph.classes.flatMap((opClass) => opClass.fused ?? []));
  const unused = [...new Set(tableKinds(spec))].filter((kind) => !kinds.has(kind));
  return unused.map((kind) => {
    const near = nearest(kind, [...kinds]);
    const why = fused.has(kind) ? ": they were fused into others" : near.length > 0 ? `: did you mean ${near.join(" or ")}?` : "";
    return { code: "unused-cost-row", message: `a cost table has a row for ${quote(kind)}, but no operator is of that kind${why}` };
  });
}

function tableKinds(spec: CostSpec | undefined): string[] {
  return (Array.isArray(spec) ? spec : [spec]).flatMap((model) => {
    if (typeof model !== "object" || model.table === undefined) return [];
    return Array.isArray(model.table) ? model.table.map(({ kind }) => kind) : Object.keys(model.table);
  });
}
