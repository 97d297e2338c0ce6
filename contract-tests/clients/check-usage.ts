import {
  type DescField,
  type DescMessage,
  type FileRegistry,
  ScalarType,
} from "@bufbuild/protobuf";
import type { Binding } from "../../registry/core/binding/binding.ts";
import type { ParticipantUse } from "./usage.ts";

/** The contract that a use is held against. */
export interface UsedContract {
  /** What it is called: a version, a folder, a git ref. */
  readonly label: string;
  readonly registry: FileRegistry;
  readonly bindings: readonly Binding[];
}

/** Something that a participant uses and a contract does not have. */
export interface Missing {
  readonly participant: string;
  readonly module: string;
  readonly subject: string;
  readonly message: string;
  /** The path of the field, or null for the subject or the message itself. */
  readonly field: string | null;
  readonly problem: string;
}

/** What a use would miss under a contract: its subject, its message, and fields of another type. */
export function missingFrom(use: ParticipantUse, contract: UsedContract): readonly Missing[] {
  const { participant, module, subject, message } = use;
  const missing = (field: string | null, problem: string): Missing => ({
    participant,
    module,
    subject,
    message,
    field,
    problem,
  });
  const found: Missing[] = [];
  const binding = contract.bindings.find((each) => each.pattern === subject);
  if (binding === undefined) {
    found.push(
      missing(null, `${participant} uses ${subject}, which ${contract.label} does not bind`),
    );
  } else if (binding.kind !== use.kind || receivedType(binding) !== message) {
    const now = `${binding.kind} of ${receivedType(binding)}`;
    const then = `${use.kind} of ${message}`;
    found.push(
      missing(null, `${participant} uses ${subject} as ${then}; in ${contract.label} it is ${now}`),
    );
  }
  const desc = contract.registry.getMessage(message);
  if (desc === undefined) {
    return [
      ...found,
      missing(null, `${participant} reads ${message}, which ${contract.label} does not have`),
    ];
  }
  for (const { path, type } of use.fields) {
    const field = fieldAt(desc, path.split("."));
    const reads = `${participant} reads ${path} of ${message}`;
    if (field === null) {
      found.push(missing(path, `${reads}, which ${contract.label} does not have`));
    } else if (typeText(field) !== type) {
      found.push(
        missing(path, `${reads} as ${type}; in ${contract.label} it is ${typeText(field)}`),
      );
    }
  }
  return found;
}

function receivedType(binding: Binding): string {
  return binding.kind === "event" ? binding.messageType : binding.replyType;
}

/** The field at a path of proto names; lists and maps are passed through. */
function fieldAt(desc: DescMessage, [name, ...rest]: readonly string[]): DescField | null {
  const field = desc.fields.find((each) => each.name === name);
  if (field === undefined || rest.length === 0) return field ?? null;
  return field.message === undefined ? null : fieldAt(field.message, rest);
}

/** As the stubs write a type: `repeated acme.shop.v1.Item`, `map<string, double>`. */
function typeText(field: DescField): string {
  const element =
    field.message?.typeName ?? field.enum?.typeName ?? scalarText(field.scalar ?? ScalarType.BYTES);
  if (field.fieldKind === "list") return `repeated ${element}`;
  if (field.fieldKind === "map") return `map<${scalarText(field.mapKey)}, ${element}>`;
  return element;
}

function scalarText(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}
