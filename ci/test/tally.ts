import type { SerializedError, TestModule } from "vitest/node";

/** How many tests a run has passed and failed, for whoever reads its last line. */
export interface Tally {
  passed: number;
  failed: number;
}

/**
 * A reporter of vitest that counts. A file that cannot be loaded, and an error outside of every
 * test, count as one failed test each, because vitest would count none.
 */
export function createTally(): Tally & {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void;
} {
  return {
    passed: 0,
    failed: 0,
    onTestRunEnd(modules, errors) {
      for (const module of modules) {
        const states = [...module.children.allTests()].map((test) => test.result().state);
        const failed = states.filter((state) => state === "failed").length;
        this.passed += states.filter((state) => state === "passed").length;
        this.failed += failed === 0 && module.state() === "failed" ? 1 : failed;
      }
      this.failed += errors.length;
    },
  };
}
