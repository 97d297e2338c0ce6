import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import type { Schema } from "./schema.ts";

/** A rule that a message breaks, and where. */
export interface BrokenRule {
  /** The path of the field: `situation.threats[0].distance`; empty for the message itself. */
  readonly field: string;
  readonly ruleId: string;
  readonly message: string;
}

/** What the rules of its type say of a message. */
export type Judgement =
  | { readonly kind: "valid" }
  | { readonly kind: "invalid"; readonly broken: readonly BrokenRule[] }
  /** A rule could not be evaluated: the contract is wrong, whatever the service does. */
  | { readonly kind: "rule-error"; readonly reason: string };

/** What the contract says of a payload. */
export type Payload =
  | { readonly kind: "undecodable"; readonly reason: string }
  | { readonly kind: "valid"; readonly message: Message }
  | { readonly kind: "invalid"; readonly message: Message; readonly broken: readonly BrokenRule[] }
  | { readonly kind: "rule-error"; readonly message: Message; readonly reason: string };

export function judge(schema: Schema, desc: DescMessage, message: Message): Judgement {
  const result = schema.validator.validate(desc, message);
  switch (result.kind) {
    case "valid":
      return { kind: "valid" };
    case "error":
      return { kind: "rule-error", reason: result.error.message };
    case "invalid":
      return {
        kind: "invalid",
        broken: result.violations.map((violation) => ({
          field: pathToString(violation.field),
          ruleId: violation.ruleId,
          message: violation.message,
        })),
      };
  }
}

/**
 * Damaged bytes may well be a valid message, so nothing is expected of them before this is asked.
 *
 * @param unknown whether fields that the type does not know are kept, which costs fifty times their size
 */
export function classify(
  schema: Schema,
  desc: DescMessage,
  bytes: Uint8Array,
  unknown: "kept" | "dropped" = "kept",
): Payload {
  let message: Message;
  try {
    message = fromBinary(desc, bytes, { readUnknownFields: unknown === "kept" });
  } catch (error) {
    return { kind: "undecodable", reason: error instanceof Error ? error.message : String(error) };
  }
  return { ...judge(schema, desc, message), message };
}
