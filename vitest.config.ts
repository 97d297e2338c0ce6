import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Each worker, and each server and command that a test starts, loads hundreds of modules. Node keeps
// what it compiled of them, with the types stripped, for the next process.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".charter/compile-cache");

export default defineConfig({
  test: {
    environment: "node",
    include: ["{registry,codegen,contract-tests,ci,proto}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "generated/**", ".charter/**"],
    // Tests start real servers, so each file gets a process of its own. Three fit two cores, because
    // some wait for time-outs of services that are wrong on purpose.
    pool: "forks",
    maxWorkers: 3,
    maxConcurrency: 2,
    // The bound of a test that compiles or installs with real tools on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
