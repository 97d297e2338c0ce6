import { otherLanguages } from "./other-languages.ts";

/**
 * Why each rule matters to whoever writes TypeScript on NATS: what breaks, where, and how it shows.
 * Rules that break the same thing share a text.
 */
const reasons: readonly (readonly [why: string, ...rules: string[]])[] = [
  [
    "Messages with the old number lie in JetStream streams, and services that are not deployed anew go on sending them. Once someone gives the number to something else, readers take the old bytes for it, and nothing fails that anybody would notice.",
    "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "RESERVED_MESSAGE_NO_DELETE",
    "RESERVED_ENUM_NO_DELETE",
    "FIELD_NUMBER_NO_REUSE",
    "ENUM_VALUE_NUMBER_NO_REUSE",
  ],
  [
    "Bytes hold no names, but the JSON form does: logs, fixtures, the answers of HTTP gateways. Once someone gives the name to something else, old JSON is read as the new thing.",
    "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
    "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
  ],
  [
    "The stub package of the next release does not have it any more, so code that uses it stops compiling after an update that `^` promised to be harmless. Services with older stubs go on sending it, and nobody reads it.",
    "FIELD_NO_DELETE",
    "ENUM_VALUE_NO_DELETE",
    "ONEOF_NO_DELETE",
  ],
  [
    "The bytes stay the same, but the generated property or constant has another name, so that code stops compiling, and JSON with the old name is not understood any more.",
    "FIELD_SAME_NAME",
    "ENUM_VALUE_SAME_NAME",
  ],
  [
    "The bytes and the generated property stay the same, but `toJson` writes another name and `fromJson` does not know the old one: logs, fixtures and gateways disagree with each other.",
    "FIELD_SAME_JSON_NAME",
  ],
  [
    "During a rollout old and new instances share one subject and one queue group, and a stream keeps messages of the old form. Whoever reads with the other form gets a wrong value or an empty one, mostly without an error.",
    "FIELD_WIRE_COMPATIBLE_TYPE",
    "FIELD_WIRE_COMPATIBLE_CARDINALITY",
    "FIELD_SAME_ONEOF",
  ],
  [
    "The bytes can still be read, within the smaller of the two ranges, but the JSON form differs: 64-bit numbers are texts in JSON, lists are no objects. Whoever stores or shows JSON misreads it.",
    "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
    "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
  ],
  [
    "The bytes can still be read, but the generated TypeScript has another type: `number` becomes `bigint`, a value can be `undefined`, a list is none. Code that was right stops compiling after an update within `^`.",
    "FIELD_SAME_TYPE",
    "FIELD_SAME_CARDINALITY",
    "FIELD_SAME_JSTYPE",
  ],
  [
    "A field that is not in the bytes reads as its default. Both sides have their own, so one and the same message means two things, depending on whose stubs read it.",
    "FIELD_SAME_DEFAULT",
  ],
  [
    "A required field that is missing makes the whole message unreadable. Old senders do not send a new one, old readers demand a deleted one, and messages in a stream never get it.",
    "MESSAGE_SAME_REQUIRED_FIELDS",
  ],
  [
    "Stubs look a type up by its full name. Under another one it is another type: no import of a stub package resolves, and `Any` and error details hold names that nobody knows.",
    "FILE_SAME_PACKAGE",
  ],
  [
    "A closed enum sets numbers aside that it does not know, and the field reads as not set; an open one keeps the number. A `switch` in TypeScript that was complete is not any more, or the other way round.",
    "ENUM_SAME_TYPE",
  ],
  [
    "With `json_format = LEGACY_BEST_EFFORT` nobody checks that the names of a type are different in JSON, so JSON may hold one field under the name of another.",
    "ENUM_SAME_JSON_FORMAT",
    "MESSAGE_SAME_JSON_FORMAT",
  ],
  [
    "The import that other code has leads nowhere: the stub package does not export it any more. Services with older stubs still send or serve it, without a contract that anybody could look up.",
    "PACKAGE_MESSAGE_NO_DELETE",
    "PACKAGE_ENUM_NO_DELETE",
    "PACKAGE_SERVICE_NO_DELETE",
    "PACKAGE_EXTENSION_NO_DELETE",
    "PACKAGE_NO_DELETE",
    "PACKAGE_NO_DELETE_UNLESS_RETIRED",
  ],
  [
    "A stub package has a barrel for each proto package, which hides in what file a type stands. Only the generated code of another module imports single files, and stops compiling when the type has left.",
    "MESSAGE_NO_DELETE",
    "ENUM_NO_DELETE",
    "SERVICE_NO_DELETE",
    "EXTENSION_NO_DELETE",
    "FILE_NO_DELETE",
  ],
  [
    "Someone's extension may use a number of the range. It does not compile any more, and its bytes are read as unknown fields.",
    "EXTENSION_MESSAGE_NO_DELETE",
  ],
  [
    "The generated client has the method no more, so callers stop compiling; those that are deployed already go on calling, and get an error or no answer.",
    "RPC_NO_DELETE",
  ],
  [
    "Callers and services are never deployed in one moment. While they differ, one reads the other's bytes as another message: protobuf has no name in the bytes that would tell them apart.",
    "RPC_SAME_REQUEST_TYPE",
    "RPC_SAME_RESPONSE_TYPE",
    "BINDING_TYPE_SAME",
  ],
  [
    "A single message and a stream of frames are two protocols on NATS: whoever waits for one reply takes the first frame for it, and whoever waits for frames waits in vain.",
    "RPC_SAME_CLIENT_STREAMING",
    "RPC_SAME_SERVER_STREAMING",
    "BINDING_KIND_SAME",
  ],
  [
    "The generated client decides by it whether it may send a request again after a time-out. Whoever has older stubs decides by what stood there before.",
    "RPC_SAME_IDEMPOTENCY_LEVEL",
    "BINDING_IDEMPOTENCY_NO_WEAKEN",
  ],
  [
    "A reader that checks refuses a whole message for one text that is no UTF-8; one that does not takes it. Senders with older stubs may send such texts.",
    "FIELD_SAME_UTF8_VALIDATION",
  ],
  [
    "Syntax and edition decide by default whether fields know that they are set, whether enums are open and how lists are written. Where one of them changes, another rule says so; this one asks to look.",
    "FILE_SAME_SYNTAX",
  ],
  [
    "TypeScript's generated code does not read this option. It is shown for those who generate code in another language from the same files.",
    ...otherLanguages,
  ],
  [
    "NATS knows no redirection: whoever sends to the old subject is heard by nobody, and whoever listens on it hears nothing. The access rules of an account name subjects too, and refuse the new one.",
    "BINDING_SUBJECT_NO_DELETE",
    "BINDING_SUBJECT_SAME",
    "BINDING_REPLY_SUBJECT_SAME",
    "BINDING_FRAMES_SUBJECT_SAME",
    "BINDING_DEAD_LETTER_SAME",
  ],
  [
    "NATS gives each message to one member of each queue group. While instances of both releases run, each group serves every request: orders are placed twice, and the caller takes the faster answer.",
    "BINDING_QUEUE_GROUP_SAME",
  ],
  [
    "Consumers are made on a stream by its name. They stay on the old one, which gets no more messages; what lies there is not taken along.",
    "BINDING_STREAM_SAME",
  ],
  [
    "Stubs pack and unpack payloads as their own release says. While instances of both releases run, one side refuses what the other sends.",
    "BINDING_COMPRESSION_SAME",
    "BINDING_ENCRYPTION_SAME",
  ],
  [
    "JetStream throws messages away as soon as the stream is changed. A consumer that was stopped over night, or is slower than the new limit, never sees them.",
    "BINDING_RETENTION_NO_SHORTEN",
  ],
  [
    "The generated client gives up at the deadline. What was slow and right before fails now with `deadline_exceeded`, first under load.",
    "BINDING_DEADLINE_NO_SHORTEN",
  ],
  [
    "The mark says that a value is personal, secret or financial. Whoever masks values in logs and reports by it shows them from the next release on.",
    "SENSITIVE_NO_REMOVE",
  ],
  [
    "Services check requests, and consumers check events, before a handler sees them. Callers with older stubs go on sending what was right, and get `invalid_argument`; events that lie in a stream end up as dead letters.",
    "VALIDATION_NO_TIGHTEN",
  ],
  [
    "Subscribers check events with the rules of their own stubs, and refuse what those did not allow: the event is lost, or ends up as a dead letter. Callers that check replies fail as well; those that do not get values that their code was promised never to see.",
    "VALIDATION_NO_LOOSEN",
  ],
  [
    "Services store messages, forward them, and put them into other messages. One with other stubs decodes what it gets and encodes what it knows: a number is cut off, a text is lost, and whoever gets the message next takes it for what was sent.",
    "MESSAGE_PASSES_UNHARMED",
  ],
  [
    "A rule that cannot be evaluated neither accepts nor refuses: each message that meets it fails with an error of the schema, whoever sent it and whatever it holds.",
    "VALIDATION_RULE_FAILS",
  ],
  [
    "What a pattern or an expression lets through is only known by trying it. If the new one is stricter somewhere, callers with older stubs are refused there; if it is looser, readers with older stubs refuse what comes.",
    "VALIDATION_CHANGED",
  ],
  [
    "A field that went is zero or empty for whoever still reads it, one of another type is misread or lost, and on a subject that went nobody answers. Nothing fails that the reader would notice: it goes on with a price of 0. That a number is reserved, or that a package is still unstable, helps those who come later and not those who run.",
    "CONSUMER_USE_NO_BREAK",
  ],
  [
    "Generated enums are numbers at run time: a reader with older stubs gets a number that is no member of its type. A `switch` without a default branch falls through, and rules such as `enum.defined_only` refuse the message.",
    "ENUM_VALUE_ADDED",
  ],
  [
    "A reader with older stubs sees `case: undefined`, as if nothing had been set: a `switch` over the cases does nothing, and a rule that one of them is required refuses the message.",
    "ONEOF_MEMBER_ADDED",
  ],
];

const byRule = new Map(
  reasons.flatMap(([why, ...rules]) => rules.map((rule) => [rule, why] as const)),
);

/** Why a rule matters; empty for one that nobody has written it for. */
export function whyOf(rule: string): string {
  return byRule.get(rule) ?? "";
}
