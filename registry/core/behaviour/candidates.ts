import { clone, type DescMessage, type Message } from "@bufbuild/protobuf";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type Change as Edit, itemChanges, valueChanges } from "../samples/breaking/changes.ts";
import { holderAt } from "../samples/breaking/negatives.ts";
import {
  ownTargets,
  type RuleTarget,
  ruleTargets,
  targetsOfField,
} from "../samples/breaking/targets.ts";
import { changedTargets } from "./changed-names.ts";
import type { ChangedPlace } from "./changed-places.ts";
import { carried, type Guard, type Sides } from "./guard.ts";
import { literalEdits } from "./literals.ts";
import { ignoresOtherwise } from "./refused-at.ts";

/**
 * A message and variants of it that break the rules of the refusing side at a place, the gentlest
 * first, as messages of the accepting side.
 */
export function* candidatesOf(
  place: ChangedPlace,
  side: "old" | "now",
  root: Sides<DescMessage>,
  guard: Guard,
  message: Message,
): Iterable<Message> {
  yield message;
  const base = carried(root.accepting, root.refusing, message);
  if (base === null) return;
  const steps = place.steps.map((step) => step[side]);
  for (const { within, edits } of editsAt(place, side, guard)) {
    const path = [...steps, ...within];
    const holder = holderAt(root.refusing, base, path);
    if (holder === null) continue;
    for (const edit of edits(holder)) {
      const copy = clone(root.refusing, base);
      const held = holderAt(root.refusing, copy, path);
      if (held === null) continue;
      edit(held);
      const back = carried(root.refusing, root.accepting, copy);
      if (back !== null) yield back;
    }
  }
}

type Edits = {
  /** Fields that lead on from the message that holds the change. */
  readonly within: RuleTarget["steps"];
  edits(holder: ReflectMessage): readonly Edit[];
};

function* editsAt({ at }: ChangedPlace, side: "old" | "now", guard: Guard): Iterable<Edits> {
  const { generator } = guard;
  const broken = ({ steps, changes }: RuleTarget): Edits => ({ within: steps, edits: changes });
  switch (at.kind) {
    case "enum_value": {
      const field = at.field[side];
      const number = (at.now ?? at.old)?.number;
      const isMany = field.fieldKind === "list" || field.fieldKind === "map";
      const edits = isMany ? itemChanges(field).set([number]) : valueChanges(field, [number]);
      yield { within: [], edits: () => edits };
      return;
    }
    case "field": {
      const field = at[side];
      if (field === null) return;
      yield { within: [], edits: () => literalEdits(at, side) };
      const other = at[side === "old" ? "now" : "old"];
      const isChanged = other === null ? () => true : changedTargets(other, field);
      for (const target of targetsOfField(generator, field)) {
        if (isChanged(target)) yield broken(target);
      }
      if (field.message === undefined || !ignoresOtherwise(at)) return;
      for (const target of ruleTargets(generator, field.message)) {
        yield { ...broken(target), within: [field, ...target.steps] };
      }
      return;
    }
    default: {
      const desc = at.kind === "message" ? at[side] : at[side]?.parent;
      if (desc === undefined) return;
      yield { within: [], edits: () => literalEdits(at, side) };
      for (const target of ownTargets(generator, desc)) yield broken(target);
    }
  }
}
