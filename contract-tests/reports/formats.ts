import type { RunReport } from "../runner/report.ts";
import { renderCtrf } from "./ctrf.ts";
import { renderGithubSummary } from "./github-summary.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import type { RenderOptions } from "./render-options.ts";
import { renderSarif } from "./sarif.ts";

/** The forms of a run that go into a file. */
export const fileFormats = ["junit", "ctrf", "sarif", "markdown", "json"] as const;
export type FileFormat = (typeof fileFormats)[number];

const renderers: Readonly<
  Record<FileFormat, (report: RunReport, options: RenderOptions) => string>
> = {
  junit: renderJunit,
  ctrf: renderCtrf,
  sarif: renderSarif,
  // GitLab's comments know the same Markdown.
  markdown: renderGithubSummary,
  json: renderJson,
};

export function renderFile(format: FileFormat, report: RunReport, options: RenderOptions): string {
  return renderers[format](report, options);
}
