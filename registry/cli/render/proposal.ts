import { posix } from "node:path";
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
  const notesOf = (kind: Note["kind"]) => estate.notes.filter((note) => note.kind === kind);
  const shown = isWritten ? [] : files.map(({ path, text }) => `${style("bold", path)}\n${text}`);
  const parts = [
    ...shown,
    renderModules(estate, style),
    ...renderNotes("A registry would refuse", notesOf("refused"), where.folder, style),
    ...renderNotes(
      "Decide (marked DECIDE in the files)",
      notesOf("undecided"),
      where.folder,
      style,
    ),
    ...renderNotes("Good to know", notesOf("said"), where.folder, style),
    isWritten
      ? `Wrote ${files.map((file) => posix.join(where.folder, file.path)).join(", ")}.`
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
  folder: string,
  style: Style,
): string[] {
  if (notes.length === 0) return [];
  const lines = notes.map(
    ({ where, text }) => `  ${style("cyan", placeOf(where, folder))}: ${text}`,
  );
  return [`${style("bold", `${title}:`)}\n${lines.join("\n")}`];
}

function placeOf(where: Note["where"], folder: string): string {
  if ("elements" in where) return where.elements.join(", ");
  const line = where.line === undefined ? "" : `:${where.line}`;
  return `${posix.join(folder, where.file)}${line}`;
}

function nextSteps({
  folder,
  policy,
}: {
  readonly folder: string;
  readonly policy: string | null;
}): string {
  const at = folder === "." ? "" : ` ${folder}`;
  const set =
    policy === null
      ? ""
      : `  charter policy set ${posix.join(folder, policy)} --reason "the subjects that we have"\n`;
  return `Next, once what is open is decided (or left for later):\n${set}  charter module check${at}\n  charter module push${at}`;
}
