import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { nearestWords } from "../../registry/core/nearest-words.ts";

/** The field at a path of proto names, or why there is none. Lists are passed through where they may be. */
export function fieldAt(
  desc: DescMessage,
  path: string,
  lists: "allowed" | "refused" = "refused",
): DescField | string {
  let at: DescMessage | undefined = desc;
  let field: DescField | undefined;
  for (const name of path.split(".")) {
    if (at === undefined) return `${field?.name} has no fields, so there is no ${path}`;
    field = at.fields.find((each) => each.name === name);
    if (field === undefined) return noSuchField(at, name);
    const isMany = field.fieldKind === "list" || field.fieldKind === "map";
    if (isMany && lists === "refused") {
      return `${name} of ${at.typeName} has many values, and a path leads to one`;
    }
    at = field.message;
  }
  return field ?? "the path is empty";
}

export function noSuchField(desc: DescMessage, name: string): string {
  const names = desc.fields.map((each) => each.name);
  const nearest = nearestWords(name, names);
  const guess = nearest.length === 0 ? "it has none" : `the nearest: ${nearest.join(", ")}`;
  return `${desc.typeName} has no field ${name}; ${guess}`;
}
