import ts from "typescript";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { allBlocks, root } from "./markdown.ts";

/** An example of the documentation or of a docstring, as a module. */
export interface Example {
  /** "docs/library.md:12" or "src/core/compile.ts:30". */
  readonly where: string;
  /** As it was written, and with the imports and names that it may take for granted. */
  readonly source: string;
  /** False for examples that need values or files that they do not make. */
  readonly runs: boolean;
  /** Lines that the imports put before it. */
  readonly offset: number;
}

/** Where `heddle` and its entry points are, in this repository. */
export const entryPoints: Readonly<Record<string, string>> = { heddle: "src/index.ts", "heddle/plugin": "src/plugin.ts", "heddle/testing": "src/testing.ts" };

/** What docstrings take for granted: values that their reader has. An example that uses one is not run. */
const given: Readonly<Record<string, string>> = {
  a: 'import("heddle").Metrics', b: 'import("heddle").Metrics', bytes: "Uint8Array", costs: 'import("heddle").Costs', device: 'import("heddle").Device',
  file: "{ write(chunk: string): void }", graph: 'import("heddle").OperatorGraph', instance: 'import("heddle").Instance', io: 'import("../../src/cli/command.ts").Io',
  machine: 'import("heddle").Machine', metrics: 'import("heddle").Metrics', mySync: 'import("heddle").SyncDefinition', myScheduler: 'import("heddle").SchedulerDefinition', myThreadPolicy: 'import("heddle").ThreadPolicyDefinition', myLoopPolicy: 'import("heddle").LoopPolicyDefinition',
  op: 'import("heddle").OpClass', readFile: 'typeof import("node:fs/promises").readFile', scenario: 'import("heddle").ResolvedScenario', scheduler: 'import("heddle").Scheduler',
  text: "string", test: "(name: string, run: () => void) => void", trace: 'import("heddle").Trace', random: "() => number", durations: "Float64Array",
  criticalPath: 'import("heddle").PathSegment[]',
};

/** Blocks of the pages marked ts or js: each must stand for itself. */
export function pageExamples(): Example[] {
  return allBlocks("ts", "js").map(({ page, line, marks, text }) => ({ where: `${page}:${line}`, source: `${text}\nexport {};\n`, runs: !marks.includes("no-run"), offset: 0 }));
}

/** `@example`s of the docstrings in src: they may use what their own module and `heddle` export, and what {@link given} lists. */
export function docstringExamples(): Example[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => `src/${file.replaceAll("\\", "/")}`).sort();
  // Names of the library come from there; others from the one module that exports them, or the example's own.
  const sources = new Map(files.flatMap((file) => [...exportedNames(file)].map((name) => [name, join(root, file)] as const)));
  for (const name of exportedNames("src/index.ts")) sources.set(name, "heddle");
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const own = exportedNames(file);
    return [...text.matchAll(/^[ \t]*\* @example[ \t]*\n((?:[ \t]*\*(?!\/)(?! @\w).*\n)*)/gm)].map((match): Example => {
      const body = match[1]!.split("\n").map((line) => line.replace(/^[ \t]*\* ?/, "")).join("\n").trimEnd();
      const declared = declaredNames(body);
      const imports: string[] = [];
      // What throws, writes or needs a file is for reading.
      let runs = !/^throw |process\.|\bfile\.|import .* from "\.\/|"model\.onnx"|"quickstart\.yaml"/m.test(body);
      for (const word of new Set(withoutComments(body).match(/(?<![.\w$])[A-Za-z_$][\w$]*(?!\w*:)/g) ?? [])) {
        if (declared.has(word)) continue;
        if (own.has(word)) imports.push(`import { ${word} } from ${JSON.stringify(join(root, file))};`);
        else if (word in given) {
          imports.push(`declare const ${word}: ${given[word]};`);
          runs = false;
        } else if (sources.has(word)) imports.push(`import { ${word} } from ${JSON.stringify(sources.get(word))};`);
        else if (word === "z") imports.push('import { z } from "zod";');
      }
      const line = text.slice(0, match.index).split("\n").length + 1;
      return { where: `${file}:${line}`, source: `${imports.join("\n")}\n${body}\nexport {};\n`, runs, offset: imports.length };
    });
  });
}

/** Names that an example declares or imports at its top. */
function declaredNames(body: string): Set<string> {
  const names = new Set<string>();
  for (const [, bound] of body.matchAll(/^(?:for \()?(?:const|let|import) +(\{[^}]*\}|\[[^\]]*\]|\w+)/gm)) {
    for (const part of bound!.replace(/[{}[\]]/g, "").split(",")) names.add(part.replace(/.*(:| as )/, "").replace("...", "").trim());
  }
  return names;
}

function withoutComments(code: string): string {
  return code.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*$/gm, "");
}

/** Names of values and types that a file of src exports. */
function exportedNames(file: string): Set<string> {
  const text = readFileSync(join(root, file), "utf8");
  const names = new Set<string>();
  for (const [, name] of text.matchAll(/^export (?:default )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm)) names.add(name!);
  for (const [, list] of text.matchAll(/^export \{([^}]*)\}/gm)) for (const item of list!.split(",")) names.add(item.trim().replace(/^type /, "").replace(/.* as /, ""));
  for (const [, name] of text.matchAll(/^export \* as (\w+)/gm)) names.add(name!);
  for (const [, from] of text.matchAll(/^export \* from "\.\/([^"]+)"/gm)) for (const name of exportedNames(join("src", from!))) names.add(name);
  names.delete("");
  return names;
}

/** Problems that the compiler finds in the examples, all of them in one program. */
export function typeErrors(examples: readonly Example[]): string[] {
  const folder = join(root, "test/docs");
  const files = new Map(examples.map((example, i) => [join(folder, `example-${i}.ts`).replaceAll("\\", "/"), example]));
  const configured = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined })!;
  const options: ts.CompilerOptions = {
    ...configured.options, noEmit: true, declaration: false, sourceMap: false, rootDir: root, noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false, noImplicitAny: false, rewriteRelativeImportExtensions: false,
    // Readers of an example look at what it shows, not at every possible undefined.
    strictNullChecks: true,
    // Many examples are JavaScript, which has no way to say that an index is within its array.
    noUncheckedIndexedAccess: false,
    paths: Object.fromEntries(Object.entries(entryPoints).map(([name, file]) => [name, [join(root, file)]])),
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => (files.has(name) ? ts.createSourceFile(name, files.get(name)!.source, rest[0], true) : getSourceFile.call(host, name, ...rest));
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => files.get(name)?.source ?? readFile.call(host, name);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { where, offset }]) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      .filter(({ messageText }) => !/Cannot find module '\.\//.test(ts.flattenDiagnosticMessageText(messageText, "\n")))
      .map(({ start = 0, messageText }) => `${where}, line ${file.getLineAndCharacterOfPosition(start).line + 1 - offset}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  });
}

/** What an example did: what it printed, and the values that its comments promise. */
export interface Outcome {
  readonly printed: string[];
  /** `expression; // value`: what came out beside what is promised. */
  readonly values: { readonly code: string; readonly actual: unknown; readonly promised: unknown }[];
}

/** Runs an example with `heddle` from src. */
export async function runExample({ source }: Example): Promise<Outcome> {
  const outcome: Outcome = { printed: [], values: [] };
  const checked = source.split("\n").map(promise).join("\n");
  const plain = ts.transpileModule(checked, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
  const code = plain
    .replace(/^import \* as (\w+) from ("[^"]+");?$/gm, "const $1 = await load($2);")
    .replace(/^import \{([^}]*)\} from ("[^"]+");?$/gm, (_, names: string, from: string) => `const {${names.replace(/ as /g, ": ")}} = await load(${from});`)
    .replace(/^import (\w+) from ("[^"]+");?$/gm, "const { default: $1 } = await load($2);")
    .replace(/^export default /gm, "const exported = ").replace(/^export (?=const|function|class)/gm, "").replace(/^export \{.*$/gm, "");
  const run = new Function("load", "console", "promised", `return (async () => {\n${code}\n})();`) as (load: (name: string) => Promise<unknown>, console: unknown, promised: unknown) => Promise<void>;
  const print = (...values: unknown[]): void => void outcome.printed.push(...values.map(String).join(" ").split("\n"));
  await run((name) => import(/* @vite-ignore */ name in entryPoints ? join(root, entryPoints[name]!) : name), { log: print, error: print }, (code: string, actual: unknown, value: unknown) => outcome.values.push({ code, actual, promised: value }));
  return outcome;
}

/** `expression; // value` becomes a check, where the comment is a value. */
function promise(line: string): string {
  const [, expression, comment] = /^(?!const |let |for |import |export |if |while |throw |\}|console\.)(\S.*);\s*\/\/ (.+)$/.exec(line) ?? [];
  if (expression === undefined || comment === undefined || !isValue(comment)) return line;
  return `promised(${JSON.stringify(expression)}, ${expression}, ${comment.startsWith("{") ? `(${comment})` : comment});`;
}

function isValue(text: string): boolean {
  try {
    return (new Function(`"use strict"; return [${text}];`)() as unknown[]).length === 1;
  } catch {
    return false;
  }
}
