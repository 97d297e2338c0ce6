import { bindingRecord, type RecordRelease } from "../../api/binding-record.ts";
import type { BindingRecord, Resolution } from "../../api/schemas/subject.ts";
import { deadLetterType, type SubjectRole, subjectsOf } from "../../core/binding/binding.ts";
import { limits } from "../../core/limits.ts";
import type { RegisteredBinding } from "../../core/registration/plan.ts";
import { digestOf } from "../../core/revision/digest.ts";
import { nearestPatterns } from "../../core/subject/nearest.ts";
import {
  isSubject,
  parsePattern,
  parseSubject,
  type SubjectPattern,
  within,
} from "../../core/subject/pattern.ts";
import { buildPatternTable } from "../../core/subject/pattern-table.ts";

/** One side of a binding, with all that an answer needs but the subject itself. */
export interface Entry {
  /** The answer but for what depends on the subject. */
  readonly rest: Omit<Resolution, "subject" | "pattern" | "role" | "parameters">;
  readonly role: SubjectRole;
  readonly pattern: SubjectPattern;
  /** In the order of the tokens. */
  readonly parameters: Parameters;
  /** The ETag of every answer from this entry: the same subject then has the same answer. */
  readonly etag: string;
  /** The answer's JSON between the subject and the parameters, and after them. */
  readonly jsonMiddle: string;
  readonly jsonEnd: string;
}

type Parameters = readonly {
  readonly name: string;
  /** The token's position in the subject. */
  readonly index: number;
  /** The JSON before its value. */
  readonly json: string;
}[];

/** What is bound, prepared on write: a look-up finds an entry and joins a few strings. */
export interface SubjectIndex {
  /** The entry of a concrete subject or of a pattern, or null. */
  find(subject: string): Entry | null;
  /** Every binding once, in the order of patterns. */
  readonly records: readonly BindingRecord[];
  /** Bindings that lie within a NATS filter such as `ai.npc.>`. */
  within(filter: readonly string[]): readonly BindingRecord[];
  /** The patterns that an unknown subject most resembles. */
  nearest(subject: string): readonly string[];
}

export interface IndexedBinding extends RegisteredBinding {
  readonly release: RecordRelease;
}

export function buildSubjectIndex(bindings: readonly IndexedBinding[]): SubjectIndex {
  const share = sharing();
  const entries = bindings.flatMap((binding) => entriesOf(binding, share));
  const table = buildPatternTable(
    entries.map((entry) => ({ pattern: entry.pattern, value: entry })),
  );
  const byPattern = new Map(entries.map((entry) => [entry.pattern.text, entry]));
  const own = entries.filter((entry) => entry.pattern.text === entry.rest.binding.pattern);
  own.sort((a, b) => (a.pattern.text < b.pattern.text ? -1 : 1));
  return {
    find: (subject) =>
      subject.includes("{") ? (byPattern.get(subject) ?? null) : table.match(subject),
    records: own.map((entry) => entry.rest.binding),
    within: (filter) =>
      own.filter((entry) => within(entry.pattern, filter)).map((entry) => entry.rest.binding),
    nearest: (subject) => nearestPatterns(subject, near(byPattern.keys(), subject)),
  };
}

/** Comparing letters costs, so an unknown subject is compared with a bounded number of patterns. */
function near(patterns: Iterable<string>, subject: string): string[] {
  const head = subject.split(".").slice(0, 2).join(".");
  const all = [...patterns];
  const close = all.filter((pattern) => pattern.startsWith(head));
  return (close.length > 0 ? close : all).slice(0, limits.patternsCompared);
}

function parametersIn({ tokens }: SubjectPattern): Parameters {
  const names = tokens.flatMap((token, index) =>
    token.kind === "parameter" ? [{ name: token.field, index }] : [],
  );
  return names.map((each, i) => ({ ...each, json: `${i === 0 ? "" : '",'}"${each.name}":"` }));
}

/**
 * Gives equal parameters as one value. Most patterns of an estate have the same few, and what many
 * look-ups read is near at hand, where the memory of one entry among thousands is not.
 */
function sharing(): (parameters: Parameters) => Parameters {
  const known = new Map<string, Parameters>();
  return (parameters) => {
    const key = JSON.stringify(parameters);
    const same = known.get(key);
    if (same === undefined) known.set(key, parameters);
    return same ?? parameters;
  };
}

function entriesOf(
  { release, ...registered }: IndexedBinding,
  share: (parameters: Parameters) => Parameters,
): Entry[] {
  const record = bindingRecord(registered, release);
  const digest = digestOf(JSON.stringify(record)).slice(digestPrefix, digestPrefix + 32);
  const etag = inOnePiece(`"${digest}"`);
  return subjectsOf(registered.binding).flatMap(({ pattern: text, role }) => {
    const result = parsePattern(text);
    if (!result.ok) return [];
    const { kind, module, semver, subjectVersion } = record;
    const rest = {
      kind,
      ...typesOn(record, role),
      module,
      semver,
      subjectVersion,
      package: record.package,
      binding: record,
    };
    return {
      rest,
      role,
      pattern: result.pattern,
      parameters: share(parametersIn(result.pattern)),
      etag,
      jsonMiddle: inOnePiece(`","pattern":${JSON.stringify(text)},"role":"${role}","parameters":{`),
      jsonEnd: inOnePiece(`},${JSON.stringify(rest).slice(1)}`),
    };
  });
}

/**
 * A text as one stretch of memory. Without it a text keeps the parts that it was put together from,
 * and each look-up gathers them from all over the memory.
 */
function inOnePiece(text: string): string {
  return Buffer.from(text).toString();
}

const digestPrefix = "sha256:".length;

/** What travels on a side of a binding, and what answers it. */
function typesOn(record: BindingRecord, role: SubjectRole) {
  switch (role) {
    case "request":
    case "event":
      return { messageType: record.messageType, replyType: record.replyType };
    case "reply":
    case "frames":
      return { messageType: record.replyType ?? "", replyType: null };
    case "dead_letter":
      return { messageType: deadLetterType, replyType: null };
  }
}

/** Why a text is neither a subject nor a pattern, or null. */
export function subjectProblem(text: string): string | null {
  if (isSubject(text)) return null;
  if (text.includes("{")) {
    const result = parsePattern(text);
    return result.ok ? null : result.reason;
  }
  const result = parseSubject(text);
  return result.ok ? null : result.reason;
}

/** The answer to a look-up as JSON text; the subject has passed `subjectProblem`. */
export function resolutionJson(subject: string, entry: Entry): string {
  return `{"subject":"${subject}${entry.jsonMiddle}${parametersJson(subject, entry)}${entry.jsonEnd}`;
}

function parametersJson(subject: string, entry: Entry): string {
  if (entry.parameters.length === 0 || subject.includes("{")) return "";
  let text = "";
  let token = 0;
  let start = 0;
  for (const { index, json } of entry.parameters) {
    for (; token < index; token++) start = subject.indexOf(".", start) + 1;
    const dot = subject.indexOf(".", start);
    text += json + subject.slice(start, dot < 0 ? subject.length : dot);
  }
  return `${text}"`;
}

/** The values that a subject gives to the parameters of its pattern. */
export function parametersOf(subject: string, entry: Entry): Record<string, string> {
  const values: Record<string, string> = {};
  if (entry.parameters.length === 0 || subject.includes("{")) return values;
  const tokens = subject.split(".");
  for (const { name, index } of entry.parameters) values[name] = tokens[index] ?? "";
  return values;
}
