import { access, appendFile, constants, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Option } from "commander";
import {
  type FileFormat,
  fileFormats,
  renderFile,
} from "../../../contract-tests/reports/formats.ts";
import { renderGithubCommands } from "../../../contract-tests/reports/github.ts";
import { renderGithubSummary } from "../../../contract-tests/reports/github-summary.ts";
import type { RunReport } from "../../../contract-tests/runner/report.ts";
import { type Context, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { locateInWorkspace } from "../workspace/locate.ts";

/** Where the forms of a run go, once it is over. */
export interface RunReports {
  /** Writes every form; each file is whole or not there. */
  write(report: RunReport): Promise<void>;
}

interface ReportFile {
  readonly format: FileFormat;
  /** As the user wrote it. */
  readonly name: string;
  readonly path: string;
}

export const reportOption = new Option(
  "--report <format[=file]>",
  "write the run as junit=<file>, ctrf=<file>, sarif=<file>, markdown=<file> or json=<file>, or github for annotations; may be given several times",
).argParser(collect);

/**
 * Makes sure that what was asked for can be written, before a run takes its time.
 *
 * @throws CommandFailure for a form that does not exist, or a file that cannot be written
 */
export async function prepareReports(
  context: Context,
  wanted: readonly string[] = [],
): Promise<RunReports> {
  const files = wanted.filter((text) => text !== "github").map((text) => parse(context.cwd, text));
  const twice = files.find((each, i) => files.findIndex(({ path }) => path === each.path) !== i);
  if (twice !== undefined) {
    throw new CommandFailure("usage", `Two reports go to ${twice.name}. Give each its own file.`);
  }
  for (const file of files) await checkWritable(file);
  const toGithub = wanted.includes("github");
  const summary = toGithub ? context.env.GITHUB_STEP_SUMMARY : undefined;
  if (summary) await checkSummary(summary);
  return {
    async write(report) {
      const options = { locate: await locateInWorkspace(context.cwd) };
      for (const { format, path } of files) {
        await replaceFile(path, renderFile(format, report, options));
      }
      if (!toGithub) return;
      // GitHub reads both streams, and stdout is for the result.
      const commands = renderGithubCommands(report, options).trimEnd();
      if (commands !== "") context.warn(commands);
      if (summary) await appendFile(summary, renderGithubSummary(report, options));
    },
  };
}

function parse(cwd: string, text: string): ReportFile {
  const [format = "", ...rest] = text.split("=");
  const name = rest.join("=");
  if (format === "github") {
    throw new CommandFailure(
      "usage",
      "--report github takes no file: annotations are printed, and the summary goes where GITHUB_STEP_SUMMARY says.",
    );
  }
  const known = fileFormats.find((each) => each === format);
  if (known === undefined) {
    throw new CommandFailure(
      "usage",
      `There is no report "${format}". The reports are ${fileFormats.map((each) => `${each}=<file>`).join(", ")} and github.`,
    );
  }
  if (name === "") {
    throw new CommandFailure(
      "usage",
      `--report ${known} needs a file, such as ${known}=${known}.out.`,
    );
  }
  return { format: known, name, path: resolve(cwd, name) };
}

async function checkWritable({ name, path }: ReportFile): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) {
    throw new CommandFailure("usage", `The report cannot go to ${name}: it is no file.`);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    // What will be written is a new file beside it, so this is what must be possible.
    const probe = besides(path);
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw unwritable(name, error);
  }
}

async function checkSummary(path: string): Promise<void> {
  try {
    await appendFile(path, "");
    await access(path, constants.W_OK);
  } catch (error) {
    throw unwritable(`${path}, where GITHUB_STEP_SUMMARY says`, error);
  }
}

function unwritable(name: string, error: unknown): CommandFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new CommandFailure("usage", `The report cannot go to ${name}: ${why}.`, { cause: error });
}

function besides(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const part = besides(path);
  try {
    const file = await open(part, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
