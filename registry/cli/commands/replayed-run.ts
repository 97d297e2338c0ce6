import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { RunReport } from "../../../contract-tests/runner/report.ts";
import type { Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";

/** What a command line or a report says of one case. */
export interface WantedCase {
  readonly module: string;
  /** A version, or `latest`. */
  readonly semver: string;
  readonly law: string;
  readonly element: string;
  readonly seed: number;
  readonly path: string | null;
  /** In hex, or null. */
  readonly hex: string | null;
}

/** A report of `--format json` or `--report json=…` is as large as its run; this has room for ten thousand cases. */
const mostBytes = 64 * 1024 * 1024;
/** Bytes of a message that a report keeps: what has as many may be cut off. */
const keptBytes = 2048;

/** The failed cases of a report, in its order. */
export async function casesOfReport(
  { cwd }: Pick<Context, "cwd">,
  path: string,
): Promise<readonly WantedCase[]> {
  const report = await readReport(resolve(cwd, path), path);
  return report.modules.flatMap(({ module, semver, bindings }) =>
    bindings.flatMap((binding) =>
      binding.laws.flatMap(({ law, failure }) => {
        if (failure === null) return [];
        const isWhole = failure.hex.length < 2 * keptBytes;
        return [
          {
            module,
            semver,
            law,
            element: binding.element,
            seed: report.seed,
            path: failure.replay?.path ?? null,
            hex: failure.replay !== null && isWhole ? failure.hex : null,
          },
        ];
      }),
    ),
  );
}

async function readReport(path: string, name: string): Promise<RunReport> {
  const wrong = (why: string, cause?: unknown) =>
    new CommandFailure(
      "usage",
      `${name} ${why}. It must be the report of a run, as \`charter contract test --report json=${name}\` writes it.`,
      { cause },
    );
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw wrong("cannot be read", cause);
  }
  if (text.length > mostBytes) throw wrong(`is longer than ${mostBytes} characters`);
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (cause) {
    throw wrong("is no JSON", cause);
  }
  if (!isReport(report)) throw wrong("has no cases in the form of this version");
  return report;
}

/** What is used of a report is checked; the rest of it is the run's own affair. */
function isReport(value: unknown): value is RunReport {
  const { formatVersion, seed, modules } = fieldsOf(value);
  return (
    formatVersion === 2 &&
    typeof seed === "number" &&
    listOf(modules).length > 0 &&
    listOf(modules).every((module) => {
      const { module: name, semver, bindings } = fieldsOf(module);
      return isText(name, semver) && listOf(bindings).every(isBinding) && Array.isArray(bindings);
    })
  );
}

function isBinding(value: unknown): boolean {
  const { element, laws } = fieldsOf(value);
  return isText(element) && Array.isArray(laws) && laws.every(isLaw);
}

function isLaw(value: unknown): boolean {
  const { law, failure } = fieldsOf(value);
  if (!isText(law) || failure === null) return isText(law);
  const { hex, replay } = fieldsOf(failure);
  return isText(hex) && (replay === null || isText(fieldsOf(replay).path));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}
