import {
  create,
  type DescField,
  type DescMessage,
  getOption,
  hasOption,
  type Message,
} from "@bufbuild/protobuf";
import type { Validator } from "@bufbuild/protovalidate";
import {
  field as fieldOption,
  type MessageOneofRule,
  MessageRulesSchema,
  message as messageOption,
  oneof as oneofOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Check, type Fields, type Nested, namesOf, UnknownRule } from "./check.ts";
import { fieldCheck, oneofCheck, presenceTest } from "./field-check.ts";

/** Whether a message certainly keeps the rules of its type; false where protovalidate must be asked. */
export type Acceptance = (message: Message) => boolean;

/**
 * Makes the check of a message type out of its descriptor: functions that read its fields directly,
 * without reflection. Null where protovalidate must judge every message, because the type has rules
 * that are not known here, such as CEL, or rules that are wrong.
 *
 * A type that has unknown rules and lies within is left to the judge alone.
 */
export function compileAcceptance(schema: DescMessage, judge: Validator): Acceptance | null {
  // Rules that do not fit their fields are an error of every message, and found by any.
  if (judge.validate(schema, create(schema)).kind === "error") return null;
  const plan = createPlanner(judge)(schema);
  if (!plan.isKnown) return null;
  return (message) => {
    try {
      return message.$typeName === schema.typeName && keeps(plan, message as never);
    } catch {
      // Values of other types than the contract's: protovalidate has the words for them.
      return false;
    }
  };
}

/** The checks of a message type. They come later than the plan: types can contain themselves. */
interface Plan {
  checks: readonly Check<Fields>[];
  isKnown: boolean;
}

function keeps({ checks }: Plan, message: Fields): boolean {
  for (const check of checks) if (!check(message)) return false;
  return true;
}

function createPlanner(judge: Validator): (desc: DescMessage) => Plan {
  const plans = new Map<DescMessage, Plan>();
  const nested: Nested = (desc) => {
    if (!hasRules(desc)) return null;
    const plan = planOf(desc);
    return (message) => keeps(plan, message as Fields);
  };
  const planOf = (desc: DescMessage): Plan => {
    const known = plans.get(desc);
    if (known !== undefined) return known;
    const plan: Plan = { checks: [], isKnown: true };
    plans.set(desc, plan);
    try {
      plan.checks = messageChecks(desc, nested).filter((check) => check !== null);
    } catch (error) {
      if (!(error instanceof UnknownRule)) throw error;
      plan.checks = [(message) => judge.validate(desc, message as never).kind === "valid"];
      plan.isKnown = false;
    }
    return plan;
  };
  return planOf;
}

function messageChecks(desc: DescMessage, nested: Nested): (Check<Fields> | null)[] {
  const rules = getOption(desc, messageOption);
  if (namesOf(rules, MessageRulesSchema).some((name) => name !== "oneof")) throw new UnknownRule();
  const isAlternative = ({ name }: DescField) =>
    rules.oneof.some(({ fields }) => fields.includes(name));
  return [
    ...desc.members.map((member) =>
      member.kind === "oneof"
        ? oneofCheck(member, isAlternative, nested)
        : fieldCheck(member, isAlternative(member), nested),
    ),
    ...rules.oneof.map((rule) => alternativesCheck(desc, rule)),
  ];
}

/** At most one of the fields that a rule names is set; exactly one where one is required. */
function alternativesCheck(desc: DescMessage, rule: MessageOneofRule): Check<Fields> {
  const tests = desc.fields
    .filter(({ name }) => rule.fields.includes(name))
    .map((field) => presenceTest(field));
  const least = rule.required ? 1 : 0;
  return (message) => {
    let set = 0;
    for (const isSet of tests) if (isSet(message)) set++;
    return set <= 1 && set >= least;
  };
}

/** Whether a message type, or one within, has any rules. */
function hasRules(desc: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return (
    hasOption(desc, messageOption) ||
    desc.oneofs.some((oneof) => hasOption(oneof, oneofOption)) ||
    desc.fields.some(
      (field) =>
        hasOption(field, fieldOption) ||
        (field.message !== undefined && hasRules(field.message, seen)),
    )
  );
}
