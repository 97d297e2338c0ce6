import { Argument, Option } from "commander";
import { ProblemError, type RegistryClient } from "../../api/client.ts";
import type { Registration, Release } from "../../api/schemas/module.ts";
import type { Proposal } from "../../api/schemas/proposal.ts";
import type { CommandDefinition } from "../command.ts";
import { renderPackages } from "../render/package.ts";
import { renderReport } from "../render/report.ts";
import { locating, moduleOption, type ProposingFlags, readProposed } from "./proposing.ts";
import { exitOfPackages, waitForPackages } from "./waiting-for-packages.ts";

interface Flags extends ProposingFlags {
  readonly wait: boolean;
}

export const modulePush: CommandDefinition<Flags> = {
  name: "module push",
  summary: "register every changed module of a buf.yaml, all or none",
  details:
    "Sends all named modules; the registry leaves unchanged ones alone. Then waits until npm has the stub packages: ends with 4 when a publication fails, with 3 when it is still pending after two minutes. The releases are registered in either case.",
  arguments: [
    new Argument("[dir]", "the folder of the buf.yaml (default: the nearest one upwards)"),
  ],
  options: [moduleOption, new Option("--no-wait", "do not wait for the stub packages")],
  examples: ["charter module push", "charter module push contracts --module bodybroker/npc"],
  async run(context, [dir], flags) {
    const workspace = await readProposed(context, dir, flags);
    const registry = await context.registry();
    context.progress(`Pushing ${workspace.proposal.modules.length} modules to ${registry.url} …`);
    const { report } = await locating(workspace, () => register(registry, workspace.proposal));
    const releases: Release[] = [];
    if (report.verdict !== "rejected") {
      // Unchanged modules too: a push that was interrupted while it waited can be run again.
      for (const { module, semver } of report.modules) {
        releases.push(await registry.release(module, semver ?? "latest"));
      }
      if (flags.wait) await waitForPackages(context, registry, releases);
    }
    const packages = releases.map((release) => release.package);
    return {
      exit:
        report.verdict === "rejected" ? "findings" : flags.wait ? exitOfPackages(packages) : "done",
      json: { report, releases: releases.map(withoutDetails) },
      text: (style) =>
        [
          renderReport(report, workspace.locate, style),
          ...(packages.length > 0 ? [renderPackages(packages, style)] : []),
        ].join("\n\n"),
    };
  },
};

/** Registers a proposal. A refusal by the gate is an answer: its report says why. */
async function register(
  registry: RegistryClient,
  proposal: Proposal,
): Promise<Pick<Registration, "report">> {
  try {
    return await registry.register(proposal);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.report !== undefined) {
      return { report: error.problem.report };
    }
    throw error;
  }
}

function withoutDetails(release: Release): Release {
  const { module, semver, digest, registeredAt } = release;
  return { module, semver, digest, registeredAt, package: release.package };
}
