/** One column of a text table. */
export interface TextColumn {
  readonly header: string;
  /** Default: left. */
  readonly align?: "left" | "right";
  /** Longer cells are cut with an ellipsis. Default: no limit. */
  readonly maxWidth?: number;
  /** Where: names of devices often differ only at their ends. Default: end. */
  readonly cut?: "end" | "middle";
}

/**
 * Lines of an aligned table: a header and one line a row, two spaces between columns, no trailing spaces.
 * @example
 * textTable([{ header: "name" }, { header: "n", align: "right" }], [["a", "10"], ["bc", "7"]]);
 * // ["name   n", "a     10", "bc     7"]
 */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map((column) => column.header), ...rows].map((cells) => cells.map((cell, i) => (columns[i]!.cut === "middle" ? clipMiddle : clip)(cell, columns[i]!.maxWidth)));
  const widths = columns.map((_, i) => lines.reduce((width, cells) => Math.max(width, [...cells[i]!].length), 0));
  return lines.map((cells) => cells.map((cell, i) => pad(cell, widths[i]!, columns[i]!.align ?? "left")).join("  ").trimEnd());
}

/** Cut to `maxWidth` characters, the last one an ellipsis. Control characters, which could steer a terminal, become spaces. */
export function clip(text: string, maxWidth = Infinity): string {
  const characters = [...text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, " ")];
  return characters.length > maxWidth ? `${characters.slice(0, maxWidth - 1).join("")}…` : characters.join("");
}

/** Like {@link clip}, but what is left out was in the middle: names of operators and devices often begin alike. */
export function clipMiddle(text: string, maxWidth = Infinity): string {
  const characters = [...clip(text)];
  if (characters.length <= maxWidth) return characters.join("");
  const end = Math.floor((maxWidth - 1) / 2);
  return `${characters.slice(0, maxWidth - 1 - end).join("")}…${characters.slice(-end).join("")}`;
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - [...text].length));
  return align === "left" ? text + space : space + text;
}
