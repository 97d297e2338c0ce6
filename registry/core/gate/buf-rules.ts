import { ruleExamples } from "./examples/examples.ts";
import { otherLanguages } from "./other-languages.ts";
import { whyOf } from "./reasons.ts";
import type { Tier } from "./report.ts";
import type { Rule } from "./rule.ts";

/**
 * The tier of every rule of buf's categories FILE, PACKAGE, WIRE_JSON and WIRE. The tier says what
 * breaks for users of TypeScript on NATS, which is not what the category says: a `java_package`
 * is a FILE rule and breaks nobody here, a deleted rpc is no WIRE rule and leaves callers alone.
 */

const keep =
  "Keep what is there, mark it deprecated, and add the new form beside it; or make the change in a new package version (v2) beside this one.";
const reserve =
  'Reserve the number and the name (`reserved 4; reserved "old_name";`) so that nobody can use them for something else. Deleting still breaks the generated code: deprecate it instead, or make the change in a v2 package.';
const newField =
  "Bytes and stored messages of the old form become unreadable. Leave the field as it is, deprecate it, and add a new field with a new number.";
const rename =
  "A name is part of the JSON form and of the generated code. Keep the name, or add a new field with a new number and deprecate this one.";
const backOption = "Set the option back to what it was.";
const foreign =
  "Nothing to do for TypeScript; other languages' generated code may need a new import.";
const moved =
  "The import path of this file changes. Leave the type in its file when another module imports it; otherwise the package's barrel hides the move.";

type Row = readonly [id: string, tier: Tier, summary: string, remedy: string];

const wire: readonly Row[] = [
  [
    "FIELD_SAME_DEFAULT",
    "wire",
    "A field's default value changed, so absent fields read differently.",
    backOption,
  ],
  [
    "FIELD_SAME_ONEOF",
    "wire",
    "A field moved into or out of a oneof, so setting one clears another.",
    newField,
  ],
  [
    "FILE_SAME_PACKAGE",
    "wire",
    "A file's package changed, and with it the full name of everything in it.",
    keep,
  ],
  [
    "MESSAGE_SAME_REQUIRED_FIELDS",
    "wire",
    "A required field was added or deleted, so old messages are refused.",
    newField,
  ],
  [
    "RESERVED_ENUM_NO_DELETE",
    "wire",
    "A reserved enum number or name is free again.",
    "Put the reserved range or name back: what was deleted once must never mean something else.",
  ],
  [
    "RESERVED_MESSAGE_NO_DELETE",
    "wire",
    "A reserved field number or name is free again.",
    "Put the reserved range or name back: what was deleted once must never mean something else.",
  ],
  [
    "RPC_SAME_CLIENT_STREAMING",
    "wire",
    "An rpc began or stopped to take a stream of requests.",
    keep,
  ],
  ["RPC_SAME_REQUEST_TYPE", "wire", "An rpc takes another message.", keep],
  ["RPC_SAME_RESPONSE_TYPE", "wire", "An rpc returns another message.", keep],
  ["RPC_SAME_SERVER_STREAMING", "wire", "An rpc began or stopped to return a stream.", keep],
  [
    "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "wire",
    "An enum value was deleted and its number can be used again.",
    reserve,
  ],
  [
    "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "wire",
    "A field was deleted and its number can be used again.",
    reserve,
  ],
  [
    "FIELD_WIRE_COMPATIBLE_CARDINALITY",
    "wire",
    "A field's cardinality changed so that old bytes are misread.",
    newField,
  ],
  [
    "FIELD_WIRE_COMPATIBLE_TYPE",
    "wire",
    "A field's type changed so that old bytes are misread.",
    newField,
  ],
];

const json: readonly Row[] = [
  ["ENUM_SAME_JSON_FORMAT", "json", "An enum lost its JSON form.", backOption],
  ["ENUM_VALUE_SAME_NAME", "json", "An enum value was renamed.", rename],
  ["FIELD_SAME_JSON_NAME", "json", "A field's JSON name changed.", rename],
  ["FIELD_SAME_NAME", "json", "A field was renamed.", rename],
  ["MESSAGE_SAME_JSON_FORMAT", "json", "A message lost its JSON form.", backOption],
  [
    "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
    "json",
    "An enum value was deleted and its name can be used again.",
    reserve,
  ],
  [
    "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
    "json",
    "A field was deleted and its name can be used again.",
    reserve,
  ],
  [
    "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
    "json",
    "A field's cardinality changed so that its JSON form is misread.",
    newField,
  ],
  [
    "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
    "json",
    "A field's type changed so that its JSON form is misread.",
    newField,
  ],
];

const source: readonly Row[] = [
  [
    "ENUM_SAME_TYPE",
    "source",
    "An enum became open or closed, so unknown values are treated differently.",
    backOption,
  ],
  ["EXTENSION_MESSAGE_NO_DELETE", "source", "An extension range was deleted.", keep],
  ["ENUM_VALUE_NO_DELETE", "source", "An enum value was deleted.", reserve],
  ["FIELD_NO_DELETE", "source", "A field was deleted.", reserve],
  [
    "FIELD_SAME_CARDINALITY",
    "source",
    "A field's cardinality changed, and with it its generated type.",
    newField,
  ],
  [
    "FIELD_SAME_JSTYPE",
    "source",
    "A field's jstype changed, so its generated type is another.",
    backOption,
  ],
  [
    "FIELD_SAME_TYPE",
    "source",
    "A field's type changed, and with it its generated type.",
    newField,
  ],
  ["ONEOF_NO_DELETE", "source", "A oneof was deleted.", keep],
  ["PACKAGE_ENUM_NO_DELETE", "source", "An enum was deleted from its package.", keep],
  ["PACKAGE_EXTENSION_NO_DELETE", "source", "An extension was deleted from its package.", keep],
  ["PACKAGE_MESSAGE_NO_DELETE", "source", "A message was deleted from its package.", keep],
  [
    "PACKAGE_NO_DELETE",
    "source",
    "A package was deleted.",
    "Keep the package while anyone uses it; a new version lives in a package of its own beside it.",
  ],
  ["PACKAGE_SERVICE_NO_DELETE", "source", "A service was deleted from its package.", keep],
  ["RPC_NO_DELETE", "source", "An rpc was deleted.", keep],
];

/** Moves between files of one package: the barrel hides them, a deep import does not. */
const moves: readonly Row[] = [
  ["ENUM_NO_DELETE", "compatible", "An enum left its file.", moved],
  ["EXTENSION_NO_DELETE", "compatible", "An extension left its file.", moved],
  ["FILE_NO_DELETE", "compatible", "A file was deleted.", moved],
  ["MESSAGE_NO_DELETE", "compatible", "A message left its file.", moved],
  ["SERVICE_NO_DELETE", "compatible", "A service left its file.", moved],
];

const surprises: readonly Row[] = [
  [
    "FIELD_SAME_UTF8_VALIDATION",
    "dangerous",
    "A string field's UTF-8 check was switched on or off.",
    backOption,
  ],
  [
    "FILE_SAME_SYNTAX",
    "dangerous",
    "A file's syntax or edition changed.",
    "Check that presence and enums behave as before; the other rules say where they do not.",
  ],
  [
    "RPC_SAME_IDEMPOTENCY_LEVEL",
    "dangerous",
    "An rpc's idempotency level changed.",
    "Callers decide by it whether they may retry. Weakening it is refused by BINDING_IDEMPOTENCY_NO_WEAKEN.",
  ],
];

function rule([id, tier, summary, remedy]: Row): Rule {
  const example = ruleExamples.get(id) ?? null;
  return { id, family: "schema", tier, source: "buf", summary, why: whyOf(id), example, remedy };
}

export const bufRules: readonly Rule[] = [
  ...[...wire, ...json, ...source, ...surprises].map(rule),
  ...moves.map((row) => ({ ...rule(row), tierWhenImported: "source" as const })),
  ...otherLanguages.map((id) =>
    rule([
      id,
      "compatible",
      "An option changed that only other languages' generated code reads.",
      foreign,
    ]),
  ),
];
