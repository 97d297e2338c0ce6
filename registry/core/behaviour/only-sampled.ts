import { type DescMessage, getOption } from "@bufbuild/protobuf";
import { message as messageOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Rules, rulesOfField, rulesWithin } from "../samples/values/rules.ts";
import type { ChangedAt } from "./changed-at.ts";
import type { Harm } from "./harm.ts";

/**
 * The directions in which a change may go though no message shows it. Lengths, ranges and lists are
 * told apart at their bounds; what a pattern, a rule in CEL or a predefined rule means is only
 * sampled. One that was only added cannot loosen, one that was only taken away cannot tighten.
 */
export function onlySampled(at: ChangedAt): ReadonlySet<Harm> {
  if (at.kind !== "message" && at.kind !== "field") return new Set();
  if (at.old === null || at.now === null) return new Set();
  const [old, now] =
    at.kind === "message"
      ? [ofMessage(at.old), ofMessage(at.now)]
      : [ofField(rulesOfField(at.old)), ofField(rulesOfField(at.now))];
  const harms = new Set<Harm>();
  if ([...now].some((each) => !old.has(each))) harms.add("tightened");
  if ([...old].some((each) => !now.has(each))) harms.add("loosened");
  return harms;
}

function ofMessage(desc: DescMessage): ReadonlySet<string> {
  const { cel, celExpression } = getOption(desc, messageOption);
  return new Set([...cel.map((each) => each.expression), ...celExpression]);
}

function ofField(rules: Rules): ReadonlySet<string> {
  const parts = ["items", "keys", "values"] as const;
  return new Set([
    ...ofRules(rules),
    ...parts.flatMap((part) => ofRules(rulesWithin(rules, part)).map((each) => `${part} ${each}`)),
  ]);
}

function ofRules({ cel, values, predefined }: Rules): string[] {
  const pattern = values.get("pattern");
  return [
    ...cel.map((each) => `cel ${each.expression}`),
    ...(pattern === undefined ? [] : [`pattern ${String(pattern)}`]),
    ...predefined.map((number) => `predefined ${number}`),
  ];
}
