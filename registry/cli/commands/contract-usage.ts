import { Argument, Option } from "commander";
import { parseModuleName } from "../../core/module-name.ts";
import type { UsageFilter } from "../../core/usage/usage.ts";
import type { CommandDefinition, Context, Outcome } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderKept, renderUses } from "../render/usage.ts";
import { compareUsage } from "./compare-usage.ts";
import { parseBuildReference } from "./deployed-build.ts";
import { publishUsage, usersBuild } from "./publish-usage.ts";
import { readUsageFile } from "./usage-files.ts";

interface Flags {
  readonly against?: string;
  readonly publish?: boolean;
  readonly build?: string;
  readonly participant?: string;
  readonly of?: string;
  readonly module?: string;
  readonly forget?: boolean;
}

export const contractUsage: CommandDefinition<Flags> = {
  name: "contract usage",
  summary: "show what a consumer uses, hold it against a release, or keep it (law C2)",
  details:
    "Generated stubs write usage files into the folder that CHARTER_RECORD_USE names while a consumer's tests run. Several files are taken together. With --against it ends with 0 when the release has every subject and field that is used, with the same type, with 100 when it lacks one, and with 3 when it has none of the modules. --publish keeps all of it in the registry, in place of what was kept of the build; --of and --module show what is kept, and --forget ends it.",
  arguments: [new Argument("[file...]", "such as usage/*.usage.json")],
  options: [
    new Option(
      "--against <where>",
      "registry for the newest releases, a release such as bodybroker/npc@1.2.0, a folder such as ., or a git ref",
    ),
    new Option("--publish", "keep it in the registry, for `charter deploy check` and the gate"),
    new Option("--build <build>", "whose tests have run, such as a commit; --publish needs it"),
    new Option("--participant <name>", "whose build it is (default: as the files say)"),
    new Option(
      "--of <participant>",
      "show what the registry keeps of this one, or of one build, such as npc-gateway@7f3c2a1",
    ),
    new Option("--module <module>", "show what the registry keeps of this one's use"),
    new Option("--forget", "keep it no more, for a consumer that is gone for good; with --of"),
  ],
  examples: [
    "charter contract usage usage/*.usage.json",
    "charter contract usage usage/*.usage.json --against registry",
    "charter contract usage usage/*.usage.json --publish --build 7f3c2a1",
    "charter contract usage --module bodybroker/npc",
  ],
  async run(context, paths, flags) {
    refuseContradictions(paths, flags);
    if (flags.forget === true) return forget(context, flags.of);
    if (paths.length === 0) return kept(context, flags);
    const files = await Promise.all(paths.map((path) => readUsageFile(context, path)));
    if (flags.build !== undefined) {
      return publishUsage(context, files, usersBuild(files, flags.build, flags.participant));
    }
    const { mergeUses } = await import("../../../contract-tests/clients/usage.ts");
    const uses = mergeUses(files);
    if (flags.against !== undefined) return compareUsage(context, uses, flags.against);
    return { exit: "done", json: { uses }, text: (style) => renderUses(uses, style) };
  },
};

/** @throws CommandFailure usage, for flags that do not go together */
function refuseContradictions(paths: readonly string[], flags: Flags): void {
  const { against, publish, build, participant, of, module, forget = false } = flags;
  const asks = of !== undefined || module !== undefined;
  const gives = publish === true || against !== undefined;
  const names = build !== undefined || participant !== undefined;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      paths.length === 0 && !asks,
      "Expected usage files, such as usage/*.usage.json; or --of <participant> or --module <module>, for what the registry keeps.",
    ],
    [
      asks && (paths.length > 0 || gives || names),
      "--of and --module show what the registry keeps, and take no files and no other flags; leave them away, or the rest.",
    ],
    [
      publish === true && against !== undefined,
      "--against holds the files against a contract, and --publish keeps them for the release that the stubs are of; leave one of the two away.",
    ],
    [
      publish === true && build === undefined,
      "--publish needs --build <build>: whose tests have run, such as a commit.",
    ],
    [
      forget && (of === undefined || module !== undefined),
      "--forget needs --of <participant> or --of <participant>@<build>, and forgets all of its use; leave --module away.",
    ],
    [names && publish !== true, "--build and --participant say whose use is kept; add --publish."],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  if (broken !== undefined) throw new CommandFailure("usage", broken[1]);
}

async function forget(context: Context, of = ""): Promise<Outcome> {
  const { participant, build } = parseBuildReference(of);
  const which = build === null ? { participant } : { participant, build };
  const { forgotten } = await (await context.registry()).forgetUsage(which);
  return {
    exit: "done",
    json: { forgotten },
    text: () => (forgotten === 0 ? `Nothing was kept of ${of}.` : `What ${of} used is forgotten.`),
  };
}

async function kept(context: Context, { of, module }: Flags): Promise<Outcome> {
  const who = of === undefined ? null : parseBuildReference(of);
  if (module !== undefined && parseModuleName(module) === null) {
    throw new CommandFailure(
      "usage",
      `"${module}" must name a module, such as bodybroker/npc, without a version.`,
    );
  }
  const filter: UsageFilter = {
    ...(who === null ? {} : { participant: who.participant }),
    ...(who === null || who.build === null ? {} : { build: who.build }),
    ...(module === undefined ? {} : { module }),
  };
  const list = await (await context.registry()).usages(filter);
  return { exit: "done", json: list, text: (style) => renderKept(list, style) };
}
