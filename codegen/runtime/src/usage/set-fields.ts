import { type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";
import { innerType, isMessage, type OnUse, type UsedField, usedField } from "./used-field.ts";

/**
 * Tells the fields of a message that protobuf writes on the wire, also those inside of nested messages,
 * lists and maps; one in two elements of a list is told twice. What has its default value and no
 * presence of its own does not travel, and is not told.
 */
export function tellSetFields(
  desc: DescMessage,
  message: Message,
  onSet: OnUse,
  parent: UsedField | null = null,
): void {
  for (const field of desc.fields) {
    if (!isFieldSet(message, field)) continue;
    const used = usedField(parent, field);
    onSet(used);
    const inner = innerType(field, used);
    if (inner === null) continue;
    for (const each of valuesIn(message, field)) {
      if (isMessage(each)) tellSetFields(inner, each, onSet, used);
    }
  }
}

/** The value of a field that is set, or those in its list or map. */
function valuesIn(message: Message, { oneof, localName, fieldKind }: DescField): unknown[] {
  const members = message as unknown as Readonly<Record<string, unknown>>;
  if (oneof !== undefined) return [(members[oneof.localName] as { readonly value: unknown }).value];
  const value = members[localName];
  return fieldKind === "list" || fieldKind === "map" ? Object.values(value as object) : [value];
}
