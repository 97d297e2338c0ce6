import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Both, ChangedAt } from "./changed-at.ts";

/** A field that is written in another way; null on a side that does not have it. */
export type ChangedForm = Extract<ChangedAt, { readonly kind: "field" }>;

/**
 * The fields of a message type itself by which a message can be harmed that another release hands on.
 * One that only one side has is none, because the other keeps its bytes; unless it is required.
 */
export function changedForms(old: DescMessage, now: DescMessage): readonly ChangedForm[] {
  const gone = new Map(old.fields.map((field) => [field.number, field]));
  const forms: ChangedForm[] = [];
  for (const field of now.fields) {
    const was = gone.get(field.number) ?? null;
    gone.delete(field.number);
    const isHarmless = was === null ? !isRequired(field) : hasSameForm({ old: was, now: field });
    if (!isHarmless) forms.push({ kind: "field", old: was, now: field });
  }
  for (const was of gone.values()) {
    if (isRequired(was)) forms.push({ kind: "field", old: was, now: null });
  }
  return forms;
}

function isRequired({ presence }: DescField): boolean {
  return presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

/** Values of enums do not count: unknown ones are kept, of closed enums as well. */
function hasSameForm({ old, now }: Both<DescField>): boolean {
  return (
    old.fieldKind === now.fieldKind &&
    old.scalar === now.scalar &&
    old.presence === now.presence &&
    old.message?.typeName === now.message?.typeName &&
    old.enum?.open === now.enum?.open &&
    mapKeyOf(old) === mapKeyOf(now) &&
    isDelimited(old) === isDelimited(now) &&
    (old.oneof?.name === now.oneof?.name || membersOf(old, now) === membersOf(now, old))
  );
}

function mapKeyOf(field: DescField) {
  return field.fieldKind === "map" ? field.mapKey : undefined;
}

function isDelimited(field: DescField): boolean {
  return field.message !== undefined && field.fieldKind !== "map" && field.delimitedEncoding;
}

/** The numbers in a field's oneof that both sides have: under another name it can be the same oneof. */
function membersOf(field: DescField, { parent }: DescField): string {
  const there = new Set(parent.fields.map((each) => each.number));
  const numbers = (field.oneof?.fields ?? []).map((each) => each.number);
  return numbers.filter((number) => there.has(number)).join();
}
