import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Each worker, and each server and command that a test starts, loads hundreds of modules. Node keeps
// what it compiled of them, with the types stripped, for the next process.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".charter/compile-cache");

/**
 * What takes half a minute and more, by a part of the path. Those whose servers are killed keep
 * nothing of what Node compiled for them, so they come behind others that do.
 */
const longest = [
  "ci/e2e/up.",
  "contract-tests/mock/estate.",
  "contract-tests/faults/",
  "registry/cli/",
  "server/crash",
  "ci/",
  "contract-tests/",
];

/**
 * Vitest knows how long a file took the last time, and a fresh clone has no last time: what takes long
 * begins first all the same, so that nobody waits for one file at the end.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((part) => moduleId.includes(part));
      return found === -1 ? longest.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    environment: "node",
    include: ["{registry,codegen,contract-tests,ci,proto}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "generated/**", ".charter/**"],
    // Tests start real servers, so each file gets a process of its own. Three fit two cores, because
    // some wait for time-outs of services that are wrong on purpose.
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    maxWorkers: 3,
    maxConcurrency: 3,
    // The bound of a test that compiles or installs with real tools on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
