import type { DescField, DescMessage, FileRegistry } from "@bufbuild/protobuf";
import type { Binding } from "../binding/binding.ts";
import { typeOf } from "../diff/words.ts";
import type { SubjectUse, UsedField, UsedMessage } from "./usage.ts";

/** The contract that a use is held against. */
export interface UsedContract {
  readonly registry: FileRegistry;
  readonly bindings: readonly Binding[];
}

/** Something that a consumer uses and a contract does not have as it was. */
export interface Missing {
  readonly subject: string;
  /** The full name: of the field, of the message, or the pattern of the subject. */
  readonly element: string;
  /** The way to a field by numbers, which other names do not change; null for what is no field. */
  readonly numbers: readonly number[] | null;
  /** What the consumer does with it. */
  readonly does: "uses" | "reads" | "sends";
  /** The field's path or what else it is: `price_cents of acme.shop.v1.Receipt`. */
  readonly what: string;
  /** As what it was used, and as what it is there; both null where it is not there at all. */
  readonly was: string | null;
  readonly is: string | null;
}

/**
 * What a use would miss under a contract: its subject, its messages, and fields that are gone or have
 * another type. Fields are found by their numbers, as on the wire: a new name alone breaks nobody who runs.
 */
export function missingFrom(use: SubjectUse, contract: UsedContract): readonly Missing[] {
  const binding = contract.bindings.find((each) => each.pattern === use.subject);
  const { subject } = use;
  const ofSubject = {
    subject,
    element: subject,
    numbers: null,
    does: "uses",
    what: subject,
  } as const;
  if (binding === undefined) return [{ ...ofSubject, was: null, is: null }];
  const was = travelsAs(use.kind, use.sends?.message ?? null, use.reads.message);
  const is = ofBinding(binding);
  if (was !== is) return [{ ...ofSubject, was, is }];
  return [
    ...missingFields(use.subject, "reads", use.reads, contract),
    ...(use.sends === null ? [] : missingFields(use.subject, "sends", use.sends, contract)),
  ];
}

/** One line: `shop-web@2.1.0 reads price_cents of acme.shop.v1.Receipt, which 1.4.0 does not have`. */
export function missingText({ does, what, was, is }: Missing, who: string, where: string): string {
  return was === null || is === null
    ? `${who} ${does} ${what}, which ${where} does not have`
    : `${who} ${does} ${what} as ${was}; in ${where} it is ${is}`;
}

function ofBinding(binding: Binding): string {
  return binding.kind === "event"
    ? travelsAs(binding.kind, null, binding.messageType)
    : travelsAs(binding.kind, binding.messageType, binding.replyType);
}

function travelsAs(kind: Binding["kind"], sent: string | null, received: string): string {
  return sent === null ? `${kind} of ${received}` : `${kind} of ${sent} for ${received}`;
}

function missingFields(
  subject: string,
  does: "reads" | "sends",
  { message, fields }: UsedMessage,
  { registry }: UsedContract,
): readonly Missing[] {
  const desc = registry.getMessage(message);
  if (desc === undefined) {
    return [{ subject, element: message, numbers: null, does, what: message, was: null, is: null }];
  }
  return fields.flatMap((used): readonly Missing[] => {
    const { owner, field, depth } = fieldAt(desc, used);
    const name = used.path.split(".")[depth];
    const { numbers } = used;
    const at = { subject, numbers, does, what: `${used.path} of ${message}` };
    if (field === null) {
      return [{ ...at, element: `${owner.typeName}.${name}`, was: null, is: null }];
    }
    const is = typeText(field);
    const element = `${owner.typeName}.${field.name}`;
    return is === used.type ? [] : [{ ...at, element, was: used.type, is }];
  });
}

/**
 * The field at a path, or null, and how far the way to it leads: the last message on it, and the
 * place of its field in the path. Through lists and maps.
 */
export function fieldAt(
  desc: DescMessage,
  { numbers }: Pick<UsedField, "numbers">,
): { readonly owner: DescMessage; readonly field: DescField | null; readonly depth: number } {
  let owner = desc;
  for (const [depth, number] of numbers.entries()) {
    const field = owner.fields.find((each) => each.number === number);
    if (field === undefined) return { owner, field: null, depth };
    if (depth === numbers.length - 1) return { owner, field, depth };
    if (field.message === undefined) return { owner, field: null, depth };
    owner = field.message;
  }
  return { owner, field: null, depth: 0 };
}

/** As stubs write a type: of a list with `repeated`. */
function typeText(field: DescField): string {
  return field.fieldKind === "list" ? `repeated ${typeOf(field)}` : typeOf(field);
}
