import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import { CharterError, type FieldViolation } from "../errors/charter-error.ts";
import { type Acceptance, compileAcceptance } from "./acceptance/acceptance.ts";
import { matchesPattern } from "./pattern-match.ts";

/** Made on first use and then kept: it holds the planned rules of every message seen. */
let validator: Validator | undefined;

function theValidator(): Validator {
  validator ??= createValidator({ regexMatch: matchesPattern });
  return validator;
}

/** The compiled check of each type seen, null where only the validator can tell. */
const acceptances = new WeakMap<DescMessage, Acceptance | null>();

/**
 * Compiles the rules of a type, which takes milliseconds: a service does it before its first request
 * comes, and a subscriber before its first event.
 */
export function prepareRules(schema: DescMessage): Acceptance | null {
  let accepts = acceptances.get(schema);
  if (accepts === undefined) {
    accepts = compileAcceptance(schema, theValidator());
    acceptances.set(schema, accepts);
  }
  return accepts;
}

const none: readonly FieldViolation[] = [];

/**
 * The rules of its contract that a message breaks. Throws `internal` when a rule itself is wrong,
 * which no message can mend. Most messages keep theirs, and most rules can be compiled, so the
 * validator is asked about the rest only: it takes ten times as long.
 */
export function violationsOf<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
): readonly FieldViolation[] {
  const accepts = prepareRules(schema);
  if (accepts?.(message) === true) return none;
  const result = theValidator().validate(schema, message);
  switch (result.kind) {
    case "valid":
      return none;
    case "invalid":
      return result.violations.map((violation) => ({
        field: pathToString(violation.field),
        ruleId: violation.ruleId,
        message: violation.message,
      }));
    case "error":
      throw new CharterError(
        "internal",
        `the validation rules of ${schema.typeName} cannot be evaluated: ${result.error.message}`,
        { cause: result.error },
      );
  }
}

/** `npc_id: must be at least 1 character; …` for the text of an error. */
export function describeViolations(violations: readonly FieldViolation[]): string {
  const shown = violations.slice(0, 5).map(({ field, message }) => `${field}: ${message}`);
  const rest = violations.length - shown.length;
  return rest > 0 ? `${shown.join("; ")}; and ${rest} more` : shown.join("; ");
}
