import { type DescMessage, getOption } from "@bufbuild/protobuf";
import { message as messageOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Rules, rulesOfField, rulesWithin } from "../samples/values/rules.ts";
import type { ChangedAt } from "./changed-at.ts";

/**
 * Whether what changed is a pattern, a rule in CEL or a predefined rule: that two of them mean the
 * same cannot be proven by trying their bounds, as it can for lengths, ranges and lists.
 */
export function isOnlySampled(at: ChangedAt): boolean {
  switch (at.kind) {
    case "message":
      return expressionsOf(at.old) !== expressionsOf(at.now);
    case "field": {
      if (at.old === null || at.now === null) return false;
      const [old, now] = [rulesOfField(at.old), rulesOfField(at.now)];
      return (
        textOf(old) !== textOf(now) ||
        (["items", "keys", "values"] as const).some(
          (part) => textOf(rulesWithin(old, part)) !== textOf(rulesWithin(now, part)),
        ) ||
        old.predefined.length + now.predefined.length > 0
      );
    }
    default:
      return false;
  }
}

function textOf(rules: Rules): string {
  const cel = rules.cel.map((each) => each.expression);
  return JSON.stringify([cel, String(rules.values.get("pattern") ?? "")]);
}

function expressionsOf(desc: DescMessage): string {
  const { cel, celExpression } = getOption(desc, messageOption);
  return JSON.stringify([...cel.map((each) => each.expression), ...celExpression]);
}
