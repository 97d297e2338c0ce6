import type { JsonValue } from "@bufbuild/protobuf";
import type { HandedOnMessage, RefusedMessage } from "../gate/report.ts";
import { limits } from "../limits.ts";
import type { Disagreement } from "./find-disagreement.ts";
import type { HarmedMessage } from "./find-harmed.ts";
import { type Guard, jsonOf } from "./guard.ts";
import type { Harm } from "./harm.ts";

/** A message on which two revisions disagree, as a report shows it. */
export function counterExampleOf(found: Disagreement, harm: Harm): RefusedMessage {
  const { desc, message, guard, broken } = found;
  const where = broken.field === "" ? "" : `${broken.field}: `;
  return {
    type: desc.typeName,
    json: textOfJson(jsonOf(guard, desc, message)),
    acceptedBy: harm === "tightened" ? "baseline" : "proposal",
    refusal: `${where}${broken.message} (${broken.ruleId})`,
  };
}

/** A message that one revision does not hand on as the other one sent it. */
export function harmedExample(
  { from, desc, message, harm }: HarmedMessage,
  guard: Guard,
): HandedOnMessage {
  return {
    type: desc.typeName,
    json: textOfJson(jsonOf(guard, desc, message)),
    sentBy: from === "old" ? "baseline" : "proposal",
    handedOn: harm.kind === "unreadable" ? null : textOfJson(jsonOf(guard, desc, harm.message)),
  };
}

/** Long values are cut where the whole would be too long to keep. */
export function textOfJson(json: JsonValue | null): string {
  const text = JSON.stringify(json);
  return text.length <= limits.counterExampleLength ? text : JSON.stringify(shortened(json));
}

const shownCharacters = 40;
const shownItems = 3;

function shortened(json: JsonValue | null): JsonValue {
  if (typeof json === "string" && json.length > 2 * shownCharacters) {
    return `${json.slice(0, shownCharacters)}… (${json.length} characters)`;
  }
  if (Array.isArray(json)) {
    const shown = json.slice(0, shownItems).map(shortened);
    return json.length > shownItems ? [...shown, `… (${json.length} items)`] : shown;
  }
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, shortened(value)] as const);
  if (entries.length <= limits.counterExampleFields) return Object.fromEntries(entries);
  const shown = entries.slice(0, shownItems);
  return { ...Object.fromEntries(shown), "…": `(${entries.length} keys)` };
}
