import type { UsageFile } from "../../../contract-tests/clients/usage.ts";
import { countFields } from "../../core/usage/usage.ts";
import type { Context, Outcome } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { parseBuildReference } from "./deployed-build.ts";

/** Keeps what files say in the registry, as the use of one build: all of them together. */
export async function publishUsage(
  context: Context,
  files: readonly UsageFile[],
  { build, participant }: { readonly build: string; readonly participant: string },
): Promise<Outcome> {
  const { mergeUses } = await import("../../../contract-tests/clients/usage.ts");
  const merged = mergeUses(files.map((file) => ({ ...file, participant })));
  if (merged.length === 0) {
    throw new CommandFailure(
      "usage",
      "The files have no use of any subject, so there is nothing to keep. Run the tests that call, with CHARTER_RECORD_USE around them.",
    );
  }
  const uses = merged.map(({ participant: _who, ...use }) => use);
  const { recorded } = await (await context.registry()).recordUsage({ participant, build, uses });
  const fields = countFields(uses);
  return {
    exit: "done",
    json: { participant, build, recorded },
    text: () =>
      `Published: ${fields} ${fields === 1 ? "field" : "fields"} on ${recorded} ${recorded === 1 ? "subject" : "subjects"}, which is all that ${participant}@${build} uses.`,
  };
}

/** Whose use it is: as it is said, or else as the files say. */
export function usersBuild(
  files: readonly UsageFile[],
  build: string,
  named: string | undefined,
): { readonly build: string; readonly participant: string } {
  const names = named === undefined ? files.map((file) => file.participant) : [named];
  const [participant = "", ...others] = [...new Set(names)];
  if (others.length > 0) {
    throw new CommandFailure(
      "usage",
      `The files are of ${[participant, ...others].join(" and ")}, and a build is of one participant. Publish the files of each alone, or name it with --participant.`,
    );
  }
  parseBuildReference(`${participant}@${build}`);
  return { participant, build };
}
