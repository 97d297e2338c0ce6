import { bindingRecord, type RecordRelease } from "../../api/binding-record.ts";
import type { BindingRecord, Resolution } from "../../api/schemas/subject.ts";
import { type SubjectRole, subjectsOf } from "../../core/binding/binding.ts";
import { limits } from "../../core/limits.ts";
import type { RegisteredBinding } from "../../core/registration/plan.ts";
import { digestOf } from "../../core/revision/digest.ts";
import { nearestPatterns } from "../../core/subject/nearest.ts";
import {
  parsePattern,
  parseSubject,
  type SubjectPattern,
  within,
} from "../../core/subject/pattern.ts";
import { buildTrie, type SubjectTrie } from "../../core/subject/trie.ts";

/** One side of a binding, with all that an answer needs but the subject itself. */
export interface Entry {
  /** The answer but for what depends on the subject. */
  readonly rest: Omit<Resolution, "subject" | "pattern" | "role" | "parameters">;
  readonly role: SubjectRole;
  readonly pattern: SubjectPattern;
  readonly parameters: readonly { readonly name: string; readonly index: number }[];
  /** The ETag of every answer from this entry: the same subject then has the same answer. */
  readonly etag: string;
  /** The answer's JSON between the subject and the parameters, and after them. */
  readonly jsonMiddle: string;
  readonly jsonEnd: string;
}

/** What is bound, prepared on write: a look-up walks the tokens and joins three strings. */
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
  const entries = bindings.flatMap(entriesOf);
  const trie: SubjectTrie<Entry> = buildTrie(
    entries.map((entry) => ({ pattern: entry.pattern, value: entry })),
  );
  const byPattern = new Map(entries.map((entry) => [entry.pattern.text, entry]));
  const own = entries.filter((entry) => entry.pattern.text === entry.rest.binding.pattern);
  own.sort((a, b) => (a.pattern.text < b.pattern.text ? -1 : 1));
  return {
    find: (subject) =>
      subject.includes("{") ? (byPattern.get(subject) ?? null) : trie.match(subject),
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

function entriesOf({ release, ...registered }: IndexedBinding): Entry[] {
  const record = bindingRecord(registered, release);
  const etag = `"${digestOf(JSON.stringify(record)).slice(digestPrefix, digestPrefix + 32)}"`;
  return subjectsOf(registered.binding).flatMap(({ pattern: text, role }) => {
    const result = parsePattern(text);
    if (!result.ok) return [];
    const parameters = result.pattern.tokens.flatMap((token, index) =>
      token.kind === "parameter" ? [{ name: token.field, index }] : [],
    );
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
      parameters,
      etag,
      jsonMiddle: `","pattern":${JSON.stringify(text)},"role":"${role}","parameters":{`,
      jsonEnd: `},${JSON.stringify(rest).slice(1)}`,
    };
  });
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
  }
}

// A subject of these characters needs no escaping in JSON.
const concrete = /^[A-Za-z0-9_=~@:+-]{1,128}(?:\.[A-Za-z0-9_=~@:+-]{1,128})*$/;

/** Why a text is neither a subject nor a pattern, or null. */
export function subjectProblem(text: string): string | null {
  if (text.length <= limits.subjectLength && concrete.test(text)) return null;
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
  const tokens = subject.split(".");
  let text = "";
  for (const { name, index } of entry.parameters) {
    text += `${text === "" ? "" : ","}"${name}":"${tokens[index] ?? ""}"`;
  }
  return text;
}

/** The values that a subject gives to the parameters of its pattern. */
export function parametersOf(subject: string, entry: Entry): Record<string, string> {
  if (entry.parameters.length === 0 || subject.includes("{")) return {};
  const tokens = subject.split(".");
  return Object.fromEntries(entry.parameters.map(({ name, index }) => [name, tokens[index] ?? ""]));
}
