import { allFlags, type Command } from "./command.ts";

const width = 100;

/** The help of one command, in at most 100 columns. */
export function formatHelp(command: Command): string {
  const flags = Object.entries(allFlags(command)).map(([name, flag]) => [`${flag.short ? `-${flag.short}, ` : "    "}--${name}${flag.type === "string" ? ` ${flag.value ?? "VALUE"}` : ""}`, flag.help] as const);
  const column = Math.max(...flags.map(([left]) => left.length));
  const flagLines = flags.flatMap(([left, help]) => wrap(help, width - column - 4).map((line, i) => `  ${(i === 0 ? left : "").padEnd(column)}  ${line}`));
  const examples = command.examples.map(([example, what]) => `  ${example}\n      ${what}`);
  return [
    ...wrap(`${command.summary}.`, width), "", `Usage: ${["heddle", command.name, command.usage, "[flags]"].filter((part) => part !== "").join(" ")}`, "", ...wrap(command.description, width), "",
    "Flags:", ...flagLines, "",
    ...(examples.length > 0 ? ["Examples:", ...examples, ""] : []),
  ].join("\n");
}

/** Paragraphs broken at spaces. */
function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > columns) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}
