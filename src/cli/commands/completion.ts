import { InputError } from "../../base/errors.ts";
import { allFlags, type Command } from "../command.ts";
import { completionScripts, type CommandWords, type FlagWords, type Words } from "../completion-scripts.ts";
import { commands } from "../main.ts";

const shells = Object.keys(completionScripts);

export const completion: Command = {
  name: "completion",
  summary: "Print a completion script for your shell",
  usage: "bash|zsh|fish",
  description: "Completes commands, flags, and the names of schedulers, machines and models.",
  positionals: [1, 1],
  flags: {},
  examples: [
    ["source <(heddle completion bash)", "in ~/.bashrc"],
    ["source <(heddle completion zsh)", "in ~/.zshrc, after compinit"],
    ["heddle completion fish | source", "in ~/.config/fish/config.fish"],
  ],
  async run({ positionals }, io) {
    const shell = positionals[0]!;
    if (!shells.includes(shell)) throw new InputError({ code: "unknown-shell", message: `there is no completion for "${shell}"`, hint: `one of: ${shells.join(", ")}` });
    io.out(completionScripts[shell]!(await collectWords()));
    return 0;
  },
};

async function collectWords(): Promise<Words> {
  const { topics } = await import("./list.ts");
  const named: Record<string, readonly string[]> = {};
  for (const [key, topic] of Object.entries(topics)) named[key] = (await topic.all()).map(({ name }) => name);

  const words: Record<string, CommandWords> = {};
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = await load();
    const flags = Object.entries(allFlags(command)).map(([flag, { help, type, short, value, choices }]): FlagWords => ({
      name: flag, help, takesValue: type === "string", files: /FILE|DIR/.test(value ?? "") || choices === "schedulers", ...(short !== undefined && { short }), values: typeof choices === "string" ? (named[choices] ?? []) : (choices ?? []),
    }));
    const arguments_ = name === "completion" ? shells : name === "list" ? Object.keys(topics) : command.usage.includes("MODEL") ? named["models"]! : [];
    words[name] = { summary, flags, names: arguments_, after: name === "list" ? named : {} };
  }
  return words;
}
