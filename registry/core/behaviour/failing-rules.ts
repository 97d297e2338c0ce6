import {
  create,
  type DescField,
  type DescMessage,
  getOption,
  type Message,
} from "@bufbuild/protobuf";
import { message as messageOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import fc from "fast-check";
import { allMessages } from "../binding/read-bindings.ts";
import type { Change } from "../gate/change.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { nameOf, sideOf, textOf } from "../gate/locate.ts";
import { limits } from "../limits.ts";
import type { Element } from "../revision/source-lines.ts";
import { variedMessages } from "../samples/messages.ts";
import { judge } from "../samples/oracle.ts";
import { needsValidator, type Rules, rulesOfField, rulesWithin } from "../samples/values/rules.ts";
import { Unsatisfiable } from "../samples/values/unsatisfiable.ts";
import { ruleBytes } from "./changed-at.ts";
import { textOfJson } from "./counter-example.ts";
import { carried, type Guard, guardOf, jsonOf } from "./guard.ts";
import { placeOf } from "./rule-changes.ts";

const seed = 7;

/**
 * New rules in CEL, and changed ones, that cannot be evaluated: they do not compile, or fail on a
 * message that keeps all other rules. Whoever validates with them neither accepts nor refuses.
 *
 * @param old what was there before, whose failures are not told again; null for a new module
 */
export function failingRules(
  now: LinkedRevision,
  old: LinkedRevision | null,
  nowMs: number,
): readonly Change[] {
  const guard = guardOf(now.registry, nowMs);
  const changes: Change[] = [];
  for (const { path } of now.files) {
    for (const desc of allMessages(now.registry.getFile(path)?.messages ?? [])) {
      const was = old?.registry.getMessage(desc.typeName);
      const [element] = newRules(desc, was);
      if (element === undefined) continue;
      const failure = failureOf(guard, desc, (message) => {
        if (old === null || was === undefined) return false;
        const before = carried(desc, was, message);
        return (
          before !== null &&
          judge(guardOf(old.registry, nowMs).schema, was, before).kind === "rule-error"
        );
      });
      if (failure === null) continue;
      const { message, reason } = failure;
      changes.push({
        rule: "VALIDATION_RULE_FAILS",
        message: `A rule of ${nameOf(element)} cannot be evaluated (${reason}), for instance on ${textOfJson(jsonOf(guard, desc, message))}.`,
        element: nameOf(element),
        place: placeOf(element, "proposal"),
        before: null,
        after: textOf(sideOf(now.registry, now.files), element),
      });
    }
  }
  return changes;
}

/** Where a type has rules in CEL that it had not: the type itself, or fields of it. */
function newRules(desc: DescMessage, was: DescMessage | undefined): readonly Element[] {
  const before = new Set(was === undefined ? [] : ofMessage(was));
  const isNew =
    hasOther(desc, was) && ofMessage(desc).some((expression) => !before.has(expression));
  const fields = desc.fields.filter((field) => {
    const old = was?.fields.find((each) => each.number === field.number);
    if (!hasOther(field, old)) return false;
    const known = new Set(old === undefined ? [] : ofRules(rulesOfField(old)));
    return ofRules(rulesOfField(field)).some((expression) => !known.has(expression));
  });
  return isNew ? [desc] : fields;
}

/** Most declarations have the rules that they had, which their bytes tell at once. */
function hasOther<T extends DescMessage | DescField>(of: T, was: T | undefined): boolean {
  return ruleBytes(of) !== (was === undefined ? "" : ruleBytes(was));
}

function ofMessage(desc: DescMessage): string[] {
  const { cel, celExpression } = getOption(desc, messageOption);
  return [...cel.map((each) => each.expression), ...celExpression];
}

function ofRules(rules: Rules): string[] {
  const parts = [
    rules,
    ...(["items", "keys", "values"] as const).map((part) => rulesWithin(rules, part)),
  ];
  return parts
    .filter(needsValidator)
    .flatMap((each) => [
      ...each.cel.map(({ expression }) => expression),
      ...each.predefined.map((number) => `predefined ${number}`),
    ]);
}

interface Failure {
  readonly message: Message;
  readonly reason: string;
}

function failureOf(
  guard: Guard,
  desc: DescMessage,
  isKnown: (message: Message) => boolean,
): Failure | null {
  const reasonOf = (message: Message) => {
    const judged = judge(guard.schema, desc, message);
    return judged.kind === "rule-error" && !isKnown(message) ? judged.reason : null;
  };
  const found = failingMessage(guard, desc, (message) => reasonOf(message) !== null);
  if (found === null) return null;
  const reason = reasonOf(found);
  return reason === null ? null : { message: found, reason };
}

function failingMessage(
  { generator }: Guard,
  desc: DescMessage,
  fails: (message: Message) => boolean,
): Message | null {
  try {
    const details = fc.check(
      fc.property(variedMessages(generator, desc), (message) => !fails(message)),
      { seed, numRuns: limits.messagesPerNewRule },
    );
    return details.counterexample?.[0] ?? null;
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    // A rule that does not compile refuses every message, the empty one as well.
    const empty = create(desc);
    return fails(empty) ? empty : null;
  }
}
