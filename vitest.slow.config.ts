import { defineConfig } from "vitest/config";

/** Many more random cases, and million-operator runs: minutes, not seconds. */
export default defineConfig({ test: { include: ["test/slow/**/*.test.ts"], testTimeout: 600_000 } });
