import { ruleExamples } from "./examples/examples.ts";
import { whyOf } from "./reasons.ts";
import type { Tier } from "./report.ts";
import type { Rule, RuleFamily } from "./rule.ts";

const v2 =
  "Keep this subject as it is and bind the new form in a v2 package beside it, on v2 subjects.";

const newField =
  "Leave the field as it is, deprecate it, and add a new field with a new number; or bind the new form in a v2 package beside it, on v2 subjects.";

type Row = readonly [id: string, tier: Tier, summary: string, remedy: string];

/** What buf does not see: it treats options as text without meaning. */
const binding: readonly Row[] = [
  [
    "BINDING_SUBJECT_NO_DELETE",
    "wire",
    "A bound subject is not bound any more, so its messages have no contract.",
    v2,
  ],
  [
    "BINDING_SUBJECT_SAME",
    "wire",
    "An rpc or event moved to another subject, so callers and listeners of the old one hear nothing.",
    v2,
  ],
  ["BINDING_KIND_SAME", "wire", "A subject changed between request, streaming and event.", v2],
  ["BINDING_TYPE_SAME", "wire", "Another message travels on a subject.", v2],
  ["BINDING_REPLY_SUBJECT_SAME", "wire", "The subject of the replies changed.", v2],
  [
    "BINDING_FRAMES_SUBJECT_SAME",
    "wire",
    "The subject of the frames changed, so readers of the old one hear nothing.",
    v2,
  ],
  [
    "BINDING_QUEUE_GROUP_SAME",
    "wire",
    "The queue group changed: while old and new instances run side by side, each request is served twice.",
    "Set the queue group back.",
  ],
  [
    "BINDING_STREAM_SAME",
    "wire",
    "An event moved to another stream, or into or out of JetStream.",
    v2,
  ],
  [
    "BINDING_DEAD_LETTER_SAME",
    "wire",
    "The dead-letter subject changed or went, so whoever watches the old one hears nothing.",
    "Set the dead-letter subject back.",
  ],
  [
    "BINDING_COMPRESSION_SAME",
    "wire",
    "The compression changed: stubs of one release refuse what those of the other send.",
    v2,
  ],
  [
    "BINDING_ENCRYPTION_SAME",
    "wire",
    "The encryption changed: stubs of one release refuse what those of the other send.",
    v2,
  ],
  [
    "BINDING_RETENTION_NO_SHORTEN",
    "dangerous",
    "A stream keeps its messages for less long, so late readers lose some.",
    "Keep the retention, or lengthen it.",
  ],
  [
    "BINDING_DEADLINE_NO_SHORTEN",
    "dangerous",
    "The deadline or the idle time-out became shorter, so requests fail that succeeded before.",
    "Keep the deadline, or lengthen it.",
  ],
  [
    "BINDING_IDEMPOTENCY_NO_WEAKEN",
    "dangerous",
    "An rpc is not idempotent any more, but callers with older stubs retry it.",
    "Keep the idempotency level, or bind the new behaviour to a new rpc.",
  ],
  [
    "SENSITIVE_NO_REMOVE",
    "dangerous",
    "A field is not marked sensitive any more, so logs and reports may show it.",
    "Mark the field as sensitive again.",
  ],
];

/** What one comparison cannot see, because it forgets what was there before head. */
const schema: readonly Row[] = [
  [
    "FIELD_NUMBER_NO_REUSE",
    "wire",
    "A field has a number that an earlier release used for another field, so whoever still has its messages or code misreads the new ones.",
    "Give the new field a number that was never used, and reserve the old one.",
  ],
  [
    "ENUM_VALUE_NUMBER_NO_REUSE",
    "wire",
    "An enum value has a number that an earlier release used for another value, so whoever still has its messages or code misreads the new ones.",
    "Give the new value a number that was never used, and reserve the old one.",
  ],
];

/** What is new and breaks nothing; readers that are compiled with older stubs can still trip over it. */
const addition: readonly Row[] = [
  [
    "ENUM_VALUE_ADDED",
    "dangerous",
    "An enum that was there has a new value, which readers with older stubs do not know.",
    "Send the new value only when those who read it have stubs that know it, or a branch for values that they do not know.",
  ],
  [
    "ONEOF_MEMBER_ADDED",
    "dangerous",
    "A oneof that was there has a new member, and readers with older stubs see that nothing is set.",
    "Send the new member only when those who read it have stubs that know it, or a branch for a oneof that is not set.",
  ],
  [
    "VALIDATION_CHANGED",
    "dangerous",
    "A pattern or a rule in CEL changed, and no message was found that one form accepts and the other refuses.",
    "Make sure that it means the same, or try it on messages that you have: the search is bounded, and proves nothing.",
  ],
];

/** What a version promises to those who use it. */
const version: readonly Row[] = [
  [
    "PACKAGE_NO_DELETE_UNLESS_RETIRED",
    "source",
    "A proto package was deleted that somebody uses, or whose end was not announced, or has not come.",
    "Announce the end with `charter module retire`, move those who use the package to its successor (`charter service list` shows them), and delete it after the sunset.",
  ],
];

/** What becomes of messages: what validation lets through, and what another release hands on. */
const behaviour: readonly Row[] = [
  [
    "VALIDATION_NO_TIGHTEN",
    "wire",
    "A rule of validation refuses messages that others still send, or that a stream still holds.",
    "Keep the rule as it was, and refuse in the handler what it must not take; or bind the stricter form in a v2 package beside it, on v2 subjects.",
  ],
  [
    "VALIDATION_NO_LOOSEN",
    "wire",
    "A rule of validation lets messages through that readers with older stubs refuse.",
    "Keep the rule as it was, and send nothing that breaks it; or bind the looser form in a v2 package beside it, on v2 subjects.",
  ],
  [
    "MESSAGE_PASSES_UNHARMED",
    "wire",
    "A message comes out changed, or not at all, from a participant of another release that hands it on.",
    newField,
  ],
  [
    "VALIDATION_RULE_FAILS",
    "dangerous",
    "A rule in CEL does not compile, or fails on a message that keeps all other rules.",
    "Guard what can be missing or zero (`has(this.a)`, `size(this.list) > 0 && …`), and name fields as the message does.",
  ],
];

/** What consumers use, as their tests have shown. */
const consumer: readonly Row[] = [
  [
    "CONSUMER_USE_NO_BREAK",
    "wire",
    "A consumer that runs, or the last build that is known of one, uses what the proposal does not have as head has it.",
    "Keep it while a consumer that the finding names uses it. Move that consumer, publish what its new build uses (`charter contract usage --publish`) and roll that out; then it may go.",
  ],
];

export const charterRules: readonly Rule[] = [
  ...family("binding", binding),
  ...family("behaviour", behaviour),
  ...family("schema", schema),
  ...family("version", version),
  ...family("consumer", consumer),
  ...family("addition", addition),
];

function family(name: RuleFamily, rows: readonly Row[]): Rule[] {
  return rows.map(([id, tier, summary, remedy]) => ({
    id,
    family: name,
    tier,
    source: "charter",
    summary,
    why: whyOf(id),
    example: ruleExamples.get(id) ?? null,
    remedy,
  }));
}
