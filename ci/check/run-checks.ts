import pLimit from "p-limit";
import { findBreaches } from "./dependencies.ts";
import { compareGeneratedCode } from "./generated-code.ts";
import { runProgram } from "./run-program.ts";

/** One thing that is judged without running the code. */
interface Check {
  readonly name: string;
  /** What is wrong, for people; null when nothing is. */
  run(root: string): Promise<string | null>;
}

const biome = "node_modules/@biomejs/biome/bin/biome";
const tsc = "node_modules/typescript/bin/tsc";
const buf = "node_modules/@bufbuild/buf/bin/buf";

function program(name: string, ...args: string[]): Check {
  return { name, run: async (root) => (await runProgram(root, args)).problem };
}

const checks: readonly Check[] = [
  program("format and lint", biome, "check", "--error-on-warnings", "--max-diagnostics=30"),
  program("protos: lint", buf, "lint"),
  program("protos: format", buf, "format", "proto", "--diff", "--exit-code"),
  program("types", tsc, "--noEmit", "--pretty", "-p", "."),
  program("types: core without I/O", tsc, "--noEmit", "--pretty", "-p", "registry/core"),
  { name: "dependency rules", run: judgeDependencies },
  { name: "generated code", run: compareGeneratedCode },
];

/** Some use one core, some both; more than two would only wait for each other. */
const atOnce = pLimit(2);

/**
 * Runs all checks, and says a line of each with its time.
 *
 * @returns the names of those that failed
 */
export async function runChecks(root: string, say: (text: string) => void): Promise<string[]> {
  const judged = checks.map((check) =>
    atOnce(async () => (await judge(check, root, say)) === null),
  );
  const isKept = await Promise.all(judged);
  return checks.filter((_, place) => isKept[place] === false).map((check) => check.name);
}

async function judge(
  { name, run }: Check,
  root: string,
  say: (text: string) => void,
): Promise<string | null> {
  const startedAt = performance.now();
  const problem = await run(root);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`check: ${problem === null ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (problem !== null) say(problem);
  return problem;
}

async function judgeDependencies(root: string): Promise<string | null> {
  const breaches = await findBreaches(root);
  if (breaches.length === 0) return null;
  return breaches
    .map(({ rule, from, to, reason }) => `  ${rule}: ${from} imports ${to}\n    ${reason}`)
    .join("\n");
}
