import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "out/", "coverage/", "docs/api/", "node_modules/"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.ts", "test/**/*.ts"],
    rules: {
      // Indexed access is checked by construction in typed-array code; `!` says so.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "use base/random.ts: results must not change from run to run" }],
      "no-restricted-globals": ["error", { name: "Date", message: "results must not depend on the clock" }],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/cli/**"],
    rules: { "no-console": "error", "no-restricted-properties": ["error", { object: "Math", property: "random" }, { object: "process", property: "exit", message: "only cli ends the process" }] },
  },
);
