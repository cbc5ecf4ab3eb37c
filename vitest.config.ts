import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/bench/**", "test/slow/**"],
    testTimeout: 60_000,
    // Test files share nothing that they change, so a worker need not load everything anew for each: half the time.
    isolate: false,
    // By default one core is left free, which of two is half of them.
    maxWorkers: "100%",
  },
});
