/**
 * What `npm test` runs after the set-up: the checks, then all tests. With arguments, `npm test --
 * PATH…`, only the tests that vitest finds by them. The last line is `N passed, N failed`; a check
 * that fails counts as one.
 */
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { runChecks } from "../check/run-checks.ts";
import { createTally } from "./tally.ts";

const root = join(import.meta.dirname, "../..");
const filters = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

const failedChecks = filters.length === 0 ? await runChecks(root, say) : [];
const tally = createTally();
const vitest = await startVitest("test", filters, {
  root,
  watch: false,
  reporters: ["default", tally],
});
await vitest.close();

const failed = tally.failed + failedChecks.length;
if (failedChecks.length > 0) say(`These checks failed, see above: ${failedChecks.join(", ")}`);
say(`${tally.passed} passed, ${failed} failed`);
// No test at all is no evidence.
process.exitCode = failed === 0 && tally.passed > 0 ? 0 : 1;
