import type { LawEntry } from "./law-entry.ts";

/** The laws of the schemas themselves. The gate judges them before anything is live. */
export const schemaLaws: readonly LawEntry[] = [
  {
    id: "S1",
    title: "accepts the same messages in every release",
    promise:
      "What one release accepts, no other of the same major refuses, in the direction in which messages travel.",
    appliesTo: "every message that a binding carries",
    effect: "offline",
    needs: [],
    evidence:
      "A search for a message that one release accepts and the other refuses, at the bounds of each rule that changed and on random messages. That nothing is found proves nothing, and `VALIDATION_CHANGED` then says so.",
    minimum: null,
    breach: {
      fault: "max_len of a note goes from 4000 to 100.",
      reported:
        "VALIDATION_NO_TIGHTEN  string.max_len of note: a message of 101 characters was accepted, and is refused",
    },
    remedy: "Keep the rule, or bind the other form in a v2 package beside it.",
    rules: ["VALIDATION_NO_TIGHTEN", "VALIDATION_NO_LOOSEN", "VALIDATION_CHANGED"],
  },
  {
    id: "S2",
    title: "carries a message through every release unharmed",
    promise:
      "A message that passes through a participant of another release of the same major comes out with the same content; fields that it does not know are kept.",
    appliesTo: "every message that a binding carries",
    effect: "offline",
    needs: [],
    evidence:
      "A search for a message of one release that is not the same after the other has decoded and encoded it, in both directions, for each field that is written in another way. That nothing is found proves nothing.",
    minimum: null,
    breach: {
      fault: "count goes from int32 to int64, and what is more than 32 bits is cut off on its way.",
      reported:
        'MESSAGE_PASSES_UNHARMED  {"count":"4294967297"} of the proposal is handed on as {"count":1} by the baseline',
    },
    remedy: "Add a field beside the old one, and deprecate that.",
    rules: ["MESSAGE_PASSES_UNHARMED", "FIELD_NUMBER_NO_REUSE"],
  },
  {
    id: "S3",
    title: "has rules that can be evaluated",
    promise:
      "Every rule in CEL compiles, and says yes or no of every message that keeps the other rules, such as one with an empty list.",
    appliesTo: "every message with a rule in CEL",
    effect: "offline",
    needs: [],
    evidence:
      "A message on which a new or changed rule was evaluated. In a run against live services the same shows as verdict `schema-bug`.",
    minimum: null,
    breach: {
      fault: "A rule looks at the last item of a list that may be empty.",
      reported:
        "VALIDATION_RULE_FAILS  a rule of turns cannot be evaluated (index -1 out of bounds), for instance on {}",
    },
    remedy: "Guard what can be missing: `size(this.turns) > 0 && …`, `has(this.a)`.",
    rules: ["VALIDATION_RULE_FAILS"],
  },
];
