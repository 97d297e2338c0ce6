import type { DescMessage, FileRegistry, MessageShape } from "@bufbuild/protobuf";
import { fileOf, nameOf } from "../gate/locate.ts";
import type { ElementKind, FindingPlace } from "../gate/report.ts";
import { type Element, sourceLines } from "../revision/source-lines.ts";
import { type Aspects, compareAspects } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { optionAspects } from "./options.ts";
import { declarationOf } from "./words.ts";

/** What the custom options of the two revisions are read with. */
export type Registries = readonly [old: FileRegistry, now: FileRegistry];

export function added(element: Element): Difference {
  const where = { element: nameOf(element), place: placeOf("proposal", element) };
  const after = declarationOf(element);
  return { change: "added", kind: kindOf(element), ...where, property: null, before: null, after };
}

export function removed(element: Element): Difference {
  const where = { element: nameOf(element), place: placeOf("baseline", element) };
  const before = declarationOf(element);
  return {
    change: "removed",
    kind: kindOf(element),
    ...where,
    property: null,
    before,
    after: null,
  };
}

/** What differs in an element itself; what stands in it has differences of its own. */
export function changed(now: Element, aspects: readonly [old: Aspects, now: Aspects]) {
  const subject = () => ({
    kind: kindOf(now),
    element: nameOf(now),
    place: placeOf("proposal", now),
  });
  return compareAspects(subject, ...aspects);
}

/** What differs in the options of an element. @param schema the type of the options */
export function changedOptions<Desc extends DescMessage, E extends Element>(
  [old, now]: readonly [old: E, now: E],
  schema: Desc,
  optionsOf: (element: E) => MessageShape<Desc> | undefined,
  registries: Registries,
): Difference[] {
  return changed(now, optionAspects(schema, [optionsOf(old), optionsOf(now)], registries));
}

function kindOf({ kind }: Element): ElementKind {
  return kind === "enum_value" ? "enum value" : kind;
}

function placeOf(side: FindingPlace["side"], element: Element): FindingPlace {
  return { side, ...sourceLines(fileOf(element)).place(element), column: 1 };
}
