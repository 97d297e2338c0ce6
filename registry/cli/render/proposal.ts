import type { Note } from "../init/note.ts";
import type { EstateProposal } from "../init/propose.ts";
import type { ProposedFile } from "../init/write-yaml.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

interface Proposed {
  readonly estate: EstateProposal;
  readonly files: readonly ProposedFile[];
  readonly isWritten: boolean;
}

/** @param where.folder as a shell names it  @param where.policy the policy's file, if there is one */
export function renderProposal(
  { estate, files, isWritten }: Proposed,
  where: { readonly folder: string; readonly policy: string | null },
  style: Style,
): string {
  const shown = isWritten ? [] : files.map(({ path, text }) => `${style("bold", path)}\n${text}`);
  const parts = [
    ...shown,
    renderModules(estate, style),
    ...renderNotes("A registry would refuse", estate.notes, "refused", style),
    ...renderNotes("Decide (TODO in the files)", estate.notes, "undecided", style),
    ...renderNotes("Good to know", estate.notes, "said", style),
    isWritten
      ? `Wrote ${files.map((file) => file.path).join(", ")}.`
      : "Nothing was written: --dry-run only prints.",
    nextSteps(where),
  ];
  return parts.join("\n\n");
}

function renderModules({ owner, modules }: EstateProposal, style: Style): string {
  const rows = modules.map(({ name, files, bindings }) => {
    const open = bindings.filter((each) => each.undecided !== null).length;
    return [`${owner}/${name}`, `${files.length}`, `${bindings.length - open}`, `${open}`];
  });
  return renderTable(["module", "files", "bound", "undecided"], rows, style);
}

function renderNotes(
  title: string,
  notes: readonly Note[],
  kind: Note["kind"],
  style: Style,
): string[] {
  const own = notes.filter((note) => note.kind === kind);
  if (own.length === 0) return [];
  const lines = own.map(({ where, text }) => `  ${style("cyan", where)}: ${text}`);
  return [`${style("bold", `${title}:`)}\n${lines.join("\n")}`];
}

function nextSteps({
  folder,
  policy,
}: {
  readonly folder: string;
  readonly policy: string | null;
}): string {
  const at = folder === "." ? "" : ` ${folder}`;
  const policyPath = folder === "." ? policy : `${folder}/${policy}`;
  const set =
    policy === null
      ? ""
      : `  charter policy set ${policyPath} --reason "the subjects that we have"\n`;
  return `Next, once the TODOs are decided (or left for later):\n${set}  charter module check${at}\n  charter module push${at}`;
}
