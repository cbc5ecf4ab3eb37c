import { wholeNumber, type Command } from "../command.ts";
import { readTrace } from "../read-trace.ts";

export const diff: Command = {
  name: "diff",
  summary: "Say what changed between two saved traces",
  usage: "BEFORE AFTER",
  description: "Both are files written by heddle run --trace, of the same workload or the same programs of threads (operators, groups and objects are matched by name): what moved to another device, what got slower or faster, and why.",
  positionals: [2, 2],
  flags: { top: { type: "string", value: "N", help: "How many operators to show of each kind (default 10)" } },
  examples: [["heddle diff heft.json peft.json", "two schedulers on one scenario"]],
  async run({ positionals, values }, io) {
    const [{ diffTraces }, { formatDiff }] = await Promise.all([import("../../trace/diff.ts"), import("../../trace/diff-text.ts")]);
    const [before, after] = [await readTrace(positionals[0]!), await readTrace(positionals[1]!)];
    const top = wholeNumber(values, "top", 1) ?? 10;
    const changes = diffTraces(before, after, top);
    io.out(values["format"] === "json" ? `${JSON.stringify(changes, null, 2)}\n` : formatDiff(changes));
    return 0;
  },
};
