import { InputError } from "../../base/errors.ts";
import { commonFlags, type Command, type Flag } from "../command.ts";
import { commands } from "../main.ts";

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
    const write = ({ bash, zsh: bashInZsh, fish } as Record<string, ((words: Words) => string) | undefined>)[shell];
    if (write === undefined) throw new InputError({ code: "unknown-shell", message: `there is no completion for "${shell}"`, hint: "one of: bash, zsh, fish" });
    io.out(write(await collectWords()));
    return 0;
  },
};

/** Command → flag → values it completes to; undefined = files, "" = nothing to offer. */
type Words = ReadonlyMap<string, { readonly summary: string; readonly flags: ReadonlyMap<string, { readonly help: string; readonly values?: readonly string[] }>; readonly positionals: readonly string[] }>;

async function collectWords(): Promise<Words> {
  const [{ schedulers }, { syncPolicies }, { machines }, { modelRegistry }] = await Promise.all([
    import("../../schedulers/index.ts"), import("../../sync/index.ts"), import("../../machine/library/machines.ts"), import("../../graph/models/index.ts"),
  ]);
  const named = { schedulers: schedulers.names, sync: syncPolicies.names, machines: machines.names, models: modelRegistry.names, files: [] };
  const words = new Map<string, { summary: string; flags: Map<string, { help: string; values?: readonly string[] }>; positionals: readonly string[] }>();
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = await load();
    const flags = new Map<string, { help: string; values?: readonly string[] }>();
    for (const [flag, { help, type, choices }] of Object.entries({ ...command.flags, ...commonFlags }) as [string, Flag][]) {
      const values = choices === undefined ? undefined : typeof choices === "string" ? named[choices] : choices;
      flags.set(`--${flag}`, { help, ...(type === "string" && values !== undefined && { values }) });
    }
    const positionals = name === "completion" ? ["bash", "zsh", "fish"] : name === "list" ? ["schedulers", "sync", "machines", "devices", "links", "models", "kinds"] : /MODEL/.test(command.usage) ? named.models : [];
    words.set(name, { summary, flags, positionals });
  }
  return words;
}

function bash(words: Words): string {
  const cases: string[] = [];
  for (const [command, { flags, positionals }] of words) {
    for (const [flag, { values }] of flags) if (values !== undefined && values.length > 0) cases.push(`    ${command}/${flag}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$current")); return ;;`);
    cases.push(`    ${command}/*) COMPREPLY=($(compgen -W "${[...flags.keys(), ...positionals].join(" ")}" -- "$current") $(compgen -f -- "$current")); return ;;`);
  }
  return `_heddle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${[...words.keys(), "help"].join(" ")}" -- "$current")); return; fi
  case "$command/$previous" in
${cases.join("\n")}
  esac
}
complete -o filenames -F _heddle heddle
`;
}

function bashInZsh(words: Words): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`;
}

function fish(words: Words): string {
  const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = [...words].flatMap(([command, { summary, flags, positionals }]) => {
    const when = `-n ${quote(`__fish_seen_subcommand_from ${command}`)}`;
    return [
      `complete -c heddle -n __fish_use_subcommand -f -a ${command} -d ${quote(summary)}`,
      ...[...flags].map(([flag, { help, values }]) => `complete -c heddle ${when} -l ${flag.slice(2)}${values && values.length > 0 ? ` -x -a ${quote(values.join(" "))}` : ""} -d ${quote(help)}`),
      ...(positionals.length > 0 ? [`complete -c heddle ${when} -a ${quote(positionals.join(" "))}`] : []),
    ];
  });
  return `${lines.join("\n")}\n`;
}
