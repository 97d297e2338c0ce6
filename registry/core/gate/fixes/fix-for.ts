import type { ComparedRevision } from "../../diff/revision.ts";
import type { Change } from "../change.ts";
import { bindingFix } from "./binding-fixes.ts";
import { fileFix } from "./file-fixes.ts";
import { keepOrReserve, putBackMember, putBackType, rangeFix } from "./type-fixes.ts";

type Fix = (change: Change, old: ComparedRevision, now: ComparedRevision) => string | null;

/** The first row whose rules a change meets has its text. */
const fixes: readonly (readonly [rules: RegExp, fix: Fix])[] = [
  [/^BINDING_|^SENSITIVE_/, bindingFix],
  [/^(?:FIELD|ENUM_VALUE)_NO_DELETE/, keepOrReserve],
  [/^RESERVED_|^EXTENSION_MESSAGE_/, rangeFix],
  [
    /^(?:FIELD|ENUM_VALUE|RPC)_(?:SAME|WIRE)|^(?:RPC|ONEOF)_NO_DELETE|^VALIDATION_NO_|^MESSAGE_PASSES/,
    putBackMember,
  ],
  [/^(?:PACKAGE_)?(?:MESSAGE|ENUM|SERVICE|EXTENSION)_NO_DELETE/, putBackType],
  [/^FILE_/, fileFix],
];

/**
 * What to write to take a change back, or to make the best of it, in the notation of the file; null
 * where no text would do. The remedy of a rule says what to do in general.
 */
export function fixFor(
  change: Change,
  old: ComparedRevision,
  now: ComparedRevision,
): string | null {
  const row = fixes.find(([rules]) => rules.test(change.rule));
  return row?.[1](change, old, now) ?? null;
}
