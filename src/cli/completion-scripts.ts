/** What can be completed after one command. */
export interface CommandWords {
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** Names that may stand as an argument, beside files. */
  readonly names: readonly string[];
  /** Names that may follow one of these names. */
  readonly after: Readonly<Record<string, readonly string[]>>;
}

export interface FlagWords {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  readonly takesValue: boolean;
  /** Values that are offered. */
  readonly values: readonly string[];
  /** A file may be given too. */
  readonly files: boolean;
}

/** Command → what follows it. */
export type Words = Readonly<Record<string, CommandWords>>;

/** A completion script by shell. All names are Heddle's own: no character in them means anything to a shell. */
export const completionScripts: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };

function bash(words: Words): string {
  const cases = Object.entries(words).flatMap(([command, { flags, names, after }]) => [
    ...flags.filter(({ takesValue }) => takesValue).map(({ name, short, values, files }) => `    ${command}/--${name}${short === undefined ? "" : ` | ${command}/-${short}`}) words="${values.join(" ")}" files=${files ? "yes" : "no"} ;;`),
    ...Object.entries(after).map(([name, values]) => `    ${command}/${name}) words="${values.join(" ")}" files=no ;;`),
    `    ${command}/*) words="${[...flags.map(({ name }) => `--${name}`), ...names].join(" ")}" ;;`,
  ]);
  return `_heddle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words="" files=yes
  # bash splits --flag=value into three words.
  if [ "$current" = "=" ]; then current=""; elif [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then command=heddle; fi
  case "$command/$previous" in
    heddle/*) words="${[...Object.keys(words), "help"].join(" ")}" files=no ;;
    help/*) words="${Object.keys(words).join(" ")}" files=no ;;
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  local IFS=$'\\n'
  if [ "$files" = yes ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _heddle heddle
`;
}

/** zsh runs the bash script, in its own emulation. */
function zsh(words: Words): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`;
}

function fish(words: Words): string {
  const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = Object.entries(words).flatMap(([command, { summary, flags, names, after }]) => {
    const when = `-n ${quote(`__fish_seen_subcommand_from ${command}`)}`;
    return [
      `complete -c heddle -n __fish_use_subcommand -f -a ${command} -d ${quote(summary)}`,
      ...flags.map(({ name, short, help, takesValue, values, files }) => {
        const value = (takesValue ? (files ? " -r -F" : " -x") : "") + (values.length > 0 ? ` -a ${quote(values.join(" "))}` : "");
        return `complete -c heddle ${when} -l ${name}${short === undefined ? "" : ` -s ${short}`}${value} -d ${quote(help)}`;
      }),
      ...(names.length > 0 ? [`complete -c heddle ${when} -a ${quote(names.join(" "))}`] : []),
      ...Object.entries(after).map(([name, values]) => `complete -c heddle -n ${quote(`__fish_seen_subcommand_from ${command}; and __fish_seen_subcommand_from ${name}`)} -f -a ${quote(values.join(" "))}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}
