import { resolve } from "node:path";
import { InputError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { wholeNumber } from "../command.ts";
import { checkPicture, writeWhole } from "../files.ts";
import { readTrace } from "../read-trace.ts";

export const render: Command = {
  name: "render",
  summary: "Draw a saved trace as an SVG timeline",
  usage: "TRACE [-o FILE.svg]",
  description: "TRACE is a file written by heddle run --trace. Without --out the picture is written beside it, with the ending .svg.",
  positionals: [1, 1],
  flags: {
    out: { type: "string", short: "o", value: "FILE", help: "Where to write it; - for standard output", choices: "files" },
    title: { type: "string", value: "TEXT", help: "Title of the picture" },
    width: { type: "string", value: "PX", help: "Width in pixels (default 1200)" },
    theme: { type: "string", value: "auto|light|dark", help: "Colours: by the reader's setting (auto), or fixed for print", choices: ["auto", "light", "dark"] },
  },
  examples: [["heddle render trace.json -o figure.svg --theme light", "a figure for a paper"]],
  async run({ positionals, values }, io) {
    const file = positionals[0]!;
    const theme = values["theme"] ?? "auto";
    if (theme !== "auto" && theme !== "light" && theme !== "dark") throw new InputError({ code: "bad-flag", message: `--theme is auto, light or dark, not "${String(theme)}"` });
    const width = wholeNumber(values, "width", 1);
    const out = (values["out"] as string | undefined) ?? `${file.replace(/\.json$/i, "")}.svg`;
    if (out !== "-") {
      if (resolve(out) === resolve(file)) throw new InputError({ code: "conflicting-outputs", message: `the picture would be written over the trace: ${out}` });
      checkPicture(out);
    }
    const trace = await readTrace(file);
    const { timelineOf } = await import("../timeline-of.ts");
    const svg = await timelineOf(trace, { colorScheme: theme, ...(width !== undefined && { width }), ...(values["title"] !== undefined && { title: values["title"] as string }) });
    if (out === "-") {
      io.out(svg);
      return 0;
    }
    await writeWhole(out, [svg]);
    if (values["format"] === "json") io.out(`${JSON.stringify({ schemaVersion: 1, written: [out] })}\n`);
    else io.out(`wrote ${out}\n`);
    return 0;
  },
};
