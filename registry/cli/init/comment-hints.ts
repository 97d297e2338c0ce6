/** What a comment says of a binding. What it does not say is null. */
export interface CommentHints {
  /** As it is written: `svc.quest.v1.generate`, `evt.quest.v1.done.<quest_id>`, `evt.chat.*`. */
  readonly subject: string | null;
  /** What a service's rpcs have in front of their names. */
  readonly prefix: string | null;
  readonly replySubject: string | null;
  readonly queueGroup: string | null;
  readonly owner: string | null;
  readonly deadlineMs: number | null;
  readonly stream: string | null;
  readonly maxAgeS: number | null;
}

const subjectText = "[`'\"]?([A-Za-z0-9_$<{][\\w\\-<>{}$:*]*(?:\\.[\\w\\-<>{}$:*]+)+)";
const says = String.raw`\s*(?:is|=|:|->|→)?\s*`;
const duration = String.raw`(\d+)\s*(ms|milliseconds?|s|sec(?:ond)?s?|m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?)\b`;

const forms = {
  prefix: new RegExp(`\\b(?:subject|topic|nats)s?\\s+prefix${says}${subjectText}`, "i"),
  replySubject: new RegExp(
    `\\b(?:reply|response)(?:s)?[ -_]?(?:subject|topic|on)${says}${subjectText}`,
    "i",
  ),
  subject: new RegExp(
    `\\b(?:nats[ -]?subject|subject|nats|topic|channel|(?:is )?(?:published|publishes|sent|emitted|broadcast)(?: (?:on|to|as))?)${says}${subjectText}`,
    "i",
  ),
  queueGroup: new RegExp(
    `\\bqueue(?:[ _-]?group)?${says}[\`'"]?([A-Za-z0-9_=~@:+.-]+[A-Za-z0-9])`,
    "i",
  ),
  owner: /\b(?:owner|owned by|team)\s*[:=]?\s*[`'"]?([a-z][\w-]+)/i,
  deadline: new RegExp(`\\b(?:time-?out|deadline)${says}${duration}`, "i"),
  stream: /\b(?:jetstream|stream)\s*[:=]\s*[`'"]?([A-Za-z][A-Za-z0-9_-]*)/i,
  maxAge: new RegExp(`\\b(?:retention|max[ _-]?age|kept(?: for)?)${says}${duration}`, "i"),
};

/** A line that is nothing but a subject: `// svc.quest.v1.list`. */
const bare = new RegExp(`^${subjectText}[\`'"]?$`, "m");

/** Reads a comment as people write them. */
export function readComment(comment: string): CommentHints {
  const find = (form: RegExp) => form.exec(comment)?.[1] ?? null;
  const prefix = find(forms.prefix);
  const replySubject = find(forms.replySubject);
  // What was said of replies and prefixes is not said of the subject.
  const rest = comment.replace(forms.prefix, "").replace(forms.replySubject, "");
  const subject = forms.subject.exec(rest)?.[1] ?? bareSubject(rest);
  return {
    subject,
    prefix,
    replySubject,
    queueGroup: find(forms.queueGroup),
    owner: find(forms.owner),
    deadlineMs: milliseconds(forms.deadline.exec(comment)),
    stream: find(forms.stream)?.toUpperCase().replaceAll("-", "_") ?? null,
    maxAgeS: seconds(forms.maxAge.exec(comment)),
  };
}

/** With three tokens, so that a file's or a type's name is not taken for one. */
function bareSubject(comment: string): string | null {
  const found = bare.exec(comment)?.[1] ?? null;
  return found !== null && found.split(".").length >= 3 && !found.endsWith(".proto") ? found : null;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function milliseconds(match: RegExpExecArray | null): number | null {
  const [, count, unit = ""] = match ?? [];
  if (count === undefined) return null;
  const size = /^(?:ms|milli)/i.test(unit) ? 1 : (unitMs[unit.slice(0, 1).toLowerCase()] ?? 1);
  return Number(count) * size;
}

function seconds(match: RegExpExecArray | null): number | null {
  const ms = milliseconds(match);
  return ms === null ? null : Math.ceil(ms / 1000);
}
