import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { differenceOf } from "../calls/compare-replies.ts";

/** They say when something was answered, or name the attempt: they may differ from answer to answer. */
const volatileTypes = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration"]);
const volatileNames = new Set(["request_id", "trace_id", "correlation_id"]);

/**
 * The path of the first field in which two answers to one request differ, or null. Times and what
 * names an attempt may differ.
 *
 * @param ignored paths of proto names that may differ as well
 */
export function unstablePart(
  desc: DescMessage,
  first: Message,
  second: Message,
  ignored: readonly string[],
): string | null {
  const mayDiffer = (path: string, field: DescField) =>
    volatileNames.has(field.name) ||
    volatileTypes.has(field.message?.typeName ?? "") ||
    ignored.includes(path);
  return differenceOf(desc, first, second, { mayDiffer, tolerance: {} })?.path ?? null;
}
