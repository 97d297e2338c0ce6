import { rcompare } from "semver";
import type { Role } from "../deployment/deployment.ts";
import { limits } from "../limits.ts";
import { type Missing, missingText } from "../usage/missing.ts";
import { countFields, type KeptUse, type SubjectUse } from "../usage/usage.ts";

/** What of a use a release lacks; null where the release is not registered. */
export type MissingIn = (use: SubjectUse, semver: string) => readonly Missing[] | null;

/** What a consumer's tests showed that it uses, held against a release of a provider. */
export interface UseInRelease {
  readonly subjects: number;
  readonly fields: number;
  /** How much of it the release does not have as it was. */
  readonly lacking: number;
  /** The first of that, up to `limits.lacksPerPartner`. */
  readonly lacks: readonly Missing[];
}

export function roleOf({ kind }: SubjectUse): "calls" | "subscribes" {
  return kind === "event" ? "subscribes" : "calls";
}

/**
 * What of a build's use says something of what it is known to do with a module. Nothing, where its
 * tests never did that, or never touched the subject on which it is seen.
 */
export function speakingFor(
  known: { readonly role: Role; readonly module: string | null; readonly subject: string | null },
  uses: readonly KeptUse[],
): readonly KeptUse[] {
  return uses.filter(
    (use) =>
      use.module === known.module &&
      roleOf(use) === known.role &&
      (known.subject === null || use.subject === known.subject),
  );
}

/** The newest release that the stubs of some uses are of. */
export function newestOf(uses: readonly KeptUse[]): string | null {
  return uses.map(({ semver }) => semver).sort(rcompare)[0] ?? null;
}

/** Null where the release is not registered, so that nothing can be compared. */
export function holdAgainst(
  uses: readonly KeptUse[],
  semver: string,
  missingIn: MissingIn,
): UseInRelease | null {
  const lacks: Missing[] = [];
  for (const use of uses) {
    const missing = missingIn(use, semver);
    if (missing === null) return null;
    lacks.push(...missing);
  }
  return {
    subjects: new Set(uses.map(({ subject }) => subject)).size,
    fields: countFields(uses),
    lacking: lacks.length,
    lacks: lacks.slice(0, limits.lacksPerPartner),
  };
}

/** `5 fields on 2 subjects` */
export function sizeText({ fields, subjects }: UseInRelease): string {
  return `${counted(fields, "field")} on ${counted(subjects, "subject")}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const named = 3;

/** Sentences that name the first things that a release lacks. @param who a subject of a sentence */
export function lacksText({ lacks, lacking }: UseInRelease, who: string, semver: string): string {
  const first = lacks.slice(0, named).map((each) => `${missingText(each, who, semver)}.`);
  const more = lacking - first.length;
  return [...first, ...(more > 0 ? [`And ${more} more.`] : [])].join(" ");
}
