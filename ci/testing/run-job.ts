import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { parse } from "yaml";

/** A step of a job of GitHub Actions, as far as our files use it. */
interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string | boolean;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface JobRun {
  /** Of GitHub's expressions, by their text between `${{` and `}}`; `if` counts as one. */
  readonly expressions: Readonly<Record<string, string | boolean>>;
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** What became of a step. */
export interface StepResult {
  /** Its name, or what it runs or uses. */
  readonly name: string;
  readonly result: "done" | "failed" | "left out" | "action";
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Runs the `run` steps of a job as GitHub's runner does: in bash, one after the other, and after a
 * failure only those whose `if` says so. Actions are not run. Throws for an expression that has no value
 * here, so that none is passed over.
 */
export async function runJob(file: string, name: string, run: JobRun): Promise<StepResult[]> {
  const workflow = parse(file) as Workflow;
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`There is no job ${name}.`);
  const env = { ...workflow.env, ...job.env };
  const results: StepResult[] = [];
  for (const step of job.steps) {
    const hasFailed = results.some(({ result }) => result === "failed");
    results.push(await runStep(step, env, hasFailed, run));
  }
  return results;
}

async function runStep(
  step: Step,
  env: Readonly<Record<string, string>>,
  hasFailed: boolean,
  run: JobRun,
): Promise<StepResult> {
  const name = step.name ?? step.uses ?? step.run ?? "";
  const left = { name, exitCode: null, output: "" };
  if (!isChosen(step, hasFailed, run)) return { ...left, result: "left out" };
  if (step.run === undefined) return { ...left, result: "action" };
  if (step.run.includes("${{")) {
    throw new Error(`${name}: a script must get values by its env, or a branch's name is code`);
  }
  const own = Object.entries({ ...env, ...step.env }).map(
    ([key, value]) => [key, filled(String(value), run)] as const,
  );
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", step.run], {
    cwd: run.cwd,
    env: { ...Object.fromEntries(own), ...run.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 90_000,
  });
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, "exit")) as [number | null];
  const output = (await printed).join("");
  return { name, result: exitCode === 0 ? "done" : "failed", exitCode, output };
}

function isChosen({ if: condition }: Step, hasFailed: boolean, run: JobRun): boolean {
  if (condition === undefined) return !hasFailed;
  const expression = String(condition).replace(/^\$\{\{\s*|\s*\}\}$/g, "");
  if (expression === "failure()") return hasFailed;
  const rest = expression.replace(/^!cancelled\(\)( && )?/, "");
  // Without a function of the state, a step runs only after others that were well.
  if (rest === expression && hasFailed) return false;
  return rest === "" || resolved(rest, run) === true;
}

function filled(value: string, run: JobRun): string {
  return value.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression) =>
    String(resolved(expression, run)),
  );
}

function resolved(expression: string, { expressions }: JobRun): string | boolean {
  const value = expressions[expression];
  if (value === undefined) throw new Error(`The expression has no value here: ${expression}`);
  return value;
}
