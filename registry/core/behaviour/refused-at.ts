import { type DescField, getOption } from "@bufbuild/protobuf";
import { message as messageOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { withoutIndexes } from "../samples/breaking/negatives.ts";
import type { BrokenRule } from "../samples/oracle.ts";
import { rulesOfField } from "../samples/values/rules.ts";
import type { ChangedAt } from "./changed-at.ts";
import type { ChangedPlace } from "./changed-places.ts";

/** Whether a violation is of the rules that changed. The path has the names of one side. */
export function isRefusedAt(
  { at, steps }: ChangedPlace,
  side: "old" | "now",
  { field, ruleId }: BrokenRule,
): boolean {
  const prefix = steps.map((step) => `${pathOf(step[side])}.`).join("");
  const path = withoutIndexes(field);
  switch (at.kind) {
    case "field": {
      const own = at[side];
      if (own === null) return false;
      if (path === prefix + own.name || path === `${prefix}${own.name}[]`) return true;
      return ignoresOtherwise(at) && path.startsWith(`${prefix}${pathOf(own)}.`);
    }
    case "enum_value":
      return ruleId === "enum.defined_only" && path.startsWith(prefix + at.field[side].name);
    case "oneof":
      return path === prefix + at[side]?.name;
    case "message": {
      if (path === prefix.replace(/\.$/, "")) return true;
      // Fields of a oneof rule are exempt from their own rules while they are zero.
      const grouped = [at.old, at.now].flatMap((each) =>
        getOption(each, messageOption).oneof.flatMap((rule) => rule.fields),
      );
      return grouped.some((name) => path === prefix + name);
    }
  }
}

function pathOf(field: DescField): string {
  return field.fieldKind === "list" || field.fieldKind === "map" ? `${field.name}[]` : field.name;
}

/** Whether the messages in a field are let through on one side without a look at them. */
export function ignoresOtherwise({ old, now }: Extract<ChangedAt, { kind: "field" }>): boolean {
  return old !== null && now !== null && rulesOfField(old).ignore !== rulesOfField(now).ignore;
}
