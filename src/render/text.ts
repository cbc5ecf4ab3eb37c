/**
 * Advance widths of printable ASCII in hundredths of an em, from the space on: those of DejaVu Sans, the widest of
 * the sans-serif faces that browsers fall back to, so that a text that fits by this table fits everywhere.
 */
const asciiWidths = [
  32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53,
  100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 39, 34, 39, 84, 50,
  50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];

/** Bold faces are wider by at most this factor. */
const boldFactor = 1.13;

/** An upper estimate of how wide `text` is drawn, in pixels, at a font size in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let hundredths = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    hundredths += asciiWidths[code - 32] ?? (code < 0x1100 ? 84 : code < 0x2600 ? 100 : 135);
  }
  return (hundredths * size * (bold ? boldFactor : 1)) / 100;
}

/** `text`, or its beginning and "…" where it is wider than `maxWidth` pixels; "" where not even that fits. */
export function fitText(text: string, size: number, maxWidth: number, bold = false): string {
  if (textWidth(text, size, bold) <= maxWidth) return text;
  const room = maxWidth - textWidth("…", size, bold);
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += textWidth(character, size, bold);
    if (used > room) break;
    kept += character;
  }
  return kept === "" ? "" : `${kept.trimEnd()}…`;
}

/** Like {@link fitText}, but the cut is in the middle: names of devices and routes often differ only at their ends. */
export function fitMiddle(text: string, size: number, maxWidth: number, bold = false): string {
  if (textWidth(text, size, bold) <= maxWidth) return text;
  const characters = [...text];
  let room = maxWidth - textWidth("…", size, bold);
  let head = 0;
  let tail = characters.length;
  for (let fromHead = true; head < tail; fromHead = !fromHead) {
    room -= textWidth(characters[fromHead ? head : tail - 1]!, size, bold);
    if (room < 0) break;
    if (fromHead) head++;
    else tail--;
  }
  return head === 0 ? "" : `${characters.slice(0, head).join("").trimEnd()}…${characters.slice(tail).join("").trimStart()}`;
}

const arrow = " → ";

/**
 * The name of a route, `FROM → TO`, within `maxWidth` pixels. Where it is too wide the ends lose what says that they are
 * the memories of devices, and what is still too wide is cut in the middle of either end: both must be told.
 */
export function fitRoute(name: string, size: number, maxWidth: number): string {
  const at = name.indexOf(arrow);
  if (at < 0 || textWidth(name, size) <= maxWidth) return fitMiddle(name, size, maxWidth);
  const [from, to] = [name.slice(0, at), name.slice(at + arrow.length)].map((end) => end.replace(/\.memory$/, "")) as [string, string];
  const room = maxWidth - textWidth(arrow, size);
  const [fromWidth, toWidth] = [textWidth(from, size), textWidth(to, size)];
  // What one end does not need of its half is the other's.
  return `${fitMiddle(from, size, Math.max(room / 2, room - toWidth))}${arrow}${fitMiddle(to, size, Math.max(room / 2, room - fromWidth))}`;
}

/** `text` in lines of at most `maxWidth` pixels, broken between words; a word that is wider has a line of its own. */
export function wrapText(text: string, size: number, maxWidth: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= maxWidth) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Longest name that is kept; a tooltip shows no more of it. */
const maxNameLength = 100;

/**
 * A name as it may stand in an XML document: control characters, lone surrogates, non-characters and characters that
 * turn the reading direction become "�", white space a space; cut to 100 characters. Escaping `<`, `&` and quotes is
 * the serializer's part.
 */
export function cleanText(text: string): string {
  const head = text.slice(0, maxNameLength + 1).replace(/\s/g, " ");
  const clean = head.replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/gu, "\ufffd");
  return text.length > maxNameLength ? `${clean.slice(0, maxNameLength - 1)}…` : clean;
}
