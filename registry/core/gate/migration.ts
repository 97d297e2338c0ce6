import type { DescEnum, DescMessage, DescService } from "@bufbuild/protobuf";
import { compareDescriptors } from "../diff/compare-descriptors.ts";
import type { Difference } from "../diff/difference.ts";
import { filesOf, packagesOf } from "../diff/revision.ts";
import { declarationOf } from "../diff/words.ts";
import { packageVersion } from "../revision/package-version.ts";
import type { LinkedRevision } from "./linked-revision.ts";
import { renamePackage } from "./rename-package.ts";
import type { Migration, MigrationRow } from "./report.ts";

/**
 * What packages that a revision brings make of the version before them, such as `acme.shop.v2` of
 * `acme.shop.v1`: each type and subject that is the same but for the version, changed, renamed,
 * gone or new.
 *
 * @param head null for a new module, which migrates nothing
 */
export function migrationsOf(now: LinkedRevision, head: LinkedRevision | null): Migration[] {
  const known = head === null ? new Set<string>() : packagesOf(head);
  return [...packagesOf(now)].flatMap((to) => {
    const from = known.has(to) ? null : predecessorOf(to, [...known]);
    return from === null || head === null ? [] : migration(head, from, now, to);
  });
}

/** The package of the same name with the next lower major. */
function predecessorOf(to: string, known: readonly string[]): string | null {
  const base = withoutVersion(to);
  const major = packageVersion(to).major ?? 0;
  const before = known.filter(
    (each) => withoutVersion(each) === base && (packageVersion(each).major ?? major) < major,
  );
  const majorOf = (each: string) => packageVersion(each).major ?? 0;
  return before.toSorted((a, b) => majorOf(b) - majorOf(a))[0] ?? null;
}

function withoutVersion(protoPackage: string): string {
  return protoPackage.replace(/\.v[0-9][a-z0-9]*$/, "");
}

function migration(head: LinkedRevision, from: string, now: LinkedRevision, to: string) {
  const old = renamePackage(part(head, from), from, to);
  if (old === null) return [];
  const after = part(now, to);
  const differences = compareDescriptors(old, after).filter(
    ({ kind }) => kind !== "file" && kind !== "package",
  );
  const rows = [...typeRows(old, after, to, differences), ...subjectRows(after, differences)];
  return [{ from, to, rows }];
}

function part(revision: LinkedRevision, protoPackage: string): LinkedRevision {
  const isIn = (path: string) => revision.registry.getFile(path)?.proto.package === protoPackage;
  return {
    ...revision,
    files: revision.files.filter((file) => isIn(file.path)),
    bindings: revision.bindings.filter((binding) => isIn(binding.place.file)),
  };
}

type Type = DescMessage | DescEnum | DescService;

function typesOf(revision: LinkedRevision): Map<string, Type> {
  const all = filesOf(revision).flatMap((file): Type[] => [
    ...file.messages,
    ...file.enums,
    ...file.services,
  ]);
  return new Map(all.map((type) => [type.typeName, type]));
}

function typeRows(
  old: LinkedRevision,
  now: LinkedRevision,
  to: string,
  differences: readonly Difference[],
): MigrationRow[] {
  const [before, after] = [typesOf(old), typesOf(now)];
  const short = (type: string) => type.slice(to.length + 1);
  const gone = [...before.values()].filter((type) => !after.has(type.typeName));
  const added = [...after.values()].filter((type) => !before.has(type.typeName));
  const renamed = new Map<Type, Type>();
  for (const type of gone) {
    const twin = added.find((each) => shapeOf(each) === shapeOf(type));
    if (twin !== undefined && ![...renamed.values()].includes(twin)) renamed.set(type, twin);
  }
  const isTwin = new Set(renamed.values());
  return [
    ...[...after.keys()]
      .filter((name) => before.has(name))
      .map((name): MigrationRow => {
        const notes = differences
          .filter((each) => each.element === name || each.element.startsWith(`${name}.`))
          .map((each) => noteOf(each, name));
        const change = notes.length === 0 ? "same" : "changed";
        return { change, before: short(name), after: short(name), notes };
      }),
    ...gone.map((type): MigrationRow => {
      const twin = renamed.get(type);
      return {
        change: twin === undefined ? "gone" : "renamed",
        before: short(type.typeName),
        after: twin === undefined ? null : short(twin.typeName),
        notes: [],
      };
    }),
    ...added
      .filter((type) => !isTwin.has(type))
      .map(
        (type): MigrationRow => ({
          change: "new",
          before: null,
          after: short(type.typeName),
          notes: [],
        }),
      ),
  ];
}

/** Equal for types with the same members under another name. */
function shapeOf(type: Type): string {
  const members =
    type.kind === "message" ? type.members : type.kind === "enum" ? type.values : type.methods;
  const lines = members.map((member) => declarationOf(member)).sort();
  // Two types without members have nothing in common.
  return lines.length === 0 ? type.typeName : `${type.kind} ${lines.join("; ")}`;
}

function subjectRows(now: LinkedRevision, differences: readonly Difference[]): MigrationRow[] {
  const subjects = differences.filter(({ kind }) => kind === "subject");
  const removed = subjects.filter(({ change }) => change === "removed");
  const added = new Set(
    subjects.filter(({ change }) => change === "added").map((each) => each.element),
  );
  return [
    ...now.bindings.map(({ pattern }): MigrationRow => {
      if (added.has(pattern)) return { change: "new", before: null, after: pattern, notes: [] };
      const own = subjects.filter((each) => each.element === pattern && each.change === "changed");
      const moved = own.find(({ property }) => property === "subject");
      return {
        change: own.length === 0 ? "same" : "changed",
        before: moved?.before ?? pattern,
        after: pattern,
        notes: own.map((each) => noteOf(each, pattern)),
      };
    }),
    ...removed.map(
      ({ element }): MigrationRow => ({ change: "gone", before: element, after: null, notes: [] }),
    ),
  ];
}

/** `note type: string → int32`, `field count added`. */
function noteOf(
  { kind, element, property, change, before, after }: Difference,
  of: string,
): string {
  const own = element === of ? "" : `${kind} ${element.slice(of.length + 1)} `;
  if (property === null) return `${own}${change}`.trimStart();
  return `${own}${property}: ${before ?? "none"} → ${after ?? "none"}`;
}
