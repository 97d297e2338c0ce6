import { Argument } from "commander";
import type { Difference } from "../../core/diff/difference.ts";
import type { CommandDefinition, Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderDifferences } from "../render/differences.ts";
import type { Style } from "../render/style.ts";
import type { NamedRevision, NamedRevisions } from "../revisions/named-revision.ts";
import {
  parseRevisionName,
  type RevisionName,
  readRevisions,
} from "../revisions/read-revisions.ts";
import { moduleOption, type ProposingFlags } from "./proposing.ts";

/** A module of both sides, or of one, compared. */
interface ComparedModule {
  readonly module: string;
  readonly from: NamedRevision | null;
  readonly to: NamedRevision | null;
  readonly differences: readonly Difference[];
}

export const moduleDiff: CommandDefinition<ProposingFlags> = {
  name: "module diff",
  summary: "show what differs in meaning between two releases, folders or git refs",
  details:
    "Types, fields, rpcs, options and subjects that are new, changed or gone. Comments, order and layout are no difference. Says nothing of what breaks: that is `charter module check`.\n\nA release is written <owner>/<name> or <owner>/<name>@<version>, a folder with a dot or slash in front, and a git ref that looks like a module in full: refs/remotes/origin/main.",
  arguments: [
    new Argument("<from>", "such as bodybroker/npc@1.0.0, main or ../other"),
    new Argument("[to]", "the other one (default: the module's newest release, or this workspace)"),
  ],
  options: [moduleOption],
  examples: [
    "charter module diff bodybroker/npc@1.0.0",
    "charter module diff bodybroker/npc@1.0.0 bodybroker/npc@1.2.0 --format json",
    "charter module diff bodybroker/npc .",
    "charter module diff main",
  ],
  async run(context, [fromText = "", toText], flags) {
    const fromName = parseRevisionName(fromText);
    const toName = parseRevisionName(toText ?? usualOther(fromName));
    const [from, to] = await readBoth(context, fromName, toName);
    const modules = await compareAll(from, to, chosen(from, to, [fromName, toName], flags.module));
    return {
      exit: "done",
      json: {
        from: from.label,
        to: to.label,
        modules: modules.map(({ module, differences, ...sides }) => ({
          module,
          isNew: sides.from === null,
          isGone: sides.to === null,
          differences,
        })),
      },
      text: (style) =>
        modules.map((each) => renderModule(each, [from.label, to.label], style)).join("\n\n"),
    };
  },
};

function usualOther(from: RevisionName): string {
  return from.kind === "release" ? from.reference.module : ".";
}

async function readBoth(
  context: Context,
  from: RevisionName,
  to: RevisionName,
): Promise<readonly [NamedRevisions, NamedRevisions]> {
  return [await readRevisions(context, from), await readRevisions(context, to)];
}

/** The modules to compare: a release says which; of two workspaces, all that were not left out. */
function chosen(
  from: NamedRevisions,
  to: NamedRevisions,
  names: readonly RevisionName[],
  only: readonly string[] | undefined,
): readonly string[] {
  const released = new Set(
    names.flatMap((name) => (name.kind === "release" ? [name.reference.module] : [])),
  );
  const [first, second] = released;
  if (first !== undefined && second !== undefined) {
    throw new CommandFailure(
      "usage",
      `${first} and ${second} are two modules. Name two releases of one, such as ${first}@${from.label} and ${first}.`,
    );
  }
  const all = [...new Set([...from.modules.keys(), ...to.modules.keys()])].sort();
  const wanted = first === undefined ? (only ?? all) : [first];
  const unknown = wanted.find((module) => !all.includes(module));
  if (unknown !== undefined) {
    throw new CommandFailure(
      "usage",
      `Neither ${from.label} nor ${to.label} has a module "${unknown}". They have ${all.join(", ")}.`,
    );
  }
  return wanted;
}

async function compareAll(
  from: NamedRevisions,
  to: NamedRevisions,
  modules: readonly string[],
): Promise<readonly ComparedModule[]> {
  const { createFileRegistry } = await import("@bufbuild/protobuf");
  const { compareDescriptors } = await import("../../core/diff/compare-descriptors.ts");
  const nothing = { files: [], registry: createFileRegistry(), bindings: [] };
  return modules.map((module) => {
    const old = from.modules.get(module) ?? null;
    const now = to.modules.get(module) ?? null;
    const differences = compareDescriptors(old ?? nothing, now ?? nothing);
    return { module, from: old, to: now, differences };
  });
}

function renderModule(
  { module, from, to, differences }: ComparedModule,
  [before, after]: readonly [string, string],
  style: Style,
): string {
  const locate = ({ place }: Difference) =>
    (place.side === "baseline" ? from : to)?.locate(place.file) ?? place.file;
  const label = (side: NamedRevision | null, name: string) => (side === null ? "none" : name);
  const head = `${style("bold", module)} ${label(from, before)} → ${label(to, after)}`;
  return `${head}\n\n${renderDifferences(differences, locate, style)}`;
}
