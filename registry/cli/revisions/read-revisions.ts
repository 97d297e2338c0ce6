import type { Context } from "../command.ts";
import { type ModuleReference, parseModuleReference } from "../commands/module-reference.ts";
import type { NamedRevisions } from "./named-revision.ts";

/** What a command line can name: a release by its module and version, or a folder or git ref. */
export type RevisionName =
  | { readonly kind: "release"; readonly reference: ModuleReference }
  | { readonly kind: "workspace"; readonly text: string };

/**
 * Two words with a slash name a module, so a folder begins with `.` or `/`, and a git ref such as
 * `origin/main` is written in full: `refs/remotes/origin/main`.
 */
export function parseRevisionName(text: string): RevisionName {
  const isModule = /^[^./@][^/@]*\/[^/@]+(@.*)?$/.test(text);
  return isModule
    ? { kind: "release", reference: parseModuleReference(text) }
    : { kind: "workspace", text };
}

/** Reads what was named; asks the registry, or compiles here. */
export async function readRevisions(context: Context, name: RevisionName): Promise<NamedRevisions> {
  if (name.kind === "release") {
    const { releaseRevision } = await import("./release-revision.ts");
    return releaseRevision(await context.registry(), name.reference);
  }
  const { workspaceRevisions } = await import("../offline/workspace-revisions.ts");
  context.progress(`Compiling ${name.text} …`);
  return workspaceRevisions(context, name.text);
}
