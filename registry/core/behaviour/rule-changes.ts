import type { Change } from "../gate/change.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { filePathOf, lineOf, nameOf, type Side, sideOf, textOf } from "../gate/locate.ts";
import type { FindingPlace } from "../gate/report.ts";
import type { Element } from "../revision/source-lines.ts";
import type { ChangedAt } from "./changed-at.ts";
import { elementOf } from "./changed-places.ts";
import { counterExampleOf } from "./counter-example.ts";
import type { Disagreement } from "./find-disagreement.ts";
import type { Harm } from "./harm.ts";

/** The texts of two revisions. */
export interface Sources {
  readonly before: Side;
  readonly after: Side;
}

export function sourcesOf(old: LinkedRevision, now: LinkedRevision): Sources {
  return { before: sideOf(old.registry, old.files), after: sideOf(now.registry, now.files) };
}

/** A rule that moved in a direction that breaks someone, with the message that proves it. */
export function changeOfRule(
  at: ChangedAt,
  harm: Harm,
  found: Disagreement,
  sources: Sources,
): Change {
  return {
    rule: harm === "tightened" ? "VALIDATION_NO_TIGHTEN" : "VALIDATION_NO_LOOSEN",
    message: sentenceOf(at, harm),
    ...wherein(at, sources),
    counterExample: counterExampleOf(found, harm),
  };
}

/** A rule that changed, but nobody can say how. */
export function unprovenChange(at: ChangedAt, sources: Sources, why: "alike" | "untried"): Change {
  const name = nameOf(elementOf(at));
  return {
    rule: "VALIDATION_CHANGED",
    message:
      why === "alike"
        ? `The rules of ${name} changed, and no message was found that tells them apart, which does not prove that there is none.`
        : `The rules of ${name} changed, but so many others did that no message was tried on them.`,
    ...wherein(at, sources),
  };
}

function sentenceOf(at: ChangedAt, harm: Harm): string {
  const name = nameOf(elementOf(at));
  // What a report says of one change must not depend on the baseline.
  if (at.kind === "enum_value") {
    return harm === "tightened"
      ? `${name} is gone, so messages that hold it are refused where only defined values may stand.`
      : `${name} is new, and readers with older stubs refuse it where only defined values may stand.`;
  }
  return harm === "tightened"
    ? `${name} is judged more strictly: messages that others send, or that a stream holds, are refused.`
    : `${name} is judged less strictly: readers with older stubs refuse messages that may come now.`;
}

/** Where a change is, and how it reads on both sides. */
export function wherein(
  at: ChangedAt,
  sources: Sources,
): Pick<Change, "element" | "place" | "before" | "after"> {
  const element = elementOf(at);
  return {
    element: nameOf(element),
    place: placeOf(element, at.now === null ? "baseline" : "proposal"),
    before: at.old === null ? null : textOf(sources.before, at.old),
    after: at.now === null ? null : textOf(sources.after, at.now),
  };
}

export function placeOf(element: Element, side: FindingPlace["side"]): FindingPlace {
  return { side, file: filePathOf(element), line: lineOf(element), column: 1 };
}
