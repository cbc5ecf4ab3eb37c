import { defineConfig } from "vitest/config";

/** Long tests, run by hand: `npx vitest run --config test/slow/vitest.config.ts`. */
export default defineConfig({
  test: { dir: import.meta.dirname, include: ["**/*.test.ts"], testTimeout: 30 * 60_000 },
});
