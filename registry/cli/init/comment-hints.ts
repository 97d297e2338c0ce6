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

const subjectText = "[`'\"]?([A-Za-z_$<{][\\w\\-<>{}$:*]*(?:\\.[\\w\\-<>{}$:*]+)+)";
const mayTell = String.raw`\s*(?:is|=|:|->|→)?\s*`;
const tells = String.raw`\s*(?:\bis\b|=|:|->|→)\s*`;
const duration = String.raw`(\d+)\s*(ms|milliseconds?|s|sec(?:ond)?s?|m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?)\b`;
const verbs = "(?:published|publishes|sent|emitted|broadcast)(?: (?:on|to|as))?";

const forms = {
  prefix: form(String.raw`\b(?:subject|topic|nats)s?\s+prefix${mayTell}${subjectText}`),
  replySubject: form(
    String.raw`\b(?:reply|response|replies)[ -]?(?:subject|topic|on)${mayTell}${subjectText}`,
  ),
  subject: form(
    String.raw`\b(?:nats[ -]?subject|subject|nats|topic|channel|${verbs})${mayTell}${subjectText}`,
  ),
  queueGroup: form(
    String.raw`\bqueue(?:[ _-]?group)?${tells}[\`'"]?([A-Za-z0-9][A-Za-z0-9_=~@+.-]*[A-Za-z0-9])`,
  ),
  owner: form(String.raw`\b(?:owner|team)${tells}[\`'"]?([a-z][\w-]+)`),
  deadline: form(String.raw`\b(?:time-?out|deadline)${mayTell}${duration}`),
  stream: form(String.raw`\b(?:jetstream|stream)${tells}[\`'"]?([A-Za-z][A-Za-z0-9_-]*)`),
  maxAge: form(String.raw`\b(?:retention|max[ _-]?age|kept(?: for)?)${mayTell}${duration}`),
};

function form(source: string): RegExp {
  return new RegExp(source, "i");
}

/** A line that is nothing but a subject: `// svc.quest.v1.list`. */
const bare = new RegExp(`^${subjectText}[\`'"]?$`, "m");

/** What has dots and is no subject. */
const other = /^(?:e\.g|i\.e)$|\.proto$|^v?\d+(?:\.\d+)*$/;

/** Reads a comment as people write them. */
export function readComment(comment: string): CommentHints {
  const find = (form: RegExp) => form.exec(comment)?.[1] ?? null;
  const prefix = find(forms.prefix);
  const replySubject = find(forms.replySubject);
  // What was said of replies and prefixes is not said of the subject.
  const rest = comment.replace(forms.prefix, "").replace(forms.replySubject, "");
  const told = forms.subject.exec(rest)?.[1] ?? bareSubject(rest);
  const subject = told !== null && other.test(told) ? null : told;
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
  return found !== null && found.split(".").length >= 3 ? found : null;
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
