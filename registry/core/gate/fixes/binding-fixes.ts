import type { Binding } from "../../binding/binding.ts";
import { elementOf } from "../../binding/compare-bindings.ts";
import type { ComparedRevision } from "../../diff/revision.ts";
import { declarationOf } from "../../diff/words.ts";
import type { Change } from "../change.ts";

/** What a binding said and says no more, in the keys of the option, which bindings.yaml shares. */
export function bindingFix(change: Change, old: ComparedRevision): string | null {
  const { rule, element, before } = change;
  switch (rule) {
    case "SENSITIVE_NO_REMOVE":
      return `Write \`[(charter.nats.v1.sensitive) = true]\` behind ${lastName(element)}.`;
    case "BINDING_SUBJECT_NO_DELETE":
      return bindAgain(element, old);
    case "BINDING_KIND_SAME":
    case "BINDING_TYPE_SAME":
      return declareAgain(element, old);
    case "BINDING_IDEMPOTENCY_NO_WEAKEN":
      return `In rpc ${lastName(element)}, write \`option idempotency_level = ${before?.toUpperCase()};\` again.`;
    default:
      return setAgain(change);
  }
}

function bindAgain(element: string, old: ComparedRevision): string | null {
  const binding = old.bindings.find((each) => elementOf(each) === element);
  if (binding === undefined) return null;
  const [noun, option] = binding.kind === "event" ? ["message", "event"] : ["rpc", "request"];
  const text = `option (charter.nats.v1.${option}) = {subject: "${binding.pattern}"};`;
  return `In ${noun} ${lastName(element)}, write \`${text}\` again${policiesOf(binding)}.`;
}

function policiesOf(binding: Binding): string {
  const isPlain = binding.kind !== "event" || binding.stream === null;
  return isPlain ? "" : `, with its stream ${binding.stream.name}`;
}

function declareAgain(element: string, { registry }: ComparedRevision): string | null {
  const service = registry.getService(element.slice(0, element.lastIndexOf(".")));
  const rpc = service?.methods.find((each) => each.name === lastName(element));
  return rpc === undefined ? null : `Declare \`${declarationOf(rpc)}\` again.`;
}

const keys: Readonly<Record<string, string>> = {
  BINDING_SUBJECT_SAME: "subject",
  BINDING_REPLY_SUBJECT_SAME: "reply_subject",
  BINDING_FRAMES_SUBJECT_SAME: "frames",
  BINDING_QUEUE_GROUP_SAME: "queue_group",
  BINDING_STREAM_SAME: "stream",
  BINDING_DEAD_LETTER_SAME: "dead_letter_subject",
  BINDING_COMPRESSION_SAME: "compression",
  BINDING_ENCRYPTION_SAME: "encryption",
};

/** Two rules are about two keys each, and name the one that changed. */
function keyOf({ rule, message }: Change): string | undefined {
  if (rule === "BINDING_RETENTION_NO_SHORTEN") {
    return message.includes(": max_bytes ") ? "max_bytes" : "max_age_s";
  }
  if (rule === "BINDING_DEADLINE_NO_SHORTEN") {
    return message.includes(": the idle time-out ") ? "idle_timeout_ms" : "deadline_ms";
  }
  return keys[rule];
}

function setAgain(change: Change): string | null {
  const { before, element } = change;
  const key = keyOf(change);
  if (key === undefined) return null;
  const where =
    key === "queue_group"
      ? `In the options of the service of ${lastName(element)}, `
      : `In the binding of ${lastName(element)}, `;
  // Zero stands for no limit, as leaving it out does.
  if (before === null || before === "0") return `${where}remove \`${key}\`.`;
  return `${where}write \`${key}: ${writtenValue(key, before)}\` again.`;
}

function writtenValue(key: string, before: string): string {
  if (/_(?:s|ms|bytes)$/.test(key)) return `${Number.parseInt(before, 10)}`;
  switch (key) {
    case "frames":
      return `{subject: "${before}"}`;
    case "stream":
      return `{name: "${before}"}`;
    case "compression":
    case "encryption":
      return `${key}_${before}`.toUpperCase();
    default:
      return `"${before}"`;
  }
}

function lastName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}
