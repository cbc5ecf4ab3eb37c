/** What is wrong, and what to do about it where there is something to say. */
export interface SyntaxMessage {
  readonly message: string;
  readonly hint?: string;
}

const colonHint = 'a value that holds ": " needs quotes; the keys of a map stand below each other, indented alike';
const keyHint = 'a key is followed by a colon and a space: "key: value"';
const alikeHint = "indent what belongs together alike, with spaces";

/** The parser's own words, and how they are said here; `$1` is what the first group found. */
const said: readonly (readonly [RegExp, string, string?])[] = [
  [/^Tabs are not allowed as indentation/, "a line is indented with a tab", "indent with spaces"],
  [/^Flow map .*end with a \}/, "a map in { } is not closed before this place", "write the missing }, or indent what belongs to it"],
  [/^Flow sequence .*end with a \]/, "a list in [ ] is not closed before this place", "write the missing ], or indent what belongs to it"],
  [/^Missing closing (["'])/, "a text that begins with $1 is not closed", "write the missing quote"],
  [/^Unexpected scalar at node end/, "more text follows where the value has ended", "put quotes around the whole value; a list or a map goes on only where it is indented alike"],
  [/^Nested mappings are not allowed/, "a map cannot begin here, inside a value", colonHint],
  [/^Implicit keys need to be on a single line/, "a key is followed by no colon on its line", keyHint],
  [/^Implicit map keys need to be followed/, "a key is followed by no colon", keyHint],
  [/^All (mapping|sequence) items must start/, "this line is indented differently from those that it belongs to", alikeHint],
  [/^Block collections are not allowed within flow/, "a comma is missing inside { } or [ ]", "for example {slots: 4, units: 8}"],
  [/^Plain value cannot start with .*character (.)/, "a value cannot begin with $1", "put it in quotes"],
  [/^Unexpected block-seq-ind on same line/, "a list cannot begin on the line of its key", "begin the next line with \"- \", or write [a, b]"],
  [/^Unresolved tag: (.*)/, "scenarios have no tags, such as $1", "remove it, or put the value in quotes"],
  [/^Unexpected .* token in YAML stream: "(.*)"/, '"$1" has no place here', alikeHint],
];

/**
 * Says plainly what the YAML parser says in the terms of its grammar. What is not known here stays as it is.
 * @example
 * syntaxMessage("Flow map must end with a }").message; // "a map in { } is not closed before this place"
 */
export function syntaxMessage(original: string): SyntaxMessage {
  for (const [pattern, message, hint] of said) {
    const [whole, found = ""] = pattern.exec(original) ?? [];
    if (whole !== undefined) return { message: message.replace("$1", () => found), ...(hint !== undefined && { hint }) };
  }
  return { message: original };
}
