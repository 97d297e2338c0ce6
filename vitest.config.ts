import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["{registry,codegen,contract-tests,ci,proto}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "generated/**", ".charter/**"],
    // Tests start real servers, so each file gets a process of its own; two fit a small machine.
    pool: "forks",
    maxWorkers: 2,
    // The bound of a test that compiles or installs with real tools on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
