import ts from "typescript";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { entryPoints } from "./examples.ts";
import { root } from "./markdown.ts";

it("every export of the public API says what it means", () => {
  const { options } = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined })!;
  const program = ts.createProgram(Object.values(entryPoints).map((file) => join(root, file)), { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const silent = Object.values(entryPoints).flatMap((file) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, file))!)!;
    return checker.getExportsOfModule(module).flatMap((symbol) => {
      const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const [declaration] = real.declarations ?? [];
      // A namespace of functions is as clear as they are.
      if (declaration === undefined || ts.isSourceFile(declaration)) return [];
      return real.getDocumentationComment(checker).length > 0 ? [] : [`${symbol.name} (${relative(root, declaration.getSourceFile().fileName)})`];
    });
  });
  expect([...new Set(silent)]).toEqual([]);
}, 60_000);
