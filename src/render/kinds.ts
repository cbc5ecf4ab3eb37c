import { RowKind, type Trace } from "../core/trace.ts";
import { kindStyles, Style } from "./marks.ts";
import { cleanText } from "./text.ts";

/** Operator kinds of a trace, as the legend shows them. */
export interface KindStyles {
  /** Style of each class of the instance. */
  readonly styleOfClass: Uint8Array;
  /** Those that have run, in the order of the legend, with their share of all operator time. */
  readonly entries: readonly { readonly style: number; readonly label: string; readonly share: number }[];
}

/**
 * Gives the kinds that took most time a colour each and all others one together; where only one is left over it keeps
 * its name. The kinds in `order` take the colours of their positions, whether they ran or not, and the rest follow by
 * time, ties by first appearance.
 */
export function styleKinds(trace: Trace, order: readonly string[] = []): KindStyles {
  const { instance, rows } = trace;
  const kindOfClass = new Uint32Array(instance.classCount);
  const idOf = new Map<string, number>();
  for (let c = 0; c < instance.classCount; c++) {
    const kind = instance.classKinds[c] ?? "?";
    if (!idOf.has(kind)) idOf.set(kind, idOf.size);
    kindOfClass[c] = idOf.get(kind)!;
  }
  const ticks = new Float64Array(idOf.size);
  const runs = new Uint32Array(idOf.size);
  for (let row = 0; row < rows.length; row++) {
    if (rows.kind[row] !== RowKind.run) continue;
    const kind = kindOfClass[instance.classOf[rows.subject[row]!]!]!;
    ticks[kind]! += rows.end[row]! - rows.start[row]!;
    runs[kind]!++;
  }

  const names = [...idOf.keys()];
  const position = new Map(order.map((kind, i) => [kind, i]));
  const ran = [...names.keys()].filter((kind) => runs[kind]! > 0).sort((a, b) => ticks[b]! - ticks[a]! || a - b);
  const named = ran.filter((kind) => position.has(names[kind]!)).sort((a, b) => position.get(names[a]!)! - position.get(names[b]!)!);
  const styleOfKind = new Uint8Array(names.length).fill(Style.other);
  let next = order.length;
  for (const kind of ran) {
    const style = position.get(names[kind]!) ?? next++;
    if (style < kindStyles) styleOfKind[kind] = style;
  }

  const total = ticks.reduce((sum, value) => sum + value, 0);
  const shareOf = (kinds: readonly number[]): number => (total > 0 ? kinds.reduce((sum, kind) => sum + ticks[kind]!, 0) / total : 0);
  const shown = [...named, ...ran.filter((kind) => !position.has(names[kind]!))];
  const own = shown.filter((kind) => styleOfKind[kind] !== Style.other);
  const rest = shown.filter((kind) => styleOfKind[kind] === Style.other);
  const entries = own.map((kind) => ({ style: styleOfKind[kind]!, label: cleanText(names[kind]!), share: shareOf([kind]) }));
  if (rest.length > 0) entries.push({ style: Style.other, label: rest.length === 1 ? cleanText(names[rest[0]!]!) : `${rest.length} other kinds`, share: shareOf(rest) });
  return { styleOfClass: Uint8Array.from(kindOfClass, (kind) => styleOfKind[kind]!), entries };
}
