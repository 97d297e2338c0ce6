import type { DescMessage } from "@bufbuild/protobuf";
import { allMessages } from "../binding/read-bindings.ts";
import type { Change } from "../gate/change.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { filePathOf, nameOf } from "../gate/locate.ts";
import { limits } from "../limits.ts";
import { typeGraph } from "../revision/closure.ts";
import type { Both } from "./changed-at.ts";
import { type ChangedForm, changedForms } from "./changed-forms.ts";
import { elementOf, keyOf } from "./changed-places.ts";
import type { Around } from "./compare-behaviour.ts";
import { harmedExample } from "./counter-example.ts";
import { findHarmed } from "./find-harmed.ts";
import { guardOf } from "./guard.ts";
import { carriedHarms, harmsOf } from "./harm.ts";
import { sourcesOf, wherein } from "./rule-changes.ts";

/**
 * The changes by which a message on a subject of both revisions comes out changed from a participant of
 * the other one, each with such a message. Takes no time to speak of when no field has another form;
 * otherwise the work is bounded, and the same for the same revisions.
 */
export function comparePassing(
  old: LinkedRevision,
  now: LinkedRevision,
  around: Around,
): readonly Change[] {
  const changed = changedTypes(old, now);
  if (changed.length === 0) return [];
  const travels = travelling(old, now, changed, around);
  const guards = {
    old: guardOf(old.registry, around.nowMs),
    now: guardOf(now.registry, around.nowMs),
  };
  const sources = sourcesOf(old, now);
  const budget = { left: limits.messagesHandedOn };
  const changes = new Map<string, Change>();
  for (const { pair, forms } of changed) {
    if (!travels.has(pair.now.typeName)) continue;
    for (const at of forms) {
      if (changes.has(keyOf(at))) continue;
      const found = findHarmed(pair, at, guards, budget);
      if (found === null) continue;
      changes.set(keyOf(at), {
        rule: "MESSAGE_PASSES_UNHARMED",
        message: sentenceOf(at),
        ...wherein(at, sources),
        counterExample: harmedExample(found, guards[found.from]),
      });
    }
  }
  return [...changes.values()];
}

interface ChangedType {
  readonly pair: Both<DescMessage>;
  readonly forms: readonly ChangedForm[];
}

/** In the module's own files: a change of an import is judged where it is made. */
function changedTypes(old: LinkedRevision, now: LinkedRevision): readonly ChangedType[] {
  const own = new Set([...old.files, ...now.files].map((file) => file.path));
  return now.files
    .flatMap(({ path }) => [...allMessages(now.registry.getFile(path)?.messages ?? [])])
    .flatMap((desc) => {
      const was = old.registry.getMessage(desc.typeName);
      const forms = was === undefined ? [] : changedForms(was, desc);
      const ownForms = forms.filter((at) => own.has(filePathOf(elementOf(at))));
      return was === undefined || ownForms.length === 0
        ? []
        : [{ pair: { old: was, now: desc }, forms: ownForms }];
    });
}

/** The types that messages consist of on subjects that both sides bind, or that other modules bind. */
function travelling(
  old: LinkedRevision,
  now: LinkedRevision,
  changed: readonly ChangedType[],
  { carriers }: Around,
): ReadonlySet<string> {
  const bound = [...harmsOf(old.bindings, now.bindings).keys()];
  const within = ({ registry }: LinkedRevision) => {
    const graph = typeGraph(registry);
    return new Set(bound.flatMap((type) => graph.closure(type)));
  };
  const types = new Set(changed.map(({ pair }) => pair.now.typeName));
  const before = within(old);
  return new Set([
    ...[...within(now)].filter((type) => before.has(type)),
    ...carriedHarms(types, carriers()).keys(),
  ]);
}

function sentenceOf(at: ChangedForm): string {
  const name = nameOf(elementOf(at));
  // What a report says of one change must not depend on the baseline.
  return `${name} is written in another way: a message is harmed where a participant of the other release hands it on.`;
}
